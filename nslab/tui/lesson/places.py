"""Where everything on the lesson screen stands, for each size: pure rectangles, of which the screen's layout makes widgets' places.

Three layouts for one reader: below 110 columns, or where it is very low, one thing at a time under tabs; up to 159 the story beside
stacked terminals; from 160 terminals side by side and a third pane. Spare rows go to the terminals, never to the story. The
layout for a room is `projector`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct
from textual.geometry import Region

STORY = "story"
TABS = "tabs"
NOWBAR = "nowbar"
WRECK = "wreck"
ANSWERS = "answers"
PROGRAM = "program"


class Size(StrEnum):
    """The layouts."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    PROJECTOR = "projector"


class Shown(Struct, frozen=True):
    """What the step at hand shows. `front` is what the small layout shows now, or what is enlarged in the others."""

    terminals: tuple[str, ...]
    panes: tuple[str, ...]
    front: str = STORY
    enlarged: bool = False
    wreck_rows: int = 0
    now_rows: int = 1
    board_cells: int = 0
    """Of the last pane, if it is a board: the fewest columns that it wants beside the story."""
    bar_rows: int = 0
    """Before a room: how many rows the question wants, and whether it has answers to choose from."""
    answers: bool = False


MEDIUM_FROM, LARGE_FROM = 110, 160
FEWEST_ROWS = 16  # for more than one thing at a time
FEWEST_TERMINAL_ROWS = 3  # with its title; where there are not so many for each, they stand side by side
PANE_ROWS_MEDIUM, PANE_ROWS_LARGE = 12, 20
TERMINAL_ROWS_ABOVE_BOARD = 12  # all that is left is the board's
STORY_MEDIUM, STORY_LARGE = 38, 48
PROCESSES_CELLS_MEDIUM = 38
LARGE_PANES = (48, 34)
WIDE = frozenset({"mounts", "network", PROGRAM})
"""Panes of two trees, of worlds side by side, or of long lines: they share what the others leave."""


def size_of(width: int, height: int, board_cells: int = 0) -> Size:
    """The layout for so much room between header and footer. A board that finds too little beside the story is shown alone."""
    if width < MEDIUM_FROM or height < FEWEST_ROWS:
        return Size.SMALL
    size, story = (Size.MEDIUM, STORY_MEDIUM) if width < LARGE_FROM else (Size.LARGE, STORY_LARGE)
    return Size.SMALL if width - story - 1 < board_cells else size


def places(width: int, height: int, shown: Shown) -> Mapping[str, Region]:
    """The rectangle of each widget by name, between header and footer; what is not in it is not on screen."""
    inner = Region(0, 0, width, height)
    size = size_of(width, height, shown.board_cells)
    if size is Size.SMALL or shown.enlarged:
        found = one_at_a_time(inner, shown, tabs=size is Size.SMALL)
    else:
        found = side_by_side(inner, shown, size)
    return {name: clipped(region, inner) for name, region in found.items()}


def clipped(region: Region, inner: Region) -> Region:
    """What of a rectangle is on screen: on a very small one, perhaps nothing."""
    x, y = min(region.x, inner.right), min(region.y, inner.bottom)
    return Region(x, y, max(min(region.right, inner.right) - x, 0), max(min(region.bottom, inner.bottom) - y, 0))


def one_at_a_time(inner: Region, shown: Shown, *, tabs: bool) -> dict[str, Region]:
    """One pane whole. Under tabs, with the question of the moment in a bar below it unless the story itself is shown."""
    top, bottom = inner.y + (1 if tabs else 0), inner.bottom
    found: dict[str, Region] = {TABS: Region(0, inner.y, inner.width, 1)} if tabs else {}
    if shown.front != STORY:
        rows = shown.now_rows if inner.height >= FEWEST_ROWS else 1
        bottom -= rows
        found[NOWBAR] = Region(0, bottom, inner.width, rows)
    room = Region(1, top, inner.width - 2, bottom - top)
    if shown.front not in shown.terminals:
        room = Region(1, top + 1, inner.width - 2, bottom - top - 1)
    if shown.wreck_rows:
        rows = min(shown.wreck_rows, room.height // 2)
        found[WRECK] = Region(room.x, room.bottom - rows, room.width, rows)
        room = Region(room.x, room.y, room.width, room.height - rows)
    found[shown.front] = room
    return found


def side_by_side(inner: Region, shown: Shown, size: Size) -> dict[str, Region]:
    """The story at the left; at the right the terminals above the panes."""
    large = size is Size.LARGE
    story = STORY_LARGE if large else STORY_MEDIUM
    right = Region(story, inner.y + 1, inner.width - story - 1, inner.height - 1)
    pane_rows = 0
    if shown.board_cells and not shown.terminals:
        pane_rows = right.height
    elif shown.panes:
        pane_rows = min(PANE_ROWS_LARGE if large else PANE_ROWS_MEDIUM, right.height // 2)
        if shown.board_cells:
            pane_rows = max(pane_rows, right.height - TERMINAL_ROWS_ABOVE_BOARD - 1)
    above = Region(right.x, right.y, right.width, right.height - pane_rows - (1 if pane_rows else 0))
    below = Region(right.x, right.bottom - pane_rows, right.width, pane_rows)
    found = {STORY: Region(1, inner.y + 1, story - 2, inner.height - 1)}
    band = min(shown.wreck_rows, above.height // 2)
    room = Region(above.x, above.y, above.width, above.height - band - (1 if band else 0))
    low = room.height < (FEWEST_TERMINAL_ROWS + 1) * len(shown.terminals) - 1
    terminals = in_columns(room, shown.terminals, ()) if large or low else stacked(room, shown.terminals)
    if band:
        found[WRECK], terminals = with_band(above, band, terminals)
    found |= terminals
    return found | in_columns(below, shown.panes, pane_widths(shown.panes, size))


def pane_widths(names: tuple[str, ...], size: Size) -> tuple[int | None, ...]:
    """The widths of panes side by side; None for what takes what is left."""
    fixed = LARGE_PANES if size is Size.LARGE else (None, PROCESSES_CELLS_MEDIUM)
    return tuple(None if name in WIDE else width for name, width in zip(names, fixed, strict=False))


def with_band(room: Region, rows: int, terminals: dict[str, Region]) -> tuple[Region, dict[str, Region]]:
    """A band below the first row of terminals, which had been arranged as if it were not there; what is below makes room."""
    top = min((region.bottom for region in terminals.values()), default=room.y) + 1
    lower = {name: region.translate((0, rows + 1)) for name, region in terminals.items() if region.y >= top}
    return Region(room.x, top, room.width, rows), {**terminals, **lower}


def stacked(room: Region, names: tuple[str, ...]) -> dict[str, Region]:
    """One above the other, a blank row between; what is left over goes to the last, where the container is."""
    found, y = {}, room.y
    for index, name in enumerate(names):
        left = len(names) - index
        height = (room.bottom - y - (left - 1)) // left
        if left > 1 and len(names) > 1:
            height = max(
                height - 1, FEWEST_TERMINAL_ROWS
            )  # the container's terminal gets a row or two more than the host's
        found[name] = Region(room.x, y, room.width, height if left > 1 else room.bottom - y)
        y += height + 1
    return found


def in_columns(room: Region, names: tuple[str, ...], widths: tuple[int | None, ...]) -> dict[str, Region]:
    """Side by side, two columns between. A width of None takes what the others leave; past `widths` all share alike."""
    gap = 2
    given = [widths[index] if index < len(widths) else None for index in range(len(names))]
    if names and all(width is not None for width in given):
        given[-1] = None
    free = room.width - gap * (len(names) - 1) - sum(width or 0 for width in given)
    flexible = given.count(None)
    found, x = {}, room.x
    for name, fixed in zip(names, given, strict=True):
        width = fixed if fixed is not None else free // flexible
        if fixed is None:
            free, flexible = free - width, flexible - 1
        found[name] = Region(x, room.y, width, room.height)
        x += width + gap
    return found
