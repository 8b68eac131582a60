"""What every pane of observations has in common: faces for what isn't there, a cursor, a moment's mark on what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from msgspec import Struct
from textual import events
from textual.reactive import reactive
from textual.timer import Timer

from nslab.observe.views import Gone, NotYet
from nslab.tui.asked import Asked, asked_rows
from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import MUTE
from nslab.tui.wrap import lines_of, shorten
from nslab.words import Words

View = TypeVar("View", bound=Struct)
Row = TypeVar("Row")
Cell = TypeVar("Cell")

ROWS_WITH_A_BAR = 24
SETTLE_S = 0.6  # how long a cell that changed stands out

RowAt = tuple[Row | None, ...]
"""For each y of a pane which row is drawn there: what a click at it means."""


class Emphasis(Struct, Generic[Row, Cell], frozen=True):
    """What stands out in a pane: the row under the cursor, the row a lesson points at, the cells that just changed.

    `more` says that the last row tells more about the row under the cursor, in place of where it was read.
    """

    cursor: Row | None = None
    highlight: Row | None = None
    changed: frozenset[Cell] = frozenset()
    more: bool = False


def absent_rows(canvas: Canvas, title: str, view: NotYet, words: Words) -> None:
    """A pane that has nothing to show says what will appear, and when."""
    canvas.heading(title)
    canvas.para(0, 2, canvas.width, words(view.awaits), MUTE)


def gone_rows(canvas: Canvas, title: str, words: Words, draw_last: Callable[[Canvas], object]) -> None:
    """A pane whose lab is dead shows what was last seen, without colour, and says so."""
    last = Canvas(canvas.width, canvas.height, plain=canvas.plain, afar=canvas.afar)
    draw_last(last)
    last.rows[0] = [(" ", MUTE)] * canvas.width
    canvas.blit(last, 0, 0, dimmed=True)
    canvas.heading(title, words("pane.as-last-seen"), face=MUTE)


def drawable(
    canvas: Canvas,
    view: View | NotYet | Gone[View],
    title: str,
    words: Words,
    draw_last: Callable[[Canvas, View], object],
) -> View | None:
    """The view, where there is one to draw. Else draw the face of what there is, and None: it is awaited, or it is gone."""
    if isinstance(view, NotYet):
        absent_rows(canvas, title, view, words)
        return None
    if isinstance(view, Gone):
        gone_rows(canvas, title, words, lambda on: draw_last(on, view.last))
        return None
    return view


def about_row(canvas: Canvas, *paragraphs: str) -> None:
    """The last rows, as far as they are free: about the row under the cursor. What they have no room for is cut."""
    free, lines = canvas.free_rows, _lines(paragraphs, canvas.width)
    if not free:
        return
    if len(lines) > free:
        lines = [*lines[: free - 1], shorten(" ".join(lines[free - 1 :]), canvas.width)]
    for y, line in enumerate(lines, canvas.height - len(lines)):
        canvas.put(0, y, line, MUTE)


def above_more(canvas: Canvas, text: str) -> Canvas:
    """What is left of a canvas, to draw on, when Enter has asked for `text`: it gets its rows, up to a third of them all."""
    rows = min(len(_lines((text,), canvas.width)), max(canvas.height // 3, 1))
    return Canvas(canvas.width, canvas.height - (rows - 1), plain=canvas.plain, afar=canvas.afar)


def _lines(paragraphs: Iterable[str], width: int) -> list[str]:
    return [line for text in paragraphs for line in lines_of(text, width) or [""]]


class Pane(Drawn, Generic[View, Row, Cell], can_focus=True):
    """Shows a view and opens no file. Subclasses say which rows there are, what has changed, and how it is drawn.

    `view` is what is shown, `highlight` the row a lesson points at. Without `motion` nothing stands out as it changes.
    One that is a `whole` screen has a bar above it where it is shown to a room; in a lesson, the lesson has the bar.
    """

    view: reactive[View | NotYet | Gone[View]] = reactive(NotYet("pane.nothing-yet"), init=False)
    highlight: reactive[Row | None] = reactive(None, init=False)

    def __init__(self, words: Words, *, motion: bool = True, whole: bool = False, id: str | None = None) -> None:
        super().__init__(words, id=id)
        self._motion, self._whole, self._below_bar = motion, whole, 0
        self._cursor: Row | None = None
        self._more = False
        self._changed: frozenset[Cell] = frozenset()
        self._settling: Timer | None = None
        self._row_at: RowAt[Row] = ()

    def rows_of(self, view: View) -> tuple[Row, ...]:
        """The rows that the cursor can stand on, from top to bottom."""
        raise NotImplementedError

    def outstanding(self, view: View) -> Row | None:
        """The row that the cursor begins on where no lesson points at one; None for the first."""
        return None

    def changed_cells(self, old: View, new: View) -> frozenset[Cell]:
        """The cells that tell another fact than before."""
        raise NotImplementedError

    def draw_view(self, canvas: Canvas, view: View | NotYet | Gone[View], emphasis: Emphasis[Row, Cell]) -> RowAt[Row]:
        """Draw, and say which row is where."""
        raise NotImplementedError

    def asked(self, view: View) -> Asked:
        """What it is about as the hand is, for the bar above it. Asked of what is a `whole` screen."""
        raise NotImplementedError

    @property
    def told_above(self) -> bool:
        """Whether there is a bar, which says what its own heading would: before a room, unless the window is low."""
        shown = not isinstance(self.view, NotYet | Gone)
        return self._whole and self.afar and shown and self.size.height >= ROWS_WITH_A_BAR

    @property
    def top_row(self) -> int:
        """The row on which it begins: below its bar, if it has one."""
        return self._below_bar if self.told_above else 0

    def draw(self, canvas: Canvas) -> None:
        cursor = self._cursor_now() if self.has_focus else None
        emphasis = Emphasis(cursor, self.highlight, self._changed, self._more)
        view = self._view_now()
        if view is None or not self.told_above:
            self._row_at = self.draw_view(canvas, self.view, emphasis)
            return
        top = self._below_bar = asked_rows(canvas, self.asked(view))
        rest = Canvas(canvas.width, max(canvas.height - top, 0), plain=canvas.plain, afar=True)
        self._row_at = (*(None,) * top, *self.draw_view(rest, self.view, emphasis))
        canvas.blit(rest, 0, top)

    def watch_view(self, old: View | NotYet | Gone[View], new: View | NotYet | Gone[View]) -> None:
        """Draw what is new; let what changed stand out for a moment."""
        if self._motion and not isinstance(old, NotYet | Gone) and type(old) is type(new):
            self._let_stand_out(self.changed_cells(old, new))
        self.redraw()

    def watch_highlight(self) -> None:
        """Draw with another row lit."""
        self.redraw()

    def _let_stand_out(self, cells: frozenset[Cell]) -> None:
        if not cells:
            return
        self._changed |= cells
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(SETTLE_S, self._settle)

    def _settle(self) -> None:
        self._changed = frozenset()
        self.redraw()

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor shows, or goes: drawn once the focus is here, which on_focus comes before."""
        super().watch_has_focus(has_focus)
        self.redraw()

    def on_key(self, event: events.Key) -> None:
        """Up and down move the cursor."""
        steps = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10, "home": -(10**6), "end": 10**6}
        if event.key in steps:
            self._move(steps[event.key])
        elif event.key == "enter":
            self.enter()
        else:
            return
        event.stop()
        event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a row; a second one is Enter."""
        row = self._row_at[event.y] if 0 <= event.y < len(self._row_at) else None
        if row is None:
            return
        self._cursor = row
        if event.chain == 2:
            self.enter()
        self.redraw()

    def enter(self) -> None:
        """More about the row under the cursor, or its source again; on a board, what it makes of that row."""
        self._more = not self._more
        self.redraw()

    def _move(self, steps: int) -> None:
        cursor = self._cursor_now()
        if cursor is not None:
            rows = self._rows_now()
            self._cursor = rows[min(max(rows.index(cursor) + steps, 0), len(rows) - 1)]
        self.redraw()

    def _view_now(self) -> View | None:
        view = self.view.last if isinstance(self.view, Gone) else self.view
        return None if isinstance(view, NotYet) else view

    def _rows_now(self) -> tuple[Row, ...]:
        view = self._view_now()
        return () if view is None else self.rows_of(view)

    def _cursor_now(self) -> Row | None:
        """Where it was put; before that, or once that row is gone, on the row that matters, or the first."""
        view = self._view_now()
        if view is None:
            return None
        rows = self.rows_of(view)
        wanted = (self._cursor, self.highlight, self.outstanding(view), *rows[:1])
        return next((row for row in wanted if row in rows), None)
