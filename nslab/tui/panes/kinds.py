"""The board of kinds: all there are, with flag and age, and on each row the host beside a container that has just that one."""

from __future__ import annotations

from textual.reactive import reactive

from nslab.course.model import Container
from nslab.kernel.namespaces import Kind, Since
from nslab.observe.views import CallRow, Gone, KindRow, KindsView, NotYet, Refused
from nslab.tui.canvas import Canvas, middle_of
from nslab.tui.faces import BAD, BOLD, MUTE, REVERSE, TEXT
from nslab.tui.panes.bar_rows import Bars
from nslab.tui.panes.bars import grid_for, is_split
from nslab.tui.panes.calls import answer_text
from nslab.tui.panes.heads import column_head
from nslab.tui.panes.namespaces import SOURCE, ChangedCell, changed_cells, source_line
from nslab.tui.panes.pane import Emphasis, Pane, RowAt, about_row, drawable
from nslab.tui.wanted import PartWanted
from nslab.tui.wrap import shorten
from nslab.words import Words

Shown = KindsView | NotYet | Gone[KindsView]

BOX = "box"
"""The one container of this board: the next one takes its place."""

FLAG, SINCE, BARS = 8, 25, 44  # where the columns begin
ISOLATES, WIDE_BARS = 44, 84  # where there is room for one more
WIDE, NARROW = 118, 62
SIDES = 2
TOP = 2
NOTHING_YET = NotYet("pane.nothing-yet")
NOTHING_STANDS_OUT: Emphasis[Kind, ChangedCell] = Emphasis()


def kinds_rows(
    canvas: Canvas, view: Shown, words: Words, emphasis: Emphasis[Kind, ChangedCell] = NOTHING_STANDS_OUT
) -> RowAt[Kind]:
    """Write the board; for each y, the kind that is drawn there."""
    title = words("pane.kinds")
    shown = drawable(canvas, view, title, words, lambda on, last: _Board(on, last, words, NOTHING_STANDS_OUT).draw())
    if shown is None:
        return ()
    canvas.heading(title, SOURCE)
    row_at = _Board(canvas, shown, words, emphasis).draw()
    if shown.refused is not None:
        canvas.put(0, canvas.height - 1, shorten(refusal(shown.refused, words), canvas.width), BAD)
    elif emphasis.cursor is not None:
        about_row(canvas, source_line(shown.sides, emphasis.cursor, canvas.width))
    return row_at


def since_text(since: Since) -> str:
    """The release, or the first and the one with which the kind was complete; and the year."""
    releases = since.first if since.whole == since.first else f"{since.first}–{since.whole}"
    return f"{releases:<13} {since.year}"


def refusal(call: CallRow, words: Words) -> str:
    """Why there is no container: the call, what the kernel answered, and what that means."""
    answer = answer_text(call, words)
    if isinstance(call.answer, Refused):
        answer = words("pane.kinds-refused", answer=answer, meaning=call.answer.meaning)
    return f"{answer} ← {call.call}"


class _Board:
    """Draws one view on one canvas."""

    def __init__(self, canvas: Canvas, view: KindsView, words: Words, emphasis: Emphasis[Kind, ChangedCell]) -> None:
        self.canvas, self.view, self.words, self.emphasis = canvas, view, words, emphasis
        self.wide, self.narrow = canvas.width >= WIDE, canvas.width < NARROW
        self.grid = grid_for(canvas.width, SIDES, WIDE_BARS if self.wide else SINCE if self.narrow else BARS)
        self.bars = Bars(canvas, self.grid, view.sides.columns)

    def draw(self) -> RowAt[Kind]:
        """Heads and rows; for each y, the kind drawn there."""
        self.canvas.put(FLAG, 1, self.words("pane.kinds-flag"), MUTE)
        if not self.narrow:
            self.canvas.put(SINCE, 1, self.words("pane.kinds-since"), MUTE)
        if self.wide:
            self.canvas.put(ISOLATES, 1, self.words("pane.kinds-isolates"), MUTE)
        for at, column in enumerate(self.view.sides.columns[: self.grid.count]):
            column_head(self.canvas, self.grid, at, column, self.words)
        room = self.canvas.height - TOP - 1  # the last row tells more
        height = next((rows for rows in (3, 2) if len(self.view.kinds) * rows <= room + rows - 2), 1)
        row_at: list[Kind | None] = [None] * TOP
        for at, kind in enumerate(self.view.kinds):
            self._row(TOP + at * height, height, kind)
            row_at += [kind.kind] * height
        if len(self.view.sides.columns) < self.grid.count:
            words = self.words("pane.kinds-none")
            self.canvas.para(self.grid.left(1), TOP, self.grid.cells(1, 1), words, MUTE)
        return tuple(row_at[: self.canvas.height])

    def _row(self, y: int, height: int, kind: KindRow) -> None:
        sides = next(row for row in self.view.sides.rows if row.kind is kind.kind)
        lit, split = self.emphasis.highlight is kind.kind, is_split(sides, self.view.sides.columns)
        here, tall = self.emphasis.cursor is kind.kind, max(height - 1, 1)
        changed = {column for changed, column in self.emphasis.changed if changed is kind.kind}
        self.bars.row(y, tall, sides, changed)
        y += middle_of(tall) if self.wide else 0  # on a line with the bars' numbers
        self.canvas.put(0, y, kind.kind.value, REVERSE if lit else BOLD if split or here else TEXT)
        if here:
            self.canvas.put(FLAG - 1, y, "▸", BOLD)
        self.canvas.put(FLAG, y, kind.flag, BOLD if split else TEXT)
        if not self.narrow:
            self.canvas.put(SINCE, y, since_text(kind.since), MUTE)
        isolates = self.words(f"kind.{kind.kind}")
        if self.wide:
            self.canvas.put(ISOLATES, y, shorten(isolates, WIDE_BARS - ISOLATES - 2), TEXT)
        elif height > 1:
            self.canvas.put(FLAG, y + 1, shorten(isolates, self.grid.label - FLAG - 1), MUTE)


class KindsPane(Pane[KindsView, Kind, ChangedCell]):
    """The board. Enter asks for a container with the namespace of the row under the cursor, and no other."""

    view: reactive[Shown] = reactive(NOTHING_YET, init=False)

    def rows_of(self, view: KindsView) -> tuple[Kind, ...]:
        """The oldest first."""
        return tuple(row.kind for row in view.kinds)

    def changed_cells(self, old: KindsView, new: KindsView) -> frozenset[ChangedCell]:
        """Links that name another namespace than before."""
        return changed_cells(old.sides, new.sides)

    def enter(self) -> None:
        """Ask for the container."""
        if isinstance(self.view, KindsView) and (kind := self._cursor_now()) is not None:
            self.post_message(PartWanted(Container(BOX, (kind,))))

    def draw_view(self, canvas: Canvas, view: Shown, emphasis: Emphasis[Kind, ChangedCell]) -> RowAt[Kind]:
        """The board."""
        return kinds_rows(canvas, view, self.words, emphasis)
