"""The users pane: who processes are and what they may do, side by side. One bar is one user, one map, one power."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rich.cells import cell_len

from nslab.observe.user_source import capability_set, source, written
from nslab.observe.user_view import Line, UserView
from nslab.observe.views import Gone, NotYet
from nslab.tui.canvas import Canvas, middle_of
from nslab.tui.faces import BOLD, MUTE, REVERSE, RULE, TEXT, Face, Role, hue, lettered, tint
from nslab.tui.faces import solid as tag_face
from nslab.tui.panes.bars import grid_for
from nslab.tui.panes.heads import called, column_head
from nslab.tui.panes.pane import Emphasis, Pane, RowAt, about_row, drawable
from nslab.tui.panes.user_rows import (
    CAPABILITY_LINES,
    Bar,
    UserRow,
    differ,
    set_text,
    user_rows,
)
from nslab.tui.wrap import Span, shorten, wrap
from nslab.words import Words

Shown = UserView | NotYet | Gone[UserView]
ChangedCell = tuple[Line, int]
"""A row and the index of a column."""

SOURCES = ("/proc/<pid>/{status,uid_map,gid_map}", "/proc/<pid>/status")
LABEL_CELLS = 13
TAG_CELLS = 4
ID_CELLS = 5  # 65534: a number is never cut
TALL = 3
UNTINTED = (Line.OUTSIDE, Line.NO_NEW_PRIVS, Line.SECCOMP)
"""Rows that are in no namespace's colour."""
FOLDABLE = (Line.PERMITTED, Line.BOUNDING, Line.AMBIENT, Line.NO_NEW_PRIVS, Line.SECCOMP)
"""Rows that one row can tell of together, where there is little room and all columns are alike in them."""

NOTHING_STANDS_OUT: Emphasis[Line, ChangedCell] = Emphasis()


def user_pane_rows(
    canvas: Canvas, view: Shown, words: Words, emphasis: Emphasis[Line, ChangedCell] = NOTHING_STANDS_OUT
) -> RowAt[Line]:
    """Write the pane; for each y, the line that is drawn there.

    Rows in which neighbours differ are solid. Where there is room below, the names of the capabilities by which they
    differ; where there is too little, what all have alike is told in one row, and of the rest the part that matters.
    """
    title = words("pane.users")
    shown = drawable(canvas, view, title, words, lambda on, last: _Table(on, last, words, NOTHING_STANDS_OUT).draw())
    if shown is None:
        return ()
    canvas.heading(title, next((one for one in SOURCES if cell_len(title + one) + 6 <= canvas.width), ""))
    row_at = _Table(canvas, shown, words, emphasis).draw()
    if emphasis.cursor is not None:
        about_row(
            canvas, (more_line(shown, emphasis.cursor, words) if emphasis.more else source(shown, emphasis.cursor))
        )
    return row_at


def more_line(view: UserView, line: Line, words: Words) -> str:
    """What the row under the cursor means; of a capability set, which ones each column holds."""
    if line not in CAPABILITY_LINES:
        return words(f"pane.users.means-{line}")
    return "   ".join(
        f"{called(column, words)}: {set_text(capability_set(line, cell), view.every_capability, words)}"
        for column, cell in zip(view.columns, view.cells, strict=True)
        if cell
    )


def label(line: Line, rows: Sequence[UserRow], words: Words) -> str:
    """A row's name; the map's where one row tells of both."""
    both = line is Line.UID_MAP and all(row.line is not Line.GID_MAP for row in rows)
    return words("pane.users.maps" if both else f"pane.users.{line}")


class _Table:
    """Draws one view on one canvas."""

    def __init__(self, canvas: Canvas, view: UserView, words: Words, emphasis: Emphasis[Line, ChangedCell]) -> None:
        self.canvas = canvas
        self.view = view
        self.words = words
        self.emphasis = emphasis
        self.grid = grid_for(canvas.width, len(view.columns), LABEL_CELLS, TAG_CELLS + ID_CELLS)
        self.rows = user_rows(view, words, self.grid.count)

    def draw(self) -> RowAt[Line]:
        """Heads, rows, names; for each y, the line drawn there."""
        for at, column in enumerate(self.view.columns[: self.grid.count]):
            column_head(self.canvas, self.grid, at, column, self.words)
        room = max(self.canvas.height - 2, 0)
        shown, folded = self._fold(room - 1)  # the last row is left to what is told about a row
        in_sight = self._in_sight(shown, max(room - bool(folded), 0))
        tall = self._tall(in_sight, room - 1 - len(in_sight) - bool(folded))
        row_at: list[Line | None] = [None, None]
        for row in in_sight:
            height = TALL if row.line in tall else 1
            self._row(len(row_at), height, row)
            row_at += [row.line] * height
        y = len(row_at)
        if folded and y < self.canvas.height:
            self._folded(y, folded)
            y += 1
        self._names(y + (y + 7 < self.canvas.height))  # a blank row where there are rows to spare
        self._no_process_yet()
        return tuple(row_at)

    def _tall(self, rows: tuple[UserRow, ...], spare: int) -> frozenset[Line]:
        """Rows that are seen from afar, where nothing else needs the room: who they are, and what a lesson points at."""
        line = self._line_to_name()
        if line and any(self._sets(line)):
            return frozenset()
        wanted = dict.fromkeys((self.emphasis.highlight, Line.INSIDE))
        apart = [row.line for row in rows if row.line in wanted and row.differs and row.line not in UNTINTED]
        return frozenset(apart[: max(spare, 0) // (TALL - 1)])

    def _fold(self, room: int) -> tuple[tuple[UserRow, ...], tuple[UserRow, ...]]:
        """The rows to draw, and, if they are too many, those that one row tells of: all columns are alike in them, and
        neither the cursor nor a lesson points there. What the permitted set says twice goes with them."""
        pointed_at = (self.emphasis.cursor, self.emphasis.highlight)
        foldable = [
            row
            for row in self.rows
            if row.line in FOLDABLE and (not row.differs or self._as_effective(row)) and row.line not in pointed_at
        ]
        folded = tuple(foldable[-(len(self.rows) + 1 - room) :]) if len(self.rows) > room else ()
        if len(folded) < 2:
            return self.rows, ()
        return tuple(row for row in self.rows if row not in folded), folded

    def _as_effective(self, row: UserRow) -> bool:
        """Whether a row says of the permitted set what is said of the effective one, as it mostly does."""
        return row.line is Line.PERMITTED and any(
            row.bars == other.bars for other in self.rows if other.line is Line.EFFECTIVE
        )

    def _in_sight(self, rows: tuple[UserRow, ...], room: int) -> tuple[UserRow, ...]:
        """As many as there is room for, the row that matters among them."""
        wanted = self.emphasis.cursor or self.emphasis.highlight
        at = next((at for at, row in enumerate(rows) if row.line is wanted), 0)
        first = max(0, min(at - room + 1, len(rows) - room))
        return rows[first : first + room]

    def _no_process_yet(self) -> None:
        for at, column in enumerate(self.view.columns[: self.grid.count]):
            if column.pid is None:
                words = self.words("pane.no-process-yet", name=column.name)
                self.canvas.para(self.grid.left(at), 3, self.grid.cells(at, at), words, MUTE)

    def _row(self, y: int, height: int, row: UserRow) -> None:
        middle = y + middle_of(height)
        name, lit = label(row.line, self.rows, self.words), self.emphasis.highlight is row.line
        face = REVERSE if lit else BOLD if row.differs else MUTE
        self.canvas.put(0, middle, shorten(name, LABEL_CELLS - 2), face)
        if self.emphasis.cursor is row.line:
            self.canvas.put(LABEL_CELLS - 1, middle, "▸", BOLD)
        for bar in row.bars:
            columns = range(bar.first, bar.last + 1)
            changed = any((row.line, column) in self.emphasis.changed for column in columns)
            self._bar(y, height, row, bar, solid=row.differs != changed)
        for left, right in pairwise(row.bars):
            if differ(left, right):
                self.canvas.put(self.grid.sign(right.first), middle, "≠", BOLD)

    def _bar(self, y: int, height: int, row: UserRow, bar: Bar, *, solid: bool) -> None:
        x, width = self.grid.left(bar.first), self.grid.cells(bar.first, bar.last)
        if row.line is Line.OUTSIDE:
            self._outside(x, y, width, bar)
        elif not bar.alive or (bar.said.letter is None and row.line is not Line.HOST):
            self.canvas.quiet_bar(x, y, width, height, Role.PANEL)
            self._text(x, y + middle_of(height), width, bar, MUTE if not bar.alive else BOLD if row.differs else TEXT)
        else:
            self._owned(x, y, width, height, bar, solid=solid)

    def _owned(self, x: int, y: int, width: int, height: int, bar: Bar, *, solid: bool) -> None:
        """A fact that holds in one user namespace: in that one's colour, under its letter. The host's number has no tag."""
        letter = bar.said.letter
        middle, ink = y + middle_of(height), hue(letter) if letter else Role.A
        if solid:
            self.canvas.bar(x, y, width, height, ink)
            self._text(x, middle, width, bar, tag_face(ink))
            if letter:
                self.canvas.tag(x, middle, letter, ink)
            return
        self.canvas.quiet_bar(x, y, width, height, Role.A_FAINT if ink is Role.A and y % 2 else tint(ink))
        self._text(x, middle, width, bar, Face(ink))
        if letter:
            self.canvas.put(x, middle, f"[{letter}]" if self.canvas.plain else f" {letter} ", lettered(letter).strong)

    def _outside(self, x: int, y: int, width: int, bar: Bar) -> None:
        """The machine outside is never coloured: a line is its bar."""
        self.canvas.put(x, y, "─" * width, RULE)
        self._text(x, y, width, bar, MUTE)

    def _text(self, x: int, y: int, width: int, bar: Bar, face: Face) -> None:
        """In the middle, but right of the tag; the longest wording that fits, else as much of the last as does. Where it has
        cells to spare, a blank on each side keeps it off a line."""
        left, right = (TAG_CELLS, 0) if bar.said.letter else (1, 1)
        room = width - left - right
        fitting = (text for text in bar.said.wordings if cell_len(text) <= room)
        text = next(fitting, shorten(bar.said.wordings[-1], room))
        at = max(left, (width - cell_len(text)) // 2)
        framed = f" {text} " if (not bar.said.letter or at > left) and at + cell_len(text) < width else text
        self.canvas.put(x + at - (framed != text), y, framed, face)

    def _folded(self, y: int, folded: tuple[UserRow, ...]) -> None:
        """What all columns have alike, in a row of words."""
        self.canvas.put(0, y, shorten(self.words("pane.users.alike"), LABEL_CELLS - 2), MUTE)
        told = (
            f"{label(row.line, self.rows, self.words)} "
            f"{'= effective' if row.differs else row.bars[0].said.wordings[-1]}"
            for row in folded
            if row.bars
        )
        self.canvas.put(LABEL_CELLS, y, shorten("  ·  ".join(told), self.canvas.width - LABEL_CELLS), MUTE)

    def _names(self, y: int) -> None:
        """The capabilities by which the columns differ, as far as there is room; the longest list is cut first."""
        line = self._line_to_name()
        told = sorted(self._sets(line), key=lambda pair: len(pair[1])) if line else []
        if not line or not told or y + len(told) >= self.canvas.height - 1:
            return
        self.canvas.put(0, y, self.words("pane.users.named", set=label(line, self.rows, self.words)), MUTE)
        y += 1
        for left, (name, names) in zip(range(len(told) - 1, -1, -1), told, strict=True):
            self.canvas.put(0, y, shorten(name, LABEL_CELLS - 1), BOLD)
            lines = wrap((Span(names),), self.canvas.width - LABEL_CELLS - 2)  # with room for what follows a cut
            room = max(self.canvas.height - 1 - left - y, 1)
            for row in lines[:room]:
                end = self.canvas.spans(LABEL_CELLS, y, row)
                y += 1
            if len(lines) > room:
                self.canvas.put(end + 1, y - 1, "…")

    def _line_to_name(self) -> Line | None:
        wanted = [self.emphasis.cursor, self.emphasis.highlight]
        differing = [row.line for row in self.rows if row.differs]
        return next((line for line in (*wanted, *differing) if line in CAPABILITY_LINES), None)

    def _sets(self, line: Line) -> Iterator[tuple[str, str]]:
        """What each column holds beyond what all of them do, then that."""
        held = [
            (column, capability_set(line, cell).names)
            for column, cell in zip(self.view.columns, self.view.cells[: self.grid.count], strict=False)
            if cell is not None
        ]
        if all(names in ((), self.view.every_capability) for _, names in held):
            return  # all or none: there is nothing to tell apart
        common = [name for name in held[0][1] if all(name in names for _, names in held)] if held else []
        for column, names in held:
            if beyond := [name for name in names if name not in common]:
                yield self.words("pane.users.only", name=called(column, self.words)), " ".join(beyond)
        if common and len(held) > 1:
            yield self.words("pane.users.in-all"), " ".join(common)


class UserPane(Pane[UserView, Line, ChangedCell]):
    """The pane."""

    def rows_of(self, view: UserView) -> tuple[Line, ...]:
        """In the order they are drawn."""
        return tuple(row.line for row in user_rows(view, self.words, len(view.cells)))

    def outstanding(self, view: UserView) -> Line | None:
        """Who they are, first of all."""
        return Line.INSIDE

    def changed_cells(self, old: UserView, new: UserView) -> frozenset[ChangedCell]:
        """What a row says of a column, where it is another fact than before."""
        return frozenset(_changed(old, new))

    def draw_view(self, canvas: Canvas, view: Shown, emphasis: Emphasis[Line, ChangedCell]) -> RowAt[Line]:
        """The pane."""
        return user_pane_rows(canvas, view, self.words, emphasis)


def _changed(old: UserView, new: UserView) -> Iterator[ChangedCell]:
    for at, (was, cell) in enumerate(zip(old.cells, new.cells, strict=False)):
        if was is not None and cell is not None:
            yield from ((line, at) for line in Line if written(line, was) != written(line, cell))
