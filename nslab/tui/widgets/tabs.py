"""One row of names, of which one is on show: how 80 columns hold what wider screens show at once."""

from __future__ import annotations

from textual import events
from textual.message import Message

from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import MUTE, REVERSE
from nslab.words import Words


def tabs_row(canvas: Canvas, names: tuple[str, ...], on: int) -> tuple[int, ...]:
    """Write the names on row 0; the x at which each one ends."""
    x, ends = 1, []
    for at, name in enumerate(names):
        x = canvas.put(x, 0, f" {name} ", REVERSE if at == on else MUTE) + 1
        ends.append(x)
    return tuple(ends)


class Tabs(Drawn):
    """The names of what can be shown; a click chooses one."""

    DEFAULT_CSS = "Tabs { height: 1; }"

    class Chosen(Message):
        """Another tab is wanted."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    def __init__(self, words: Words, names: tuple[str, ...], on: int = 0, *, id: str | None = None) -> None:
        super().__init__(words, id=id)
        self._names = names
        self._on = on
        self._ends: tuple[int, ...] = ()

    def show(self, names: tuple[str, ...], on: int) -> None:
        """Show these names, the one at `on` reversed."""
        self._names, self._on = names, on
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The one row."""
        self._ends = tabs_row(canvas, self._names, self._on)

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the pointer."""
        at = next((at for at, end in enumerate(self._ends) if event.x < end), None)
        if at is not None:
            self.post_message(self.Chosen(at))
