"""Network namespaces of a real lab, read as the panes read them."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator, Mapping

import pytest

from nslab.course.model import Container
from nslab.kernel.namespaces import Kind
from nslab.observe.namespace_view import Subject
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.network import Network, NetworkReader, batches, one_in_each
from nslab.observe.network_view import LinkEnd, NetworkView, SocketRow, WorldView, endpoint, network_view
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan, Scanner
from nslab.observe.sockets import SocketHolders, sockets_of
from tests.stage import Stage, staged

pytestmark = [pytest.mark.needs("net-namespaces"), pytest.mark.program("ip", "python3")]

SERVE = b"""
import socket, sys, time
server = socket.create_server(("", int(sys.argv[1])))
time.sleep(99)
"""


class Eyes:
    """Looks at a stage's lab with a reader of its own."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.root = ProcRoot(stage.session.lab.proc)
        self.reader = NetworkReader(self.root, stage.session.lab.sockets)
        self.holders = SocketHolders(self.root)

    def scan(self) -> Scan:
        self.stage.session.look()
        return self.stage.world.seen.scan

    def of(self, name: str) -> Network:
        scan = self.scan()
        found = self.reader.read(scan)[self.namespace(name)]
        assert isinstance(found, Network)
        return found

    def namespace(self, name: str) -> NamespaceId:
        found = self.stage.world.namespace(name, Kind.NET)
        assert not isinstance(found.id, Unread)
        return found.id

    def view(self, *names: str) -> NetworkView:
        scan = self.scan()
        networks = self.reader.read(scan)
        inodes = {inode for network in networks.values() if isinstance(network, Network) for inode in network.inodes}
        cast = self.stage.world.cast
        subjects = [Subject(name, role.process, role.alive) for name in names if (role := cast.role(name))]
        letters = self.stage.world.observer.letters
        return network_view(subjects, letters, scan, networks, self.holders.of(inodes, scan))


@pytest.fixture
def eyes() -> Iterator[Eyes]:
    """A lab with a container c1 whose eth0 goes to veth1, a port of br0."""
    with staged(Container("c1", (Kind.NET, Kind.UTS)), files={"serve.py": SERVE}) as stage:
        pid = stage.world.pid("c1", "host")
        stage.run("host", "ip link add br0 type bridge; ip addr add 10.77.0.1/24 dev br0; ip link set br0 up")
        stage.run("host", f"ip link add veth1 type veth peer name eth0 netns {pid}; ip link set veth1 master br0 up")
        stage.run("host", f"nsenter -t {pid} -n ip addr add 10.77.0.11/24 dev eth0")
        found = Eyes(stage)
        yield found
        found.root.close()


def world(view: NetworkView, letter: str) -> WorldView:
    found = view.world(letter)
    assert found is not None
    return found


def test_each_namespace_tells_its_own_links_and_the_wire_between_them_joins_both_ends(eyes: Eyes) -> None:
    view = eyes.view("host", "c1")
    host, box = world(view, "A"), world(view, "B")
    assert [one.letter for one in view.worlds] == ["A", "B"]
    assert (host.names, box.names) == (("host",), ("c1",))
    assert [link.name for link in host.links] == ["lo", "br0", "veth1"]
    assert [link.name for link in box.links] == ["lo", "eth0"]
    veth, eth = host.links[2], box.links[1]
    assert veth.other_end == LinkEnd("B", eth.index, "eth0")
    assert eth.other_end == LinkEnd("A", veth.index, "veth1")
    assert (veth.kind, veth.master, veth.up, veth.carrier) == ("veth", "br0", True, False)
    assert (eth.up, eth.addresses, eth.master) == (False, ("10.77.0.11/24",), None)
    assert (host.links[1].kind, host.links[1].addresses) == ("bridge", ("10.77.0.1/24",))
    assert [(route.to, route.link, route.gateway) for route in host.routes] == [("10.77.0.0/24", "br0", None)]


def test_a_wire_between_two_links_of_one_namespace_stays_in_it(eyes: Eyes) -> None:
    eyes.stage.run("host", "ip link add m0 type veth peer name m1")
    by_name = {link.name: link for link in world(eyes.view("host"), "A").links}
    assert by_name["m0"].other_end == LinkEnd("A", by_name["m1"].index, "m1")


def test_a_server_stands_in_the_namespace_it_listens_in_and_is_known_by_who_holds_it(eyes: Eyes) -> None:
    pid = eyes.stage.world.pid("c1", "host")
    eyes.stage.type("host", f"nsenter -t {pid} -n python3 serve.py 80 &")
    eyes.stage.until(lambda: world(eyes.view("host", "c1"), "B").sockets)
    view = eyes.view("host", "c1")
    (server,) = world(view, "B").sockets
    assert (server.protocol, server.local, server.listening, server.comm) == ("tcp", ":80", True, "python3")
    assert world(view, "A").sockets == ()


def test_a_container_that_ends_takes_both_ends_of_its_wire_along_though_it_is_looked_at_all_the_time(
    eyes: Eyes,
) -> None:
    eyes.of("c1")
    eyes.stage.session.lab.delete("c1")
    eyes.stage.until(lambda: [link.name for link in eyes.of("host").links] == ["lo", "br0"], seconds=2)


def test_looking_leaves_no_descriptor_open(eyes: Eyes) -> None:
    eyes.view("host", "c1")
    before = os.listdir("/proc/self/fd")
    for _ in range(5):
        eyes.view("host", "c1")
    assert os.listdir("/proc/self/fd") == before


def test_what_is_no_netlink_socket_makes_its_namespace_unread_not_empty(eyes: Eyes) -> None:
    def others(pids: tuple[int, ...]) -> Mapping[int, int]:
        return {pid: socket.socket(socket.AF_UNIX).detach() for pid in pids}

    def files(pids: tuple[int, ...]) -> Mapping[int, int]:
        return {pid: os.open(os.devnull, os.O_RDONLY) for pid in pids}

    scan = eyes.scan()
    assert NetworkReader(eyes.root, others).read(scan)[eyes.namespace("host")] == Unread(errno.EPROTOTYPE)
    assert NetworkReader(eyes.root, files).read(scan)[eyes.namespace("host")] == Unread(errno.ENOTSOCK)


def test_a_namespace_that_can_t_be_joined_any_more_is_left_out(eyes: Eyes) -> None:
    assert NetworkReader(eyes.root, lambda _: {}).read(eyes.scan()) == {}


def test_a_server_that_takes_anothers_place_is_seen_though_the_number_of_sockets_is_the_same(eyes: Eyes) -> None:
    def serve(port: int) -> None:
        eyes.stage.type("host", f"python3 serve.py {port} &")
        eyes.stage.until(lambda: f":{port}" in {one.local for one in world(eyes.view("host"), "A").sockets})

    serve(80)
    eyes.stage.run("host", "kill %1; wait")
    serve(81)
    assert [one.local for one in world(eyes.view("host"), "A").sockets] == [":81"]


def test_one_process_stands_for_each_namespace_and_a_zombie_for_none(
    process: Callable[..., Process], scan: Callable[..., Scan]
) -> None:
    first, second, box = process(1), process(2), process(3, in_net=7)
    dead = process(4, in_net=Unread(errno.ENOENT))
    assert one_in_each(scan(second, first, box, dead)) == {NamespaceId(4, 1): first, NamespaceId(4, 7): box}


def test_more_namespaces_than_a_packet_has_room_for_are_asked_in_turn() -> None:
    assert list(batches(list(range(5)), 2)) == [(0, 1), (2, 3), (4,)]
    assert list(batches([], 2)) == []


def test_a_socket_is_known_by_the_first_process_that_holds_it_and_by_none_where_nobody_does(machine: ProcRoot) -> None:
    holders, scanner = SocketHolders(machine), Scanner(machine)
    with socket.socket() as held:
        inode = os.fstat(held.fileno()).st_ino
        scan = scanner.scan()
        (me,) = (one for one in scan.processes if one.pid == os.getpid())
        assert holders.of({inode, 0}, scan) == {inode: me}
        assert inode in sockets_of(machine, me)
    assert inode not in sockets_of(machine, me)


def test_an_endpoint_is_written_as_a_person_would() -> None:
    assert endpoint("0.0.0.0", 80) == endpoint("::", 80) == ":80"
    assert (endpoint("127.0.0.1", 80), endpoint("::1", 80)) == ("127.0.0.1:80", "[::1]:80")


def test_a_namespace_that_could_not_be_read_says_why(
    process: Callable[..., Process], scan: Callable[..., Scan]
) -> None:
    from nslab.observe.letters import Letters

    host = process(1, comm="lab")
    view = network_view(
        [Subject("host", host)], Letters(host.namespaces), scan(host), {NamespaceId(4, 1): Unread(errno.EPERM)}, {}
    )
    assert view.worlds == (WorldView("A", 1, ("host",), 1, "lab", unread=Unread(errno.EPERM)),)


SOCKETS = b"""
import socket, time
server = socket.create_server(("127.0.0.1", 80))
client = socket.create_connection(("127.0.0.1", 80))
accepted, _ = server.accept()
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(("", 53))
abstract, path = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
abstract.bind("\\0lesson")
path.bind("/tmp/path.sock")
for one in abstract, path:
    one.listen()
time.sleep(99)
"""


def test_sockets_of_every_protocol_are_told_apart_and_a_path_is_not_the_networks(eyes: Eyes) -> None:
    eyes.stage.session.lab.put("/root/sockets.py", SOCKETS)
    eyes.stage.type("host", "python3 sockets.py &")
    eyes.stage.until(lambda: len(world(eyes.view("host"), "A").sockets) == 5)
    *bound, one, other = world(eyes.view("host"), "A").sockets
    assert bound == [
        SocketRow("tcp", "127.0.0.1:80", None, True, one.pid, "python3"),
        SocketRow("udp", ":53", None, True, one.pid, "python3"),
        SocketRow("unix", "@lesson", None, True, one.pid, "python3"),
    ]
    assert (one.local, one.remote, one.listening) == (other.remote, other.local, False)
    assert "127.0.0.1:80" in (one.local, other.local)
