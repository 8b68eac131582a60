"""Where the namespaces pane's bars are: columns on a line, and neighbours in one namespace joined to one bar."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from nslab.observe.namespaces import NamespaceId
from nslab.observe.views import NamespaceCell, NamespaceColumn, NamespaceRow, NamespaceView

LABEL_CELLS = 8
LETTER_CELLS = 3


class Segment(Struct, frozen=True):
    """Neighbouring columns that are in one namespace: one bar. `alive` is False where all its processes are only last seen."""

    first: int
    last: int
    cell: NamespaceCell
    alive: bool


class Grid(Struct, frozen=True):
    """Where the columns stand: right of the labels, each `bar` cells wide, `gap` between, the last one up to `width`."""

    width: int
    count: int
    gap: int
    bar: int
    label: int = LABEL_CELLS

    def left(self, column: int) -> int:
        """The x of a column's first cell."""
        return self.label + column * (self.bar + self.gap)

    def cells(self, first: int, last: int) -> int:
        """How wide a bar over these columns is, the gaps between them included."""
        end = self.width if last == self.count - 1 else self.left(last) + self.bar
        return end - self.left(first)

    def head_cells(self, column: int) -> int:
        """How much room a column's head has: it may use the gap, but for one cell."""
        last = column == self.count - 1
        return self.cells(column, column) if last else self.bar + self.gap - 1

    def sign(self, column: int) -> int:
        """The x of the ≠ before a column; a cell right of it stays free, as some terminals draw it two cells wide."""
        return self.left(column) - self.gap + (2 if self.gap > 4 else 1)


def grid_for(width: int, columns: int, label: int = LABEL_CELLS, least: int = LETTER_CELLS) -> Grid:
    """As many columns as can be `least` cells wide each: a letter, if nothing else is said."""
    gap = 5 if width > 60 else 4
    count = max(1, min(columns, (width - label + gap) // (gap + least)))
    return Grid(width, count, gap, (width - label - gap * (count - 1)) // count, label)


def segments_of(
    row: NamespaceRow, columns: Sequence[NamespaceColumn], *, dead_apart: bool = False
) -> tuple[Segment, ...]:
    """Neighbours in one namespace join. What a process that has died shared with one that lives is as whole as before.

    `dead_apart`: it is not, where the point is that the others go on without it.
    """
    found: list[Segment] = []
    for at, (cell, column) in enumerate(zip(row.cells, columns, strict=True)):
        if cell is None:
            continue
        own = Segment(at, at, cell, column.alive)
        if found and _join(found[-1], own) and (not dead_apart or (found[-1].alive and own.alive)):
            found[-1] = Segment(found[-1].first, at, found[-1].cell, alive=found[-1].alive or own.alive)
        else:
            found.append(own)
    return tuple(found)


def _join(left: Segment, right: Segment) -> bool:
    known = isinstance(left.cell.namespace, NamespaceId)
    return known and left.last + 1 == right.first and left.cell.namespace == right.cell.namespace


def differ(left: Segment, right: Segment) -> bool:
    """Neighbours, both read, and not the same."""
    known = isinstance(left.cell.namespace, NamespaceId) and isinstance(right.cell.namespace, NamespaceId)
    return known and left.last + 1 == right.first and left.cell.namespace != right.cell.namespace


def is_split(row: NamespaceRow, columns: Sequence[NamespaceColumn]) -> bool:
    """Whether any neighbours differ."""
    return any(differ(left, right) for left, right in pairwise(segments_of(row, columns)))


def sorted_rows(view: NamespaceView) -> tuple[list[NamespaceRow], list[NamespaceRow]]:
    """Those in which neighbours differ, and those that are shared; as they are drawn."""
    split = [row for row in view.rows if is_split(row, view.columns)]
    return split, [row for row in view.rows if row not in split]
