"""What the network pane of the lesson `net` shows: the host with its bridge, c1 and c2 at its ports, a server in each."""

from __future__ import annotations

from nslab.observe.network_view import LinkEnd, LinkRow, NetworkView, SocketRow, WorldView
from nslab.observe.pings import Crossing, PingView


def link(
    index: int,
    name: str,
    *addresses: str,
    kind: str | None = "veth",
    up: bool = True,
    carrier: bool | None = None,
    to: LinkEnd | None = None,
    master: str | None = None,
    packets: int = 0,
) -> LinkRow:
    hardware = f"0a:00:00:00:00:{index:02x}"
    running = up if carrier is None else carrier
    return LinkRow(index, name, kind, name == "lo", up, running, to, master, addresses, hardware, packets, packets)


def lo(*, up: bool = True) -> LinkRow:
    return link(1, "lo", *(("127.0.0.1/8",) if up else ()), kind=None, up=up)


def server(port: int, pid: int) -> SocketRow:
    return SocketRow("tcp", f":{port}", None, True, pid, "serve")


def container(
    letter: str, number: int, *, up: bool = True, carrier: bool | None = None, serving: bool = True, packets: int = 0
) -> WorldView:
    """c1, whose eth0 goes to veth1 on the host, or c2."""
    eth0 = link(
        2,
        "eth0",
        f"10.77.0.1{number}/24",
        up=up,
        carrier=carrier,
        to=LinkEnd("A", 3 + number, f"veth{number}"),
        packets=packets,
    )
    sockets = (server(80, 30 + number),) if serving else ()
    return WorldView(letter, 4026532000 + number, (f"c{number}",), 20 + number, "bash", (lo(), eth0), (), sockets)


def host(*ends: LinkRow, bridge_up: bool = True, serving: bool = True) -> WorldView:
    bridge = link(3, "br0", "10.77.0.1/24", kind="bridge", up=bridge_up)
    sockets = (server(80, 9),) if serving else ()
    return WorldView("A", 4026531000, ("host",), 1, "lab", (lo(), bridge, *ends), (), sockets)


def port(
    number: int, letter: str, *, up: bool = True, carrier: bool | None = None, master: str | None = "br0"
) -> LinkRow:
    """veth1 or veth2 on the host, a port of br0."""
    return link(3 + number, f"veth{number}", up=up, carrier=carrier, to=LinkEnd(letter, 2, "eth0"), master=master)


def two_containers() -> NetworkView:
    """As at the end of the lesson: three servers on port 80."""
    return NetworkView((host(port(1, "B"), port(2, "C")), container("B", 1), container("C", 2)), 0.0)


def pinged() -> NetworkView:
    """The same, with a third container whose wire is cut, after a ping from c1 to c2."""
    ports = port(1, "B"), port(2, "C"), port(3, "D", up=False, carrier=False)
    crossings = (
        Crossing(0.0, "veth1", False, False),
        Crossing(3.0, "veth2", True, False),
        Crossing(20.0, "veth2", False, True),
        Crossing(24.0, "veth1", True, True),
    )
    worlds = host(*ports), container("B", 1), container("C", 2), container("D", 3, carrier=False, serving=False)
    return NetworkView(worlds, 0.0, PingView("10.77.0.11", "10.77.0.12", crossings))


def apart() -> NetworkView:
    """A host, and a network that has nothing but its lo, which is down."""
    box = WorldView("B", 4026532001, ("box",), 12, "bash", (lo(up=False),))
    return NetworkView((host(serving=False), box), 0.0)
