"""Where everything stands before a room, at about 104 by 30: the question in a bar, terminals side by side, one pane below.

Pure rectangles. A bar that needs more rows takes them from the pane: the terminals keep their size through a talk, for a shell
whose window changes draws its prompt anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.geometry import Region

from nslab.tui.lesson.places import ANSWERS, FEWEST_ROWS, STORY, WRECK, Shown, clipped, in_columns

BAR_ROWS = 3
LEAST_PANE = 7  # rows that a bar leaves to the pane
PANE_SHARE = 13, 21  # of the rows of terminals and pane: 13 beside 8 in a window of thirty


def before_a_room(width: int, height: int, shown: Shown) -> Mapping[str, Region]:
    """The rectangle of each widget by name, between header and footer. The question's bar is the story's: its open card."""
    inner = Region(0, 0, width, height)
    room = Region(1, 1, width - 2, height - 2) if height >= FEWEST_ROWS else Region(1, 0, width - 2, height)
    terminals, below = shown.terminals, lower_parts(shown)
    if (shown.enlarged or height < FEWEST_ROWS) and below:
        alone = shown.front in terminals
        terminals, below = ((shown.front,), ()) if alone else ((), below)
    above_rows, below_rows = rows(room.height, above=bool(terminals), below=bool(below))
    bar = bar_height(shown.bar_rows, below_rows if below else above_rows)
    top = room.y + bar + 1
    above = Region(room.x, top, room.width, above_rows if below else room.bottom - top)
    rest = Region(room.x, above.bottom + 1 if terminals else top, room.width, 0)
    found = {STORY: Region(room.x, room.y, room.width, bar)}
    found |= in_columns(above, terminals, ())
    found |= {name: Region(rest.x, rest.y, rest.width, room.bottom - rest.y) for name in below}
    return {name: clipped(region, inner) for name, region in found.items()}


def lower_parts(shown: Shown) -> tuple[str, ...]:
    """The one part below the terminals: a wrecked lab's band, the answers to choose from, or the pane."""
    if shown.wreck_rows:
        return (WRECK,)
    return (ANSWERS,) if shown.answers else shown.panes[:1]


def rows(height: int, *, above: bool, below: bool) -> tuple[int, int]:
    """The rows of terminals and pane below a bar of the usual height; a blank row parts each from the next."""
    free = height - BAR_ROWS - 1
    if not (above and below):
        return (free, 0) if above else (0, free)
    part, whole = PANE_SHARE
    pane = (free - 1) * part // whole
    return free - 1 - pane, pane


def bar_height(wanted: int, below: int) -> int:
    """As many rows as its words want, as long as enough is left of what stands below."""
    return min(max(wanted, BAR_ROWS), BAR_ROWS + max(below - LEAST_PANE, 0))
