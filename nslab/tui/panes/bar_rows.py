"""A kind's namespaces as bars: one across those who share it, several with a gap and ≠ where they don't."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise

from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.views import NamespaceCell, NamespaceColumn, NamespaceRow
from nslab.tui.canvas import Canvas, middle_of
from nslab.tui.faces import BOLD, MUTE, Face, Role, hue, lettered, tint
from nslab.tui.faces import solid as tag_face
from nslab.tui.panes.bars import LETTER_CELLS, Grid, Segment, differ, is_split, segments_of
from nslab.tui.wrap import shorten

Solid = Callable[[NamespaceRow, Segment], bool]


class Bars:
    """Draws rows of bars on a canvas, in the columns of a grid."""

    def __init__(
        self, canvas: Canvas, grid: Grid, columns: Sequence[NamespaceColumn], solid: Solid | None = None
    ) -> None:
        """`solid` says which bars are, where it is not the point that neighbours differ."""
        self.canvas, self.grid, self.columns, self.solid = canvas, grid, columns, solid

    def row(self, y: int, height: int, row: NamespaceRow, changed: AbstractSet[int] = frozenset()) -> None:
        """The bars of one kind from `y` down. Those that differ are solid; a column in `changed` stands out."""
        split = is_split(row, self.columns)
        found = segments_of(row, self.columns, dead_apart=self.solid is not None)
        segments = [one for one in found if one.last < self.grid.count]
        for segment in segments:
            new = any(column in changed for column in range(segment.first, segment.last + 1))
            self._bar(y, height, segment, solid=(self.solid(row, segment) if self.solid else split) != new)
        for left, right in pairwise(segments):
            if self.solid is None and differ(left, right):
                self.canvas.put(self.grid.sign(right.first), y + middle_of(height), "≠", BOLD)

    def wants_two_rows(self, row: NamespaceRow) -> bool:
        """Whether a number has no room beside its letter and would have it below."""
        beside = LETTER_CELLS + self.canvas.plain
        segments = [one for one in segments_of(row, self.columns) if one.last < self.grid.count]
        widths = [(self.grid.cells(one.first, one.last), len(inode_of(one.cell))) for one in segments]
        return any(size <= width < beside + size for width, size in widths if size)

    def _bar(self, y: int, height: int, segment: Segment, *, solid: bool) -> None:
        x, width = self.grid.left(segment.first), self.grid.cells(segment.first, segment.last)
        middle, last, letter = y + middle_of(height), y + height - 1, segment.cell.letter
        if letter is None:
            self.canvas.put(x + 1, middle, shorten(f"? {fact(segment.cell)}", width - 1), MUTE)
            return
        ink = hue(letter)
        if not segment.alive:
            self.canvas.fill(x, y, width, height, Role.PANEL)
            self.canvas.put(x, middle, f" {letter} ", MUTE)
            self._inode(x, width, (middle, last), segment.cell, MUTE)
        elif solid:
            self.canvas.bar(x, y, width, height, ink)
            self.canvas.tag(x, middle, letter, ink)
            self._inode(x, width, (middle, last), segment.cell, tag_face(ink))
        else:
            self.canvas.quiet_bar(x, y, width, height, quiet_ground(ink, y))
            if self.solid and ink is not Role.A:
                self.canvas.tag(x, middle, letter, ink)
            else:
                quiet_letter(self.canvas, x, middle, letter)
            self._inode(x, width, (middle, last), segment.cell, Face(ink))

    def _inode(self, x: int, width: int, rows: tuple[int, int], cell: NamespaceCell, face: Face) -> None:
        """In the middle, but right of the letter, or below it; left out where the bar has no room for it.

        `rows` are the letter's and the bar's last one.
        """
        y, last = rows
        inode = inode_of(cell)
        if self.solid and LETTER_CELLS + len(inode) > width:
            inode = f"…{inode[-3:]}"
        left = max(LETTER_CELLS + self.canvas.plain, (width - len(inode)) // 2)
        if left + len(inode) > width and y < last:
            y, left = y + 1, (width - len(inode)) // 2
        if left < 0 or left + len(inode) > width:
            return
        before = " " if left > 4 and y == rows[0] else ""  # a line of the plain look keeps off the number
        after = " " if left + len(inode) < width and y == rows[0] else ""
        self.canvas.put(x + left - len(before), y, f"{before}{inode}{after}", face)


def inode_of(cell: NamespaceCell) -> str:
    """The number of its namespace; none where that could not be read."""
    return f"{cell.namespace.inode}" if isinstance(cell.namespace, NamespaceId) else ""


def fact(cell: NamespaceCell) -> str:
    """What a cell says: the letter and inode, or why it could not be read."""
    if isinstance(cell.namespace, Unread):
        return cell.namespace.name
    return f"{cell.letter} {cell.namespace.inode}"


def quiet_letter(canvas: Canvas, x: int, y: int, letter: str) -> None:
    """The letter of what is shared."""
    canvas.put(x, y, f"[{letter}]" if canvas.plain else f" {letter} ", lettered(letter).strong)


def quiet_ground(ink: Role, y: int) -> Role:
    """The host's rows alternate, so that neighbours stay rows."""
    return Role.A_FAINT if ink is Role.A and y % 2 else tint(ink)
