"""Where the network pane's worlds stand: the one with most wires in the middle, the others left and right of it.

Pure geometry: a wire runs straight along one row, so a world's link and the link at its other end stand at the same height.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct
from rich.cells import cell_len

from nslab.observe.network_view import LinkRow, NetworkView, WorldView
from nslab.tui.wrap import shorten

FEWEST_CELLS = 60  # for worlds side by side; below, they stand one under the other
FEWEST_ROWS = 3  # for a world in a stack: its name, a wire, and one thing more
HUB_CELLS = 26
LEAST_ROWS = 4


class Side(StrEnum):
    """Where a world stands: in the middle, or left or right of that."""

    LEFT = "left"
    HUB = "hub"
    RIGHT = "right"


class Sheet(Struct, frozen=True):
    """A world's rectangle."""

    world: WorldView
    side: Side
    x: int
    y: int
    width: int
    height: int

    @property
    def end(self) -> int:
        """The x after its last cell."""
        return self.x + self.width


class Wire(Struct, frozen=True):
    """A link of the hub, and that of another world at its other end; they stand on row `y`."""

    near: LinkRow
    far: LinkRow
    hub: Sheet
    sheet: Sheet
    y: int

    @property
    def passes(self) -> bool:
        """Whether anything can pass."""
        return self.near.carrier and self.far.carrier


class Layout(Struct, frozen=True):
    """Every world that has room, the hub first, the wires between them, and how many worlds have none."""

    sheets: tuple[Sheet, ...]
    wires: tuple[Wire, ...]
    hidden: int


def layout(view: NetworkView, width: int, top: int, rows: int) -> Layout:
    """Worlds side by side in `width` cells and `rows` rows from `top` on. `view` has at least one."""
    hub = hub_of(view)
    others = [world for world in view.worlds if world is not hub]
    per_side = max(rows // FEWEST_ROWS, 1)
    shown, hidden = others[: 2 * per_side], len(others[2 * per_side :])
    left, right = (shown[0::2], shown[1::2]) if len(shown) > 1 else ([], shown)
    gap = max(5, width // 14)
    rows = min(rows, rows_for(hub, left, right, width, gap))
    if not left:
        middle = (width - gap) // 2 if right else min(width, 2 * HUB_CELLS)
        own = Sheet(hub, Side.HUB, 0, top, middle, rows)
        sheets = [own, *stack(right, Side.RIGHT, middle + gap, top, width - middle - gap, rows)]
    else:
        middle = max(HUB_CELLS, (width - 2 * gap) // 3)
        side = (width - 2 * gap - middle) // 2
        own = Sheet(hub, Side.HUB, side + gap, top, width - 2 * side - 2 * gap, rows)
        sheets = [own, *stack(left, Side.LEFT, 0, top, side, rows)]
        sheets += stack(right, Side.RIGHT, own.end + gap, top, side, rows)
    return Layout(tuple(sheets), tuple(wire for sheet in sheets[1:] for wire in wires_to(own, sheet)), hidden)


def hub_of(view: NetworkView) -> WorldView:
    """The world from which most wires lead into others; the first of several."""
    return max(view.worlds, key=lambda world: sum(leads_out(link, world) for link in world.links))


def rows_for(hub: WorldView, left: Sequence[WorldView], right: Sequence[WorldView], width: int, gap: int) -> int:
    """How many rows all of it needs: the taller stack, or the hub, whose own things stand below its lowest port."""
    side = (width - 2 * gap - HUB_CELLS) // 2 if left else (width - gap) // 2
    stacks = [[rows_of(world, side) for world in worlds] for worlds in (left, right)]
    ports = [sum(heights[:-1]) + 1 for heights in stacks if heights]
    wired = [link for link in hub.links if leads_out(link, hub)]
    below = len(hub.links) - len(wired) + len(hub.sockets) + sum(bool(link.addresses) for link in wired)
    return max(*map(sum, stacks), 1 + max(ports, default=0) + below, LEAST_ROWS)


def rows_of(world: WorldView, width: int) -> int:
    """How many rows a world beside the hub needs: its name, its links, the addresses that have no room beside them, its sockets."""
    wired = [link for link in world.links if leads_out(link, world)]
    below = sum(end_text(link, width - 3) == link.name and bool(link.addresses) for link in wired)
    return 1 + len(world.links) + below + len(world.sockets)


def end_text(link: LinkRow, room: int) -> str:
    """What an end of a wire is called on its row: with its addresses, if they fit."""
    whole = " ".join((link.name, *link.addresses))
    return whole if cell_len(whole) <= room else shorten(link.name, room)


def leads_out(link: LinkRow, world: WorldView) -> bool:
    """Whether it goes on in another world."""
    return link.other_end is not None and link.other_end.letter != world.letter


def stack(worlds: Sequence[WorldView], side: Side, x: int, top: int, width: int, rows: int) -> list[Sheet]:
    """One above the other, no row between: each begins with its name on solid ground."""
    needed = [rows_of(world, width) for world in worlds]
    found, y = [], top
    for index, world in enumerate(worlds):
        last, fits = index == len(worlds) - 1, sum(needed) <= rows
        height = needed[index] if fits and not last else (top + rows - y) // (len(worlds) - index)
        found.append(Sheet(world, side, x, y, width, height))
        y += height
    return found


def wires_to(hub: Sheet, sheet: Sheet) -> list[Wire]:
    """The wires between the hub and another world, from the row below that one's name on."""
    found: list[Wire] = []
    for far in sheet.world.links:
        near = (
            hub.world.link(far.other_end.index) if far.other_end and far.other_end.letter == hub.world.letter else None
        )
        y = sheet.y + 1 + len(found)
        if near is not None and y < sheet.y + sheet.height:
            found.append(Wire(near, far, hub, sheet, y))
    return found
