"""The last ping over the host's links: put together from echoes, and heard in a real lab."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from nslab.course.model import Container
from nslab.kernel.namespaces import Kind
from nslab.kernel.packets import Echo
from nslab.observe.pings import FORGOTTEN_NS, MOST_CROSSINGS, Crossing, PingView, PingWatch, followed, view
from tests.stage import Stage, staged


def echo(at_us: int, link: str, outgoing: bool, reply: bool = False, id_: int = 7) -> Echo:
    ends = ("10.77.0.12", "10.77.0.11") if reply else ("10.77.0.11", "10.77.0.12")
    return Echo(at_us * 1000, link, outgoing, reply, *ends, id_, 1)


PING = (
    echo(100, "veth1", False),
    echo(103, "veth2", True),
    echo(120, "veth2", False, reply=True),
    echo(123, "veth1", True, reply=True),
)


def test_a_request_and_its_reply_are_one_ping_told_from_its_first_crossing_on() -> None:
    assert view(followed((), PING)) == PingView(
        "10.77.0.11",
        "10.77.0.12",
        (
            Crossing(0.0, "veth1", False, False),
            Crossing(3.0, "veth2", True, False),
            Crossing(20.0, "veth2", False, True),
            Crossing(23.0, "veth1", True, True),
        ),
    )


def test_what_comes_in_two_looks_is_one_ping() -> None:
    assert followed(followed((), PING[:2]), PING[2:]) == PING
    assert not view(PING[:2]).answered
    assert view(PING).answered


def test_the_last_of_several_is_told() -> None:
    other = echo(500, "veth1", False, id_=8)
    assert followed(PING, [other]) == (other,)


def test_a_reply_whose_request_was_not_heard_tells_nothing() -> None:
    assert followed((), PING[2:]) == ()


def test_the_same_numbers_after_long_are_another_ping() -> None:
    again = echo(100 + FORGOTTEN_NS // 1000, "veth1", False)
    assert followed(PING, [again]) == (again,)


def test_what_lo_carries_crosses_no_wire() -> None:
    assert followed((), [echo(1, "lo", True), *PING]) == PING


def test_a_ping_that_runs_in_circles_is_cut_off() -> None:
    assert len(followed((), [echo(at, "veth1", False) for at in range(99)])) == MOST_CROSSINGS


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Two containers at a bridge that has an address."""
    with staged(Container("c1", (Kind.NET,)), Container("c2", (Kind.NET,))) as stage:
        stage.run("host", "ip link add br0 type bridge; ip addr add 10.77.0.1/24 dev br0; ip link set br0 up")
        for number in (1, 2):
            pid = stage.world.pid(f"c{number}", "host")
            pair = f"ip link add veth{number} type veth peer name eth0 netns {pid}"
            stage.run("host", f"{pair}; ip link set veth{number} master br0 up")
            inside = f"ip addr add 10.77.0.1{number}/24 dev eth0; ip link set eth0 up"
            stage.run("host", f"nsenter -t {pid} -n sh -c '{inside}'")
        yield stage


@pytest.mark.needs("net-namespaces", "veth")
@pytest.mark.program("ip", "ping")
def test_a_ping_between_containers_is_heard_at_both_ports_of_the_host(stage: Stage) -> None:
    lab = stage.session.lab
    watch = PingWatch(lambda pids: lab.sockets(pids, "packet"))
    assert watch.look(1) is None
    pid = stage.world.pid("c1", "host")
    stage.run("host", f"nsenter -t {pid} -n ping -c1 -W2 10.77.0.12")
    ping = watch.look(1)
    assert ping is not None
    crossings = [(one.link, one.outgoing, one.reply) for one in ping.crossings if one.link != "br0"]
    assert crossings == [
        ("veth1", False, False),
        ("veth2", True, False),
        ("veth2", False, True),
        ("veth1", True, True),
    ]
    times = [one.after_us for one in ping.crossings]
    assert times == sorted(times)
    assert (ping.source, ping.target, times[0]) == ("10.77.0.11", "10.77.0.12", 0.0)
    watch.close()


@pytest.mark.needs("net-namespaces")
def test_what_can_not_be_heard_is_no_ping_and_no_descriptor_is_left() -> None:
    before = os.listdir("/proc/self/fd")
    for opened in (
        lambda _: {},
        lambda _: {1: os.open(os.devnull, os.O_RDONLY)},
        lambda _: {1: socket.socket().detach()},
    ):
        watch = PingWatch(opened)
        assert watch.look(1) is None
        watch.close()
    assert os.listdir("/proc/self/fd") == before
