"""The band of a wrecked lab: what is broken, what was not touched, the one thing to do and what it costs."""

from __future__ import annotations

from msgspec import Struct
from textual import events
from textual.geometry import Size
from textual.message import Message

from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import BOLD, MUTE, REVERSE, Face, Role, solid
from nslab.tui.prose import told
from nslab.words import Words


class Wreck(Struct, frozen=True):
    """A lab that can't go on. `broken` says what, in the learner's language; a new lab replays what came before."""

    broken: str
    steps: int  # that will be replayed
    commands: int


def wrecked_rows(wreck: Wreck, width: int, words: Words, *, plain: bool = False) -> Canvas:
    """Arrange the band in `width` cells, as tall as its words; fear is answered before the key."""
    canvas = Canvas(width, plain=plain, ground=Role.BAD_TINT)
    canvas.put(0, 0, f" ✗ {words('wreck.title').upper()} ", solid(Role.BAD))
    y = canvas.para(2, 2, width - 4, told(wreck.broken), BOLD)
    y = canvas.para(2, y, width - 4, words("wreck.outside"))
    x = canvas.put(2, y + 1, f" ⏎  {words('wreck.reset')} ", REVERSE) + 2
    cost = words("wreck.cost", steps=wreck.steps, commands=wreck.commands) if wreck.steps else words("wreck.cost-none")
    y = canvas.para(x, y + 1, width - x - 2, cost)
    canvas.para(x, y, width - x - 2, words("wreck.stays"), MUTE)
    if plain:
        canvas.edge(0, 1, canvas.height - 1, Face(Role.BAD))
    return canvas


class WreckedBand(Drawn, can_focus=True):
    """Takes Enter, or a click, for the way out."""

    DEFAULT_CSS = "WreckedBand { height: auto; }"

    class ResetWanted(Message):
        """The learner wants a new lab."""

    def __init__(self, words: Words, wreck: Wreck, *, id: str | None = None) -> None:
        super().__init__(words, id=id)
        self._wreck = wreck

    def show(self, wreck: Wreck) -> None:
        """Tell of another wreck."""
        self._wreck = wreck
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        canvas.blit(wrecked_rows(self._wreck, canvas.width, self.words, plain=canvas.plain), 0, 0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return wrecked_rows(self._wreck, width, self.words).height

    def on_key(self, event: events.Key) -> None:
        """Enter resets."""
        if event.key == "enter":
            event.stop()
            self.post_message(self.ResetWanted())

    def on_click(self, _event: events.Click) -> None:
        """So does a click anywhere on the band."""
        self.post_message(self.ResetWanted())
