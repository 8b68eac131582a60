"""The namespaces pane: processes side by side. What they share is one bar across them, what is their own are several."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from nslab.kernel.namespaces import Kind
from nslab.observe.views import Gone, NamespaceRow, NamespaceView, NotYet
from nslab.tui.canvas import Canvas, middle_of
from nslab.tui.faces import BOLD, MUTE, REVERSE, Face, Role, hue
from nslab.tui.panes.bar_rows import Bars, fact, quiet_ground, quiet_letter
from nslab.tui.panes.bars import LABEL_CELLS, Segment, grid_for, is_split, segments_of, sorted_rows
from nslab.tui.panes.heads import column_head
from nslab.tui.panes.pane import Emphasis, Pane, RowAt, about_row, above_more, drawable
from nslab.tui.wrap import shorten
from nslab.words import Words

Shown = NamespaceView | NotYet | Gone[NamespaceView]
ChangedCell = tuple[Kind, int]
"""A row and the index of a column."""

SOURCE = "/proc/<pid>/ns"
TALL = 3
AFAR = ((5, 1), (3, 1), (2, 1), (1, 1))
"""The heights of bars that are seen from afar, and of the gap between them, the best first."""
NUMBERS_BELOW = ((2, 1), (2, 0))
"""As AFAR, of split bars that are too narrow for a number beside the letter."""
NOTHING_STANDS_OUT: Emphasis[Kind, ChangedCell] = Emphasis()


def namespace_rows(
    canvas: Canvas,
    view: Shown,
    words: Words,
    emphasis: Emphasis[Kind, ChangedCell] = NOTHING_STANDS_OUT,
) -> RowAt[Kind]:
    """Write the pane; for each y, the kind that is drawn there.

    Rows that differ are solid, and three tall if there is room. A pane too low for eight rows makes one bar of all kinds
    that are shared.
    """
    title = words("pane.namespaces")
    shown = drawable(canvas, view, title, words, lambda on, last: _Table(on, last, words, NOTHING_STANDS_OUT).draw())
    if shown is None:
        return ()
    members = members_line(shown, emphasis.cursor) if emphasis.cursor is not None and emphasis.more else ""
    above = above_more(canvas, members)
    above.heading(title, SOURCE)
    row_at = _Table(above, shown, words, emphasis).draw()
    canvas.blit(above, 0, 0)
    if emphasis.cursor is not None:
        sources = source_lines(shown, emphasis.cursor, canvas.width, canvas.free_rows)
        about_row(canvas, *([members] if emphasis.more else sources))
    return row_at


def source_lines(view: NamespaceView, kind: Kind, width: int, rows: int) -> tuple[str, ...]:
    """As `source_line`; where that leaves a side out, each side in a line of its own, if there are `rows` for them."""
    each = tuple(dict.fromkeys(f"{fact(one.cell)} ← {one.cell.source}" for one in _segments(view, kind)))
    line = source_line(view, kind, width)
    fits = 1 < len(each) <= rows and all(cell_len(one) <= width for one in each)
    return each if line in each and fits else (line,)


def source_line(view: NamespaceView, kind: Kind, width: int) -> str:
    """What a row says, and the command that says it; the longest wording that fits `width` cells."""
    segments = _segments(view, kind)
    if not segments:
        return ""
    facts = list(dict.fromkeys(fact(segment.cell) for segment in segments))
    pids = [str(column.pid) for column in view.columns if column.pid is not None]
    every = f"readlink /proc/{_any_of(pids)}/ns/{kind.value}"
    shortest = f"{facts[-1]} ← {segments[-1].cell.source}"
    alone = [f"{facts[0].rpartition(' ')[2]} ← {every}"] if len(facts) == 1 else []
    known = all(segment.cell.letter is not None for segment in segments)
    wordings = (f"{(' ≠ ' if known else '  ').join(facts)} ← {every}", *alone, shortest)
    return next((wording for wording in wordings if cell_len(wording) <= width), shortest)


def members_line(view: NamespaceView, kind: Kind) -> str:
    """Who is in each of a row's namespaces, those first that are fewer: the others may have to be cut."""
    cells = {segment.cell.namespace: segment.cell for segment in _segments(view, kind)}.values()
    return "  ".join(
        f"{cell.letter or '?'}: {', '.join(f'{member.comm} {member.pid}' for member in cell.members) or '╌'}"
        for cell in sorted(cells, key=lambda cell: len(cell.members))
    )


def _segments(view: NamespaceView, kind: Kind) -> tuple[Segment, ...]:
    row = next(row for row in view.rows if row.kind is kind)
    return segments_of(row, view.columns)


def _any_of(pids: list[str]) -> str:
    """As a shell's braces have it."""
    return f"{{{','.join(pids)}}}" if len(pids) > 1 else "".join(pids)


class _Table:
    """Draws one view on one canvas."""

    def __init__(
        self, canvas: Canvas, view: NamespaceView, words: Words, emphasis: Emphasis[Kind, ChangedCell]
    ) -> None:
        self.canvas = canvas
        self.view = view
        self.words = words
        self.emphasis = emphasis
        self.grid = grid_for(canvas.width, len(view.columns))
        self.bars = Bars(canvas, self.grid, view.columns)

    def draw(self) -> RowAt[Kind]:
        """Heads, split rows, shared rows; for each y, the kind drawn there."""
        for at, column in enumerate(self.view.columns[: self.grid.count]):
            column_head(self.canvas, self.grid, at, column, self.words)
        row_at = self._afar() if self.canvas.afar else self._near()
        for at, column in enumerate(self.view.columns[: self.grid.count]):
            if column.pid is None:
                words = self.words("pane.no-process-yet", name=column.name)
                self.canvas.para(self.grid.left(at), 3, self.grid.cells(at, at), words, MUTE)
        return tuple(row_at.get(y) for y in range(self.canvas.height))

    def _near(self) -> dict[int, Kind]:
        """Every kind has its row, as long as there is room for eight."""
        split, shared = sorted_rows(self.view)
        tall, gap = self._heights(split, shared)
        fold = len(self.view.rows) > self.canvas.height - 2
        y, row_at = 2, dict[int, Kind]()
        for row in split if fold else split + shared:
            height = tall if row in split else 1
            self._row(y, height, row)
            row_at |= dict.fromkeys(range(y, y + height), row.kind)
            y += height + (gap if row in split else 0)
        if fold and shared:
            self._folded(y, tall, shared)
        return row_at

    def _heights(self, split: list[NamespaceRow], shared: list[NamespaceRow]) -> tuple[int, int]:
        """The height of a split bar, and of the gap below it: two rows at least, where that makes room for numbers."""
        room = self.canvas.height - 4  # below the heads, and without a blank row and the source at the end
        lower = NUMBERS_BELOW if any(self.bars.wants_two_rows(row) for row in split) else ()
        fits = (fit for fit in ((TALL, 1), *lower) if len(split) * sum(fit) + len(shared) <= room)
        return next(fits, (1, 0))

    def _afar(self) -> dict[int, Kind]:
        """For a back row: bars as tall as they can be, and all that is shared in one, but for what the lesson points at."""
        split, shared = sorted_rows(self.view)
        alone = split + [row for row in shared if row.kind is self.emphasis.highlight]
        rest = [row for row in shared if row not in alone]
        room, bars = self.canvas.height - 2, len(alone) + bool(rest)
        height, gap = next((fit for fit in AFAR if bars * sum(fit) - fit[1] <= room), (1, 0))
        y, row_at = 2, dict[int, Kind]()
        fits = bars <= room
        shown = alone if fits else alone[: max(room - 1, 0)]  # the last row tells how many more there are
        for row in shown:
            self._row(y, height, row)
            row_at |= dict.fromkeys(range(y, y + height), row.kind)
            y += height + gap
        if not fits:
            self.canvas.put(0, y, self.words("pane.more-rows", above=0, below=bars - len(shown)), MUTE)
        elif rest:
            self._folded(y, height, rest)
        return row_at

    def _row(self, y: int, height: int, row: NamespaceRow) -> None:
        middle = y + middle_of(height)
        lit, split = self.emphasis.highlight is row.kind, is_split(row, self.view.columns)
        self.canvas.put(0, middle, row.kind.value, REVERSE if lit else BOLD if split else MUTE)
        if self.emphasis.cursor is row.kind:
            self.canvas.put(LABEL_CELLS - 1, middle, "▸", BOLD)
        self.bars.row(y, height, row, {column for kind, column in self.emphasis.changed if kind is row.kind})

    def _folded(self, y: int, height: int, shared: list[NamespaceRow]) -> None:
        """All that is shared in one bar. Its kinds have one letter, unless none of the columns is the host's."""
        known = max(at for row in shared for at, cell in enumerate(row.cells[: self.grid.count]) if cell is not None)
        x, width, middle = LABEL_CELLS, self.grid.cells(0, known), y + middle_of(height)
        letters = {cell.letter for row in shared for cell in row.cells if cell is not None and cell.letter}
        letter = letters.pop() if len(letters) == 1 else ""
        ink = hue(letter) if letter else Role.A
        self.canvas.put(0, middle, shorten(self.words("pane.shared"), LABEL_CELLS - 1), MUTE)
        self.canvas.quiet_bar(x, y, width, height, quiet_ground(ink, 0))
        if letter:
            quiet_letter(self.canvas, x, middle, letter)
        kinds = [row.kind for row in shared]
        gap = next((gap for gap in ("   ", "  ") if len(gap.join(kinds)) + 5 <= width), " ")
        line = shorten(f" {gap.join(kinds)} ", width - 3)
        start = x + 3 + (width - 3 - cell_len(line)) // 2
        self.canvas.put(start, middle, line, Face(ink, bold=True))
        self._mark_folded(start, middle, line, kinds)

    def _mark_folded(self, x: int, y: int, line: str, kinds: list[Kind]) -> None:
        """Of the kinds in one bar, the one that a lesson points at is reversed, and the cursor stands before its own."""
        for kind in kinds:
            at = line.find(f" {kind.value}")
            if at >= 0 and kind is self.emphasis.highlight:
                self.canvas.fill(x + at + 1, y, len(kind.value), 1, REVERSE)
                self.canvas.put(x + at + 1, y, kind.value, REVERSE)
            if at >= 0 and kind is self.emphasis.cursor:
                self.canvas.put(x + at, y, "▸", BOLD)


class NamespacePane(Pane[NamespaceView, Kind, ChangedCell]):
    """The pane."""

    def rows_of(self, view: NamespaceView) -> tuple[Kind, ...]:
        """In the order they are drawn: the split ones first."""
        split, shared = sorted_rows(view)
        return tuple(row.kind for row in split + shared)

    def changed_cells(self, old: NamespaceView, new: NamespaceView) -> frozenset[ChangedCell]:
        """Links that name another namespace than before."""
        return changed_cells(old, new)

    def draw_view(self, canvas: Canvas, view: Shown, emphasis: Emphasis[Kind, ChangedCell]) -> RowAt[Kind]:
        """The pane."""
        return namespace_rows(canvas, view, self.words, emphasis)


def changed_cells(old: NamespaceView, new: NamespaceView) -> frozenset[ChangedCell]:
    """Links of two moments that name different namespaces."""
    return frozenset(_changed(old, new))


def _changed(old: NamespaceView, new: NamespaceView) -> Iterator[ChangedCell]:
    for before, after in zip(old.rows, new.rows, strict=True):
        for at, (old_cell, new_cell) in enumerate(zip(before.cells, after.cells, strict=False)):
            if old_cell is not None and new_cell is not None and old_cell.namespace != new_cell.namespace:
                yield after.kind, at
