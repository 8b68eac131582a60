"""What stands round a terminal: a title that says whose world it is, and its left edge, thick when it has the keys."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.widget import Widget

from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import RULE, Role, hue, lettered, solid, tint
from nslab.tui.wrap import shorten
from nslab.words import Words

RINGING_S = 0.6


class Owned(Struct, frozen=True):
    """A namespace that this world does not share with the host."""

    kind: str
    letter: str


class World(Struct, frozen=True):
    """Whose terminal it is: its name, the letter its colour goes by, what it owns. `note` stands beside the name."""

    name: str
    letter: str
    note: str = ""
    owns: tuple[Owned, ...] = ()


def title_row(canvas: Canvas, world: World, words: Words, *, rung: bool = False) -> None:
    """Write a terminal's title on row 0; `rung`: its tag is not reversed, for a bell.

    What finds no room goes in this order: the note, then the kinds' names.
    """
    ink, face = hue(world.letter), lettered(world.letter)
    if canvas.plain:
        canvas.put(0, 0, "─" * canvas.width, RULE)
    else:
        canvas.fill(0, 0, canvas.width, 1, tint(ink))
    x = canvas.put(0, 0, f" {world.name} ", face.strong) if rung else canvas.tag(0, 0, world.name, ink)
    end = _owned(canvas, world, x + 1, words)
    note = shorten(world.note, end - x - 3)
    if len(note) > 1:
        canvas.put(x, 0, f" {note} ", face)


def _owned(canvas: Canvas, world: World, left: int, words: Words) -> int:
    """Write what the world owns at the right end, not further left than `left`; the x where it begins."""
    face, end = lettered(world.letter), canvas.width - 1
    if not world.owns:
        said = f" {words('frame.all-of', letter=world.letter)}"
        return canvas.right(end, 0, said, face) if left + cell_len(said) <= end else end
    label = f" {words('frame.its-own')} "
    tags = [f" {owned.kind} {owned.letter} " for owned in world.owns]
    if left + cell_len(label) + sum(cell_len(tag) + 1 for tag in tags) > end:
        said = f" {words('frame.own-count', count=len(world.owns))}"
        return canvas.right(end, 0, said, face) if left + cell_len(said) <= end else end
    for owned, tag in zip(reversed(world.owns), reversed(tags), strict=True):
        end = canvas.right(end, 0, tag, solid(hue(owned.letter))) - 1
    return canvas.right(end + 1, 0, label, face)


class _Title(Drawn):
    DEFAULT_CSS = "_Title { height: 1; }"

    def __init__(self, words: Words, world: World) -> None:
        super().__init__(words)
        self.world = world
        self._rung = False

    def draw(self, canvas: Canvas) -> None:
        title_row(canvas, self.world, self.words, rung=self._rung)

    def ring(self) -> None:
        """Stand out for a moment, once; one that does stays so, and does not begin again."""
        if not self._rung:
            self._rung = True
            self.set_timer(RINGING_S, self._settle)
            self.redraw()

    def _settle(self) -> None:
        self._rung = False
        self.redraw()


class _Edge(Drawn):
    DEFAULT_CSS = "_Edge { width: 1; }"

    def __init__(self, words: Words, letter: str) -> None:
        super().__init__(words)
        self.letter = letter
        self.focused_within = False

    def draw(self, canvas: Canvas) -> None:
        ground = lettered(self.letter).on(Role.TERMINAL)
        canvas.edge(0, 0, canvas.height, ground, thick=self.focused_within)


class TerminalFrame(Vertical):
    """A title and an edge round one widget, usually a terminal. Thick edge: the keys go in there."""

    DEFAULT_CSS = """
    TerminalFrame { background: $surface; }
    TerminalFrame .inside { width: 1fr; height: 1fr; padding: 0 0 0 1; background: $surface; }
    """

    def __init__(self, words: Words, world: World, child: Widget, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = _Title(words, world)
        self._edge = _Edge(words, world.letter)
        self._child = child

    def compose(self) -> ComposeResult:
        """Title, edge, and what they frame."""
        yield self._title
        with Horizontal():
            yield self._edge
            yield Container(self._child, classes="inside")

    def show(self, world: World) -> None:
        """The world has another name, or owns more than before."""
        self._title.world = world
        self._edge.letter = world.letter
        self._title.redraw()
        self._edge.redraw()

    def on_terminal_rang(self) -> None:
        """A bell: seen, not heard."""
        self._title.ring()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """The keys go in here now."""
        self._mark_focus(True)

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        """The keys go elsewhere."""
        self._mark_focus(False)

    def _mark_focus(self, focused: bool) -> None:
        self._edge.focused_within = focused
        self._edge.redraw()
