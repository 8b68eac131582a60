"""The network pane's values: network namespaces side by side, their links joined where one goes on in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from nslab.kernel.namespaces import Kind
from nslab.kernel.procnet import TCP_ESTABLISHED, TCP_LISTEN, InetSocket
from nslab.kernel.rtnetlink import Link
from nslab.observe.letters import Letters
from nslab.observe.namespace_view import Subject
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.network import Network, Networks, one_in_each
from nslab.observe.pings import PingView
from nslab.observe.scan import Process, Scan
from nslab.words import printable

SHOWN = frozenset({TCP_LISTEN, TCP_ESTABLISHED})
ANY_ADDRESS = frozenset({"0.0.0.0", "::"})


class LinkEnd(Struct, frozen=True):
    """Where a link goes on: the letter of a network namespace and a link there. `letter` and `name` are None where that is out
    of sight."""

    letter: str | None
    index: int
    name: str | None


class LinkRow(Struct, frozen=True):
    """A link. `master` is the name of the bridge that it is a port of. Addresses are written with their prefix length, those
    good on one link only are left out. The packet counts are the link's own since it was made."""

    index: int
    name: str
    kind: str | None
    loopback: bool
    up: bool
    carrier: bool
    other_end: LinkEnd | None
    master: str | None
    addresses: tuple[str, ...]
    hardware_address: str
    received: int
    sent: int

    @property
    def state(self) -> str:
        """As ip(8) has it: what it was set to, and whether anything can pass."""
        if not self.up:
            return "DOWN"
        return "UP" if self.carrier else "NO-CARRIER"


class SocketRow(Struct, frozen=True):
    """A socket: what it is bound to, whom it is connected to, and the process that holds it, where that is known."""

    protocol: Literal["tcp", "udp", "unix"]
    local: str
    remote: str | None
    listening: bool
    pid: int | None
    comm: str | None


class RouteRow(Struct, frozen=True):
    """An IPv4 route: `default` or a network, by which link, and over whom."""

    to: str
    link: str
    gateway: str | None


class WorldView(Struct, frozen=True):
    """A network namespace: its letter, whom of the lesson it is the world of (nobody, perhaps), and a process in it.

    `unread` is why nothing more could be read, if so.
    """

    letter: str
    inode: int
    names: tuple[str, ...]
    pid: int
    comm: str
    links: tuple[LinkRow, ...] = ()
    routes: tuple[RouteRow, ...] = ()
    sockets: tuple[SocketRow, ...] = ()
    unread: Unread | None = None

    def link(self, index: int) -> LinkRow | None:
        """The link with this index."""
        return next((link for link in self.links if link.index == index), None)


class NetworkView(Struct, frozen=True, tag="network"):
    """The network pane: the worlds in the order of their letters, and the last ping over the host's links, where it is listened
    for. `read_at` is time.monotonic(), in seconds."""

    worlds: tuple[WorldView, ...]
    read_at: float
    ping: PingView | None = None

    def world(self, letter: str | None) -> WorldView | None:
        """The world with this letter."""
        return next((world for world in self.worlds if world.letter == letter), None)


def network_view(
    subjects: Sequence[Subject],
    letters: Letters,
    scan: Scan,
    networks: Networks,
    holders: Mapping[int, Process],
) -> NetworkView:
    """Set the network namespaces side by side. `letters` must have met the scan; `holders` are the sockets' by inode."""
    known = {namespace: letter for namespace in networks if (letter := letters.of(Kind.NET, namespace)) is not None}
    inside = one_in_each(scan)
    ordered = sorted(known, key=lambda namespace: (len(known[namespace]), known[namespace]))
    return NetworkView(
        tuple(
            _world(namespace, inside[namespace], subjects, networks, known, holders)
            for namespace in ordered
            if namespace in inside
        ),
        scan.read_at,
    )


def _world(
    namespace: NamespaceId,
    first: Process,
    subjects: Sequence[Subject],
    networks: Networks,
    known: Mapping[NamespaceId, str],
    holders: Mapping[int, Process],
) -> WorldView:
    here = [one for one in subjects if one.alive and one.process and one.process.namespaces.net == namespace]
    process = next((one.process for one in here if one.process), first)
    network = networks[namespace]
    world = WorldView(
        known[namespace], namespace.inode, tuple(one.name for one in here), process.pid, printable(process.comm)
    )
    if isinstance(network, Unread):
        return replace(world, unread=network)
    return replace(
        world,
        links=tuple(_link(link, namespace, network, networks, known) for link in network.links),
        routes=tuple(
            RouteRow(
                f"{route.network}/{route.prefix}" if route.prefix else "default", printable(route.link), route.gateway
            )
            for route in network.routes
        ),
        sockets=_sockets(network, holders),
    )


def _link(
    link: Link, own: NamespaceId, network: Network, networks: Networks, known: Mapping[NamespaceId, str]
) -> LinkRow:
    master = network.link(link.master)
    return LinkRow(
        index=link.index,
        name=printable(link.name),
        kind=link.kind,
        loopback=link.loopback,
        up=link.up,
        carrier=link.carrier,
        other_end=_other_end(link, own, network, networks, known),
        master=printable(master.name) if master else None,
        addresses=tuple(str(one) for one in network.addresses if one.link == link.index and not one.link_local),
        hardware_address=link.hardware_address,
        received=link.received,
        sent=link.sent,
    )


def _other_end(
    link: Link, own: NamespaceId, network: Network, networks: Networks, known: Mapping[NamespaceId, str]
) -> LinkEnd | None:
    end = network.other_end(link, own)
    if end is None:
        return None
    namespace, index = end
    there = networks.get(namespace) if namespace else None
    far = there.link(index) if isinstance(there, Network) else None
    return LinkEnd(known.get(namespace) if namespace else None, index, printable(far.name) if far else None)


def _sockets(network: Network, holders: Mapping[int, Process]) -> tuple[SocketRow, ...]:
    """Those that listen first. Of TCP's those that listen or are connected: all other states last for moments. A path is no name
    of the network's, so a unix socket bound to one is left out."""
    rows = [_inet(one, holders) for one in network.sockets if one.protocol == "udp" or one.state in SHOWN]
    rows += [
        SocketRow("unix", printable(one.name), None, one.listening, *_holder(one.inode, holders))
        for one in network.unix_sockets
        if one.abstract
    ]
    return tuple(
        sorted(dict.fromkeys(rows), key=lambda row: (not row.listening, row.protocol, row.local, row.remote or ""))
    )


def _inet(one: InetSocket, holders: Mapping[int, Process]) -> SocketRow:
    connected = one.state == TCP_ESTABLISHED
    return SocketRow(
        one.protocol,
        endpoint(one.local, one.local_port),
        endpoint(one.remote, one.remote_port) if connected else None,
        one.state == TCP_LISTEN or (one.protocol == "udp" and not connected),
        *_holder(one.inode, holders),
    )


def _holder(inode: int, holders: Mapping[int, Process]) -> tuple[int | None, str | None]:
    process = holders.get(inode)
    return (process.pid, printable(process.comm)) if process else (None, None)


def endpoint(address: str, port: int) -> str:
    """`:80` for every address, else `127.0.0.1:80` or `[::1]:80`."""
    if address in ANY_ADDRESS:
        return f":{port}"
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
