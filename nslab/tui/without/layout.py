"""Where everything of the ablation board stands, for each size: pure numbers, for drawing and for clicks alike."""

from __future__ import annotations

from msgspec import Struct

from nslab.course.ablation import PRIMITIVES
from nslab.course.attacks import ATTACKS

NARROWEST = 76  # columns: what a terminal of 80 leaves, and the story of one of 120
WIDE = 110  # columns: from here on there is a row of captions
HEAD_ROWS = 3  # names in two rows, and whether each is there
CELL_ROWS = 9  # title, the longest attack's calls, and what came of it
FEWEST_CELL_ROWS = 5
FEWEST_SHEET, MOST_SHEET = 3, 8
HOST_CELLS = 10  # for what an attack got


class Layout(Struct, frozen=True):
    """Rows and columns of one board. What there is no room for is None.

    `heading`, `captions`, `heads`, `rows`, `note`, `cell` are first rows; `seen` is how many attacks there is room for, `first`
    the first of them; `left` is the first sheet's x, `sheet` how wide each is with its gap, `host` where the host's side begins.
    """

    heading: int | None
    captions: int | None
    heads: int
    rows: int
    seen: int
    first: int
    note: int
    cell: int | None
    left: int
    sheet: int
    host: int

    def x(self, primitive: str) -> int:
        """A sheet's first cell."""
        return self.left + PRIMITIVES.index(primitive) * self.sheet

    def row_at(self, y: int) -> int | None:
        """The attack that stands in a row of the screen."""
        return self.first + y - self.rows if self.rows <= y < self.rows + self.seen else None

    def column_at(self, x: int) -> int | None:
        """The sheet that stands in a column of the screen."""
        at = (x - self.left) // self.sheet
        return at if 0 <= at < len(PRIMITIVES) else None


def layout(width: int, height: int, names: int, selected: int) -> Layout:
    """The board in so much room. `names` is how many cells the longest name of an attack has, `selected` the attack at hand."""
    count = len(ATTACKS)
    spare = height - HEAD_ROWS - count - 1 - CELL_ROWS
    y = 0
    heading = y if spare >= 1 else None
    y += 0 if heading is None else 1
    captions = y if width >= WIDE and spare >= 2 else None
    y += 0 if captions is None else 1
    seen = max(min(count, height - y - HEAD_ROWS - 1), 1)
    note = y + HEAD_ROWS + seen
    cell = note + (2 if spare >= 4 else 1)
    left = min(names + 1, width - FEWEST_SHEET * len(PRIMITIVES) - 2)
    sheet = min(max((width - left - HOST_CELLS) // len(PRIMITIVES), FEWEST_SHEET), MOST_SHEET)
    return Layout(
        heading=heading,
        captions=captions,
        heads=y,
        rows=y + HEAD_ROWS,
        seen=seen,
        first=min(max(selected - seen // 2, 0), count - seen),
        note=note,
        cell=cell if height - cell >= FEWEST_CELL_ROWS else None,
        left=left,
        sheet=sheet,
        host=left + sheet * len(PRIMITIVES) + 1,
    )
