"""The network pane: worlds side by side as tinted sheets, the wires through them, and who listens in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from rich.cells import cell_len

from nslab.observe.network_view import LinkRow, NetworkView, SocketRow, WorldView
from nslab.observe.views import Gone, NotYet
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, MUTE, REVERSE, Face, hue, lettered, tint
from nslab.tui.panes.pane import Emphasis, Pane, RowAt, about_row, drawable
from nslab.tui.panes.sheets import FEWEST_CELLS, Sheet, Side, Wire, end_text, layout
from nslab.tui.panes.staircase import staircase
from nslab.tui.wrap import shorten
from nslab.words import Words

SOURCE = "rtnetlink, /proc/<pid>/net"
WHOLE, BROKEN, CUT = "━", "╌", "✗"
BRIDGE = "bridge"


class Spot(Struct, frozen=True):
    """What the cursor stands on: a world by its letter, and in it a link by its index or a socket by what it is bound to."""

    letter: str
    link: int | None = None
    socket: str | None = None


Line = tuple[Spot | None, str, Face]
"""A line of a sheet: what it is about, its text, and how it looks."""

Shown = NetworkView | NotYet | Gone[NetworkView]
NOTHING_STANDS_OUT: Emphasis[Spot, Spot] = Emphasis()


def network_rows(
    canvas: Canvas, view: Shown, words: Words, emphasis: Emphasis[Spot, Spot] = NOTHING_STANDS_OUT
) -> RowAt[Spot]:
    """Write the pane; for each y, what is drawn there. A link and a wire stand out for a moment as packets pass."""
    title = words("pane.network")
    shown = drawable(canvas, view, title, words, lambda on, last: _draw(on, last, words, NOTHING_STANDS_OUT))
    if shown is None:
        return ()
    canvas.heading(title, SOURCE)
    row_at = _draw(canvas, shown, words, emphasis)
    if emphasis.cursor is not None:
        about_row(canvas, about(shown, emphasis.cursor, canvas.width, words, more=emphasis.more))
    return row_at


def spots(view: NetworkView) -> tuple[Spot, ...]:
    """Every link and every socket, world by world."""
    return tuple(
        spot
        for world in view.worlds
        for spot in (
            *(Spot(world.letter, link=link.index) for link in world.links),
            *(Spot(world.letter, socket=name_of(socket)) for socket in world.sockets),
        )
    )


def name_of(socket: SocketRow) -> str:
    """`tcp :80`, and of a connection its other end too."""
    return f"{socket.protocol} {socket.local}" + (f" → {socket.remote}" if socket.remote else "")


def about(view: NetworkView, spot: Spot, width: int, words: Words, *, more: bool) -> str:
    """What stands under the cursor and which call or file says so, in the longest wording that fits `width` cells."""
    world = view.world(spot.letter)
    if world is None:
        return ""
    link = world.link(spot.link) if spot.link is not None else None
    wordings = (
        _about_link(view, world, link, words, more=more) if link else _about_socket(world, spot, words, more=more)
    )
    return next((wording for wording in wordings if cell_len(wording) <= width), wordings[-1] if wordings else "")


def _about_link(view: NetworkView, world: WorldView, link: LinkRow, words: Words, *, more: bool) -> tuple[str, ...]:
    here = f"{world.letter} {link.name}"
    if more:
        counted = words("pane.network-packets", received=link.received, sent=link.sent)
        port = words("pane.network-port", bridge=link.master) if link.master else ""
        parts = [part for part in (f"{here} {link.hardware_address}", port, counted) if part]
        return ("  ".join(parts), f"{here}  {counted}")
    end = link.other_end
    if end is None:
        told = " ".join((here, link.state, *link.addresses))
        return (f"{told} ← RTM_GETLINK, RTM_GETADDR", told)
    there = f"{end.letter or '?'} {end.name or '?'}"
    far = view.world(end.letter)
    back = (far.link(end.index) if far else None) or None
    named = back.other_end.index if back and back.other_end else "?"
    return (
        f"{here} ifindex {link.index}, iflink {end.index} ═ {there} ifindex {end.index}, iflink {named} ← RTM_GETLINK",
        f"{here} {link.index}→{end.index} ═ {there} {end.index}→{named} ← RTM_GETLINK",
        f"{here} ═ {there}",
    )


def _about_socket(world: WorldView, spot: Spot, words: Words, *, more: bool) -> tuple[str, ...]:
    socket = next((one for one in world.sockets if name_of(one) == spot.socket), None)
    if socket is None:
        return ()
    told = f"{world.letter} {name_of(socket)}"
    holder = f"{socket.comm} {socket.pid}" if socket.pid is not None else words("pane.network-nobody")
    if more:
        return (f"{told}  {holder} ← /proc/{socket.pid or '<pid>'}/fd", f"{told}  {holder}")
    return (f"{told}  {holder} ← /proc/{world.pid}/net/{socket.protocol}", f"{told}  {holder}")


def _draw(canvas: Canvas, view: NetworkView, words: Words, emphasis: Emphasis[Spot, Spot]) -> RowAt[Spot]:
    if not view.worlds:
        return ()
    drawing = _Drawing(canvas, view, words, emphasis)
    if canvas.width < FEWEST_CELLS:
        drawing.list()
    else:
        drawing.sheets()
    return tuple(drawing.row_at.get(y) for y in range(canvas.height))


class _Drawing:
    """Draws one view on one canvas."""

    def __init__(self, canvas: Canvas, view: NetworkView, words: Words, emphasis: Emphasis[Spot, Spot]) -> None:
        self.canvas, self.view, self.words, self.emphasis = canvas, view, words, emphasis
        self.row_at: dict[int, Spot] = {}

    def sheets(self) -> None:
        """Side by side. The last row is left to what the cursor stands on."""
        found = layout(self.view, self.canvas.width, 1, self.canvas.height - 2)
        for sheet in found.sheets:
            self._ground(sheet)
        for wire in found.wires:
            self._wire(wire)
        for sheet in found.sheets:
            self._inside(sheet, [wire for wire in found.wires if sheet in (wire.hub, wire.sheet)])
        if self.view.ping is not None:
            staircase(self.canvas, self.view.ping, found, self.words)
        if found.hidden:
            words = self.words("pane.network-more", count=found.hidden)
            self.canvas.put(0, self.canvas.height - 1, words, MUTE)

    def list(self) -> None:
        """One under the other, where there is no room for wires."""
        y, last = 1, self.canvas.height - 1
        for world in self.view.worlds:
            lines = list(self._lines(world, self.canvas.width - 2, frozenset()))
            if y + 1 >= last:
                return
            height = min(1 + len(lines), last - y)
            self._ground(Sheet(world, Side.HUB, 0, y, self.canvas.width, height))
            for row, (spot, text, face) in enumerate(shown_of(lines, height - 1), y + 1):
                self._put(2, row, self.canvas.width - 2, spot, text, face)
            y += height

    def _ground(self, sheet: Sheet) -> None:
        """The sheet and its first row: whose world it is, and its tag."""
        world, ink = sheet.world, hue(sheet.world.letter)
        self.canvas.fill(sheet.x, sheet.y, sheet.width, sheet.height, tint(ink))
        self.canvas.edge(sheet.x, sheet.y, sheet.height, Face(ink))
        name = self.words("pane.host") if "host" in world.names else " ".join(world.names) or world.comm
        tag = f"net {world.letter}" if cell_len(name) + len(f"net {world.letter}") + 6 <= sheet.width else world.letter
        room = sheet.width - cell_len(tag) - 6
        x = sheet.x + 1
        if self.emphasis.highlight == Spot(world.letter):
            x = self.canvas.put(x, sheet.y, f" {shorten(name, room)} ", REVERSE) + 1
        else:
            x = self.canvas.tag(x, sheet.y, shorten(name, room), ink) + 1
        end = sheet.end - cell_len(tag) - 2
        process = next((text for text in (f"{world.comm} {world.pid}", str(world.pid)) if x + cell_len(text) < end), "")
        self.canvas.put(x, sheet.y, process, lettered(world.letter))
        self.canvas.tag(end, sheet.y, tag, ink)

    def _inside(self, sheet: Sheet, wires: Sequence[Wire]) -> None:
        """What stands below the wires."""
        top = max((wire.y for wire in wires), default=sheet.y) + 1
        ends = [wire.near if sheet.side is Side.HUB else wire.far for wire in wires]
        bridge = self._bridge(sheet, wires) if sheet.side is Side.HUB else None
        if bridge is not None and bridge.addresses and top < sheet.y + sheet.height:
            self._centred(sheet, top, bridge)
            top += 1
        drawn = frozenset(link.index for link in (*ends, *((bridge,) if bridge else ())))
        lines = [*self._left_over(sheet, ends), *self._lines(sheet.world, sheet.width - 2, drawn)]
        for y, (spot, text, face) in enumerate(shown_of(lines, sheet.y + sheet.height - top), top):
            self._put(sheet.x + 2, y, sheet.width - 2, spot, text, face)

    def _left_over(self, sheet: Sheet, ends: Sequence[LinkRow]) -> Iterator[Line]:
        """Addresses that had no room beside their wires."""
        for link in ends:
            if link.addresses and end_text(link, room_for_end(sheet)) == link.name:
                spot = Spot(sheet.world.letter, link=link.index)
                yield spot, " ".join(link.addresses), lettered(sheet.world.letter) if link.up else MUTE

    def _lines(self, world: WorldView, width: int, drawn: frozenset[int]) -> Iterator[Line]:
        """Links that are not drawn as ends of wires, lo last, then sockets: those that listen are what matters."""
        if world.unread is not None:
            yield None, f"? {world.unread.name}", MUTE
        ink = lettered(world.letter)
        for link in sorted(world.links, key=lambda link: link.loopback):
            if link.index not in drawn:
                yield Spot(world.letter, link=link.index), self._link_text(link, world, width), ink if link.up else MUTE
        for socket in world.sockets:
            holder = f" {socket.comm} {socket.pid}" if socket.pid is not None else ""
            state = "LISTEN" if socket.listening and socket.protocol != "udp" else ""
            told = " ".join(filter(None, (socket_label(socket), state)))
            text = told + holder if cell_len(told + holder) <= width else told
            yield Spot(world.letter, socket=name_of(socket)), text, ink.strong if socket.listening else ink

    def _link_text(self, link: LinkRow, world: WorldView, width: int) -> str:
        end = link.other_end
        other = f"═ {end.name or '?'}" if end and end.letter == world.letter else ""
        if end and end.letter != world.letter:
            other = f"═ {end.letter or '?'} {end.name or '?'}"
        wordings = (
            " ".join(filter(None, (link.name, link.state, *addresses, other)))
            for addresses in (link.addresses, link.addresses[:1], ())
        )
        return next((text for text in wordings if cell_len(text) <= width), f"{link.name} {link.state}")

    def _put(self, x: int, y: int, width: int, spot: Spot | None, text: str, face: Face) -> None:
        lit = spot is not None and spot in self.emphasis.changed
        if spot is not None and spot == self.emphasis.cursor:
            self.canvas.put(x - 1, y, "▸", BOLD)
        self.canvas.put(x, y, shorten(text, width), REVERSE if lit else face)
        if spot is not None:
            self.row_at.setdefault(y, spot)

    def _wire(self, wire: Wire) -> None:
        """The line through the gap, a ✗ at each end that is down, and both ends' names inside their sheets."""
        hub_left = wire.sheet.side is Side.LEFT
        start, end = (wire.sheet.end, wire.hub.x) if hub_left else (wire.hub.end, wire.sheet.x)
        near, far = (
            Spot(wire.hub.world.letter, link=wire.near.index),
            Spot(wire.sheet.world.letter, link=wire.far.index),
        )
        passing = bool({near, far} & self.emphasis.changed)
        line = (WHOLE if wire.passes else BROKEN) * (end - start)
        self.canvas.put(start, wire.y, line, REVERSE if passing else BOLD if wire.passes else MUTE)
        for up, at_start in ((wire.near.up, not hub_left), (wire.far.up, hub_left)):
            if not up:
                self.canvas.put(start + 1 if at_start else end - 2, wire.y, CUT, BAD)
        self._end(wire.hub, near, wire.near, wire.y, to_right=not hub_left)
        self._end(wire.sheet, far, wire.far, wire.y, to_right=hub_left)

    def _end(self, sheet: Sheet, spot: Spot, link: LinkRow, y: int, *, to_right: bool) -> None:
        """An end's name beside the sheet's edge where the wire comes in; its address too, where it has room."""
        face = lettered(sheet.world.letter).strong if link.up else MUTE
        text = end_text(link, room_for_end(sheet))
        if to_right:
            self.canvas.put(sheet.end - 1, y, "●", face)
            x = self.canvas.right(sheet.end - 2, y, text, face) - 1
        else:
            self.canvas.put(sheet.x + 1, y, "●", face)
            self.canvas.put(sheet.x + 3, y, text, face)
            x = sheet.x + 2
        if spot == self.emphasis.cursor:
            self.canvas.put(x, y, "▸", BOLD)
        self.row_at.setdefault(y, spot)

    def _bridge(self, sheet: Sheet, wires: Sequence[Wire]) -> LinkRow | None:
        """The bridge that most wires end on: a block as tall as its ports, a line to each of them."""
        names = [wire.near.master for wire in wires if wire.near.master]
        name = max(set(names), key=names.count, default=None)
        bridge = next((link for link in sheet.world.links if link.name == name and link.kind == BRIDGE), None)
        if bridge is None:
            return None
        ports = [wire for wire in wires if wire.near.master == bridge.name]
        width = cell_len(bridge.name) + 2
        x = sheet.x + (sheet.width - width) // 2
        ink = hue(sheet.world.letter)
        for wire in ports:
            self._join(sheet, wire, x, width, up=bridge.up)
        rows = range(min(wire.y for wire in ports), max(wire.y for wire in ports) + 1)
        for y in rows:
            self.canvas.fill(x, y, width, 1, Face(ink, solid=True) if bridge.up else tint(ink))
            if self.canvas.plain:  # the host's hue is no ground there: two lines show how far down it reaches
                self.canvas.put(x, y, "│", Face(ink, bold=bridge.up))
                self.canvas.put(x + width - 1, y, "│", Face(ink, bold=bridge.up))
        middle = rows[len(rows) // 2]
        face = Face(ink, bold=True, solid=True) if bridge.up else MUTE
        self.canvas.put(x + 1, middle, bridge.name, face)
        return bridge

    def _join(self, sheet: Sheet, wire: Wire, x: int, width: int, *, up: bool) -> None:
        """From a port's name to its bridge."""
        name = cell_len(end_text(wire.near, room_for_end(sheet)))
        left = wire.sheet.side is Side.LEFT
        start, end = (sheet.x + 4 + name, x) if left else (x + width, sheet.end - 3 - name)
        whole = up and wire.near.carrier
        face = lettered(sheet.world.letter).strong if whole else MUTE
        self.canvas.put(start, wire.y, (WHOLE if whole else BROKEN) * (end - start), face)

    def _centred(self, sheet: Sheet, y: int, bridge: LinkRow) -> None:
        text = shorten(" ".join(bridge.addresses), sheet.width - 3)
        spot = Spot(sheet.world.letter, link=bridge.index)
        x = sheet.x + (sheet.width - cell_len(text)) // 2
        self.canvas.put(x, y, text, lettered(sheet.world.letter) if bridge.up else MUTE)
        if spot == self.emphasis.cursor:
            self.canvas.put(x - 1, y, "▸", BOLD)
        self.row_at.setdefault(y, spot)


def shown_of(lines: Sequence[Line], rows: int) -> Sequence[Line]:
    """As many as there is room for; what is left out is counted."""
    if len(lines) <= rows or rows < 1:
        return lines[: max(rows, 0)]
    return [*lines[: rows - 1], (None, f"▾ {len(lines) - rows + 1}", MUTE)]


def room_for_end(sheet: Sheet) -> int:
    """Cells that the end of a wire has in a sheet: the hub has wires on both sides."""
    return (sheet.width - 4) // 2 if sheet.side is Side.HUB else sheet.width - 3


def socket_label(socket: SocketRow) -> str:
    """`:80`, `udp :53`, `@name`: what is not TCP says so, but for a name that can be nothing else."""
    local = f"udp {socket.local}" if socket.protocol == "udp" else socket.local
    return f"{local} → {socket.remote}" if socket.remote else local


class NetworkPane(Pane[NetworkView, Spot, Spot]):
    """The pane."""

    def rows_of(self, view: NetworkView) -> tuple[Spot, ...]:
        """Every link and socket."""
        return spots(view)

    def changed_cells(self, old: NetworkView, new: NetworkView) -> frozenset[Spot]:
        """Links over which packets have gone, or of which something else is new, and sockets that were not there."""
        before = {(world.letter, link.index): link for world in old.worlds for link in world.links}
        links = {
            Spot(world.letter, link=link.index)
            for world in new.worlds
            for link in world.links
            if before.get((world.letter, link.index)) != link
        }
        return frozenset(links | {spot for spot in spots(new) if spot.socket is not None and spot not in spots(old)})

    def draw_view(self, canvas: Canvas, view: Shown, emphasis: Emphasis[Spot, Spot]) -> RowAt[Spot]:
        """The pane."""
        return network_rows(canvas, view, self.words, emphasis)
