"""The mounts pane: two trees of mounts on the same rows, and between them how a new mount travels."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from rich.cells import cell_len

from nslab.observe.mount_view import MountCell, MountColumn, MountRow, MountView, Travel
from nslab.observe.views import Gone, NotYet
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BOLD, LINE, MUTE, REVERSE, TEXT, Face, Role, hue, lettered, solid, tint
from nslab.tui.panes.mount_rows import (
    Hung,
    column_names,
    hidden_line,
    hung,
    in_sight,
    labels,
    note,
    source_line,
    unlike_the_others,
)
from nslab.tui.panes.pane import Emphasis, Pane, RowAt, about_row, drawable
from nslab.tui.wrap import shorten
from nslab.words import Words

Shown = MountView | NotYet | Gone[MountView]
ChangedCell = tuple[str, int]
"""A path and the index of a column."""

SOURCE = "/proc/<pid>/mountinfo"
NOTES_FROM = 112  # cells: a narrower pane has no notes
NOTE_CELLS, WIDEST_SHEET = 34, 40
NOTED_GAP, TITLED_GAP, NARROW_GAP = 17, 15, 5
TITLED_FROM = 70  # cells: a narrower pane doesn't say what the arrows tell
TAGGED_FROM = 18  # cells of a sheet, for its kind beside the letter
TOLD_FROM = 20  # and for a mount's propagation
LEAST_PATH, LEAST_SHEET = 10, 8
CAME = (Travel.TO_FIRST, Travel.TO_SECOND)
NOTHING_STANDS_OUT: Emphasis[str, ChangedCell] = Emphasis()


class Grid(Struct, frozen=True):
    """Where the columns stand: paths, a sheet, the gap with the arrows, another sheet, notes if there is room for them."""

    sheets: tuple[tuple[int, int], ...]
    notes: int | None

    @property
    def gap(self) -> tuple[int, int]:
        """The x and the width of what lies between two sheets."""
        end = self.sheets[0][0] + self.sheets[0][1]
        return end, self.sheets[1][0] - end


def grid_for(width: int, paths: int, columns: int, *, joined: bool) -> Grid:
    """For paths of at most `paths` cells. Two columns of one namespace are one sheet across both."""
    path = min(max(paths + 1, LEAST_PATH), width // 4)
    noted = width >= NOTES_FROM
    gap = NOTED_GAP if noted else TITLED_GAP if width >= TITLED_FROM else NARROW_GAP
    sheet = min(max((width - path - gap - (NOTE_CELLS if noted else 0)) // 2, LEAST_SHEET), WIDEST_SHEET)
    second = path + sheet + gap
    end = min(second + sheet, width)
    notes = end + 2 if noted else None
    if columns < 2 or joined:
        return Grid(((path, end - path),), notes)
    return Grid(((path, sheet), (second, end - second)), notes)


def mount_rows(
    canvas: Canvas, view: Shown, words: Words, emphasis: Emphasis[str, ChangedCell] = NOTHING_STANDS_OUT
) -> RowAt[str]:
    """Write the pane; for each y, the path whose row is drawn there.

    A mount that came across by itself is the solid row. Where not all paths fit, those that tell most are shown.
    """
    title = words("pane.mounts")
    shown = drawable(canvas, view, title, words, lambda on, last: _Sheets(on, last, words, NOTHING_STANDS_OUT).draw())
    if shown is None:
        return ()
    canvas.heading(title, SOURCE)
    row_at = _Sheets(canvas, shown, words, emphasis).draw()
    under = next((row for row in shown.rows if row.path == emphasis.cursor), None)
    if under is not None:
        names = column_names(shown, words)
        about_row(canvas, hidden_line(under, names, words) if emphasis.more else source_line(under, shown.columns))
    return row_at


class _Sheets:
    """Draws one view on one canvas."""

    def __init__(self, canvas: Canvas, view: MountView, words: Words, emphasis: Emphasis[str, ChangedCell]) -> None:
        self.canvas, self.view, self.words, self.emphasis = canvas, view, words, emphasis
        self.names = column_names(view, words)
        self.telling = unlike_the_others(view.rows)
        self.joined = view.shared
        self.two_trees = not view.shared and any(column.count is not None for column in view.columns[1:])
        room = max(canvas.height - 3, 0)  # below the heads, and without the source at the end
        shown = in_sight(view.rows, room, (emphasis.cursor, emphasis.highlight))
        if len(shown) < len(view.rows):
            shown = in_sight(view.rows, room - 1, (emphasis.cursor, emphasis.highlight))
        self.hung = tuple(hung(shown))
        self.left_out = len(view.rows) - len(shown)
        self.step = 2 if 2 * len(shown) + 2 <= room else 1
        paths = max((cell_len(one.branches + one.name) for one in self.hung), default=0)
        self.grid = grid_for(canvas.width, paths, len(view.columns), joined=self.joined)

    def draw(self) -> RowAt[str]:
        """Heads, sheets, rows, and how many paths are left out; for each y, the path drawn there."""
        top = 1 + self.step
        last = top + self.step * len(self.hung) - 1
        for at, column in enumerate(self.view.columns[: len(self.grid.sheets)]):
            self._sheet(at, column, last)
        row_at: dict[int, str] = {}
        for at, one in enumerate(self.hung):
            y = top + self.step * at
            self._row(y, one)
            row_at[y] = one.row.path
        if self.left_out:
            left_out = self.words("pane.mount-more", count=self.left_out)
            self.canvas.put(0, last + 1, shorten(left_out, self.canvas.width), MUTE)
        elif self.two_trees and last + 3 < self.canvas.height:
            self._legend(last + 2)
        return tuple(row_at.get(y) for y in range(self.canvas.height))

    def _sheet(self, at: int, column: MountColumn, last: int) -> None:
        """A tinted sheet with a head; without ground where nobody is there, or nobody any more."""
        x, width = self.grid.sheets[at]
        columns = self.view.columns if self.joined else (column,)
        ink, there = hue(column.letter), column.pid is not None and column.alive
        if there:
            self.canvas.fill(x, 1, width, last, tint(ink))
            self.canvas.edge(x, 1, last, lettered(column.letter))
        end = x + width
        if column.count is not None:
            tag = f"mnt {column.letter}" if width >= TAGGED_FROM else column.letter
            end -= cell_len(tag) + 2
            self.canvas.tag(end, 1, tag, ink)
        for one, name in zip(columns, self.names[at:], strict=False):
            x = self._name(x, end, one, name, ink) + 1
        about = self._about(column)
        if about and x + cell_len(about) < end:
            self.canvas.put(x, 1, about, Face(ink) if there else MUTE)
        if at == 1 and not self.joined:
            self._between(column)

    def _name(self, x: int, end: int, column: MountColumn, name: str, ink: Role) -> int:
        shown = shorten(name, max(end - x - 3, 1))
        if column.pid is None or not column.alive:
            return self.canvas.put(x, 1, shown, MUTE)
        return self.canvas.tag(x, 1, shown, ink)

    def _about(self, column: MountColumn) -> str:
        if column.pid is None:
            return "╌"
        if not column.alive:
            return self.words("pane.ended")
        return column.errno or self.words("pane.mount-count", count=column.count)

    def _between(self, column: MountColumn) -> None:
        """What the arrows tell; nothing where there is no second tree."""
        x, width = self.grid.gap
        if column.count is not None:
            title = self.words("pane.mount-travel")
            if cell_len(title) < width:
                self.canvas.mid(x + 1, width - 1, 1, title, MUTE)
        elif column.pid is None:
            second, room = self.grid.sheets[1]
            self.canvas.para(second, 3, room, self.words("pane.no-process-yet", name=column.name), MUTE)

    def _row(self, y: int, one: Hung) -> None:
        row = one.row
        x = self.canvas.put(0, y, one.branches, LINE)
        lit = self.emphasis.highlight == row.path
        face = REVERSE if lit else BOLD if row.path in self.telling else TEXT
        self.canvas.put(x, y, shorten(one.name, max(self.grid.sheets[0][0] - 1 - x, 1)), face)
        if self.emphasis.cursor == row.path:
            self.canvas.put(self.grid.sheets[0][0] - 1, y, "▸", BOLD)
        for at, cell in enumerate(row.cells[: len(self.grid.sheets)]):
            self._cell(y, at, cell, row)
        if self.two_trees:
            self._travel(y, row)
        if self.grid.notes is not None:
            said = shorten(note(row, self.names, self.words), max(self.canvas.width - self.grid.notes, 1))
            self.canvas.put(self.grid.notes, y, said, BOLD if row.came_to is not None else MUTE)

    def _cell(self, y: int, at: int, cell: MountCell | None, row: MountRow) -> None:
        x, width = self.grid.sheets[at]
        column = self.view.columns[at]
        if column.count is None:
            return
        if cell is None:
            self.canvas.put(x + 2, y, "╌", MUTE)
            return
        ink = hue(column.letter)
        came = row.came_to == at
        stands_out = came != ((row.path, at) in self.emphasis.changed)
        face = solid(ink) if stands_out else MUTE if cell.hidden_by else Face(ink, bold=row.path in self.telling)
        if stands_out:
            self.canvas.bar(x, y, width, 1, ink)
        told = (str(cell.propagation) if width >= TOLD_FROM else "", self.words("pane.mount-new") if came else "")
        right = " · ".join(filter(None, told))
        label, right = _fitting(tuple(labels(cell, self.words)), right, width - 3)
        self.canvas.put(x + 1, y, f" {label} ", face)
        self.canvas.right(x + width - 1, y, f" {right}" if right else "", face)

    def _travel(self, y: int, row: MountRow) -> None:
        """How a new mount below this one would travel; where this one came across itself, the way it came."""
        x, width = self.grid.gap
        first, second = (self.view.columns[at].letter for at in (0, 1))
        line = "━" * (width - 3)
        travel = row.travel if row.came_to is None else CAME[row.came_to]
        match travel:
            case Travel.BOTH:
                self.canvas.put(x + 1, y, f"◂{line[:-1]}►", BOLD)
            case Travel.TO_SECOND:
                self.canvas.put(x + 1, y, f"{line}►", lettered(first).strong)
            case Travel.TO_FIRST:
                self.canvas.put(x + 1, y, f"◂{line}", lettered(second).strong)
            case Travel.NEITHER:
                self._walls(y, x, width, row)

    def _walls(self, y: int, x: int, width: int, row: MountRow) -> None:
        """Nothing passes: a wall before each side, with a line to it from the side that alone has a mount."""
        third = (width - 3) // 3
        first, second = row.cells
        if first is not None:
            self.canvas.put(x + 1, y, "─" * third if second is None else " " * third, MUTE)
            self.canvas.put(x + 1 + third, y, "├", MUTE)
        if second is not None:
            end = x + width - 1
            self.canvas.put(end - third - 1, y, "┤", MUTE)
            self.canvas.put(end - third, y, "─" * third if first is None else " " * third, MUTE)

    def _legend(self, y: int) -> None:
        """The arrows in words, as many as there is room for."""
        x = 0
        for sign, said in (("━►", "slave"), ("◂━►", "shared"), ("├ ┤", "private")):
            meaning = self.words(f"pane.mount-legend.{said}")
            if x + cell_len(sign) + 1 + cell_len(meaning) > self.canvas.width:
                return
            x = self.canvas.put(x, y, sign, BOLD)
            x = self.canvas.put(x + 1, y, meaning, MUTE) + 3


def _fitting(wordings: tuple[str, ...], right: str, room: int) -> tuple[str, str]:
    """The longest wording beside `right`; alone where even the shortest doesn't fit beside it."""
    beside = [one for one in wordings if cell_len(one) + 1 + cell_len(right) <= room]
    if beside:
        return beside[0], right
    return shorten(wordings[-1], room), ""


class MountPane(Pane[MountView, str, ChangedCell]):
    """The pane. Rows are named by path."""

    def rows_of(self, view: MountView) -> tuple[str, ...]:
        """Every path, as the tree has them."""
        return tuple(row.path for row in view.rows)

    def outstanding(self, view: MountView) -> str | None:
        """The mount that came across, else one that only one side has."""
        came = (row.path for row in view.rows if row.came_to is not None)
        alone = (row.path for row in view.rows if None in row.cells)
        return next(came, next(alone, None))

    def changed_cells(self, old: MountView, new: MountView) -> frozenset[ChangedCell]:
        """Mounts that are new, or whose line in mountinfo says something else."""
        if [column.pid for column in old.columns] != [column.pid for column in new.columns]:
            return frozenset()
        return frozenset(_changed(old, new))

    def draw_view(self, canvas: Canvas, view: Shown, emphasis: Emphasis[str, ChangedCell]) -> RowAt[str]:
        """The pane."""
        return mount_rows(canvas, view, self.words, emphasis)


def _changed(old: MountView, new: MountView) -> Iterator[ChangedCell]:
    before = {row.path: row.cells for row in old.rows}
    for row in new.rows:
        cells = before.get(row.path, ())
        for at, cell in enumerate(row.cells):
            was = cells[at] if at < len(cells) else None
            if cell is not None and (was is None or was.line != cell.line):
                yield row.path, at
