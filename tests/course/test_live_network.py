"""What the course asks of networks, answered by a real lab."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest

from nslab.course.model import Container
from nslab.course.probes import Bind, Connect
from nslab.course.told import Absent
from nslab.kernel.namespaces import Kind
from nslab.observe.network_view import WorldView
from tests.stage import Stage, staged

pytestmark = [pytest.mark.needs("net-namespaces"), pytest.mark.program("ip", "python3")]

SERVE = b"""
import socket, sys, time
server = socket.create_server(("", int(sys.argv[1])))
time.sleep(99)
"""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The host and c1, a wire between them, a server on port 80 in c1."""
    with staged(Container("c1", (Kind.NET, Kind.UTS)), files={"serve.py": SERVE}) as stage:
        pid = stage.world.pid("c1", "host")
        stage.run("host", f"ip link add veth1 type veth peer name eth0 netns {pid}")
        stage.run("host", "ip addr add 10.77.0.1/24 dev veth1; ip link set veth1 up")
        stage.run("host", f"nsenter -t {pid} -n sh -c 'ip addr add 10.77.0.11/24 dev eth0; ip link set eth0 up'")
        stage.type("host", f"nsenter -t {pid} -n python3 serve.py 80 &")
        stage.until(lambda: network(stage, "c1").sockets)
        yield stage


def network(stage: Stage, process: str) -> WorldView:
    found = stage.world.network(process)
    assert isinstance(found, WorldView)
    return found


def ask(stage: Stage, call: Bind | Connect, where: str) -> int:
    answer = stage.world.probe(call, where, ())
    assert isinstance(answer, int)
    return answer


def test_each_process_has_the_network_of_its_namespace(stage: Stage) -> None:
    assert [link.name for link in network(stage, "c1").links] == ["lo", "eth0"]
    assert [link.name for link in network(stage, "host").links] == ["lo", "veth1"]
    assert [one.local for one in network(stage, "c1").sockets] == [":80"]
    assert isinstance(stage.world.network("nobody"), Absent)


def test_a_look_is_read_once(stage: Stage) -> None:
    stage.session.look()
    assert network(stage, "c1").links == network(stage, "c1").links
    first = stage.world.networks.view(stage.world.seen, stage.world.observer.letters)
    again = stage.world.networks.view(stage.world.seen, stage.world.observer.letters)
    assert first == again


def test_a_port_is_taken_only_where_its_server_is(stage: Stage) -> None:
    assert ask(stage, Bind(80), "c1") == errno.EADDRINUSE
    assert ask(stage, Bind(80), "host") == 0
    assert ask(stage, Bind(81), "c1") == 0


def test_whether_somebody_answers_is_found_out_by_asking(stage: Stage) -> None:
    assert ask(stage, Connect("10.77.0.11", 80), "host") == 0
    assert ask(stage, Connect("10.77.0.11", 81), "host") == errno.ECONNREFUSED
    assert ask(stage, Connect("10.77.0.1", 80), "c1") == errno.ECONNREFUSED
    assert ask(stage, Connect("10.99.0.1", 80), "c1") == errno.ENETUNREACH


def test_who_does_not_answer_is_not_waited_for_long(stage: Stage) -> None:
    assert ask(stage, Connect("10.77.0.99", 80), "host") == errno.ETIMEDOUT


def test_a_name_is_no_address(stage: Stage) -> None:
    assert isinstance(stage.world.probe(Connect("c1", 80), "host", ()), int)
    assert ask(stage, Connect("c1", 80), "host") != 0


def test_a_lab_that_has_ended_has_no_networks() -> None:
    with staged() as stage:
        stage.session.lab.interrupt()
        assert stage.world.networks.view(stage.world.observer.look(), stage.world.observer.letters).worlds == ()
