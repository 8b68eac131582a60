"""Checks of links and servers on a recorded network: that of the lesson `net`, with one wire cut."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.course.checks import AllOf, Check, Not
from nslab.course.checks.network import Link, Listening
from nslab.course.checks.values import Equal, Probe
from nslab.course.look import Look
from nslab.course.probes import Bind, Connect
from nslab.course.told import Absent, say
from nslab.course.values import LinkTold, PidOf
from nslab.observe.network_view import LinkEnd, LinkRow, SocketRow, WorldView
from nslab.words import words_for

VALUES = {"nothing": PidOf("nobody", "host"), "wire": LinkTold("veth1", "host", "index")}


def link(index: int, name: str, *addresses: str, up: bool = True, carrier: bool = True, **more: Any) -> LinkRow:
    told = {"kind": "veth", "loopback": False, "other_end": None, "master": None, **more}
    return LinkRow(
        index, name, up=up, carrier=carrier, addresses=addresses, hardware_address="", received=0, sent=0, **told
    )


HOST = WorldView(
    "A",
    1,
    ("host",),
    1,
    "lab",
    links=(
        link(3, "br0", "10.77.0.1/24"),
        link(4, "veth1", master="br0", carrier=False, other_end=LinkEnd("B", 2, "eth0")),
    ),
    sockets=(
        SocketRow("tcp", "127.0.0.1:8080", None, True, None, None),
        SocketRow("udp", ":53", None, True, 9, "dns"),
        SocketRow("tcp", "10.77.0.1:4711", "10.77.0.2:80", False, 9, "client"),
    ),
)
BOX = WorldView(
    "B",
    2,
    ("box",),
    8,
    "bash",
    links=(
        link(1, "lo", up=False, carrier=False, loopback=True),
        link(2, "eth0", "10.77.0.11/24", "fd00::11/64", up=False, carrier=False, other_end=LinkEnd("A", 4, "veth1")),
    ),
    sockets=(SocketRow("tcp", ":80", None, True, 9, "serve"),),
)


@pytest.fixture
def wired(world: Any) -> Any:
    world.networks = {"host": HOST, "box": BOX}
    world.errnos = {("bind(:80)", "box"): 98, ("connect(10.77.0.4:80)", "host"): 110}
    return world


def judge(check: Check, world: Any) -> Any:
    return check.judge(Look(world, VALUES))


def found(check: Check, world: Any, lang: Any = "en") -> tuple[str, str]:
    verdict, words = judge(check, world), words_for(lang)
    return say(verdict.wanted, words, str), say(verdict.found, words, str)


@pytest.mark.parametrize(
    ("check", "passed"),
    [
        (Link("host", "veth1"), True),
        (Link("host", "veth{wire}"), False),
        (Link("host", "veth1", up=True, carrier=False), True),
        (Link("host", "veth1", carrier=True), False),
        (Link("box", "lo", up=False), True),
        (Link("box", "eth0", up=True), False),
        (Link("box", "eth0", address="10.77.0.11/24"), True),
        (Link("box", "eth0", address="10.77.0.11"), True),
        (Link("box", "eth0", address="fd00::11"), True),
        (Link("box", "eth0", address="10.77.0.1"), False),
        (Link("host", "veth1", port_of="br0"), True),
        (Link("box", "eth0", port_of="br0"), False),
        (Link("host", "veth1", to="box"), True),
        (Link("host", "br0", to="box"), False),
        (Link("box", "eth0", to="box"), False),
        (Listening("box", 80), True),
        (Listening("host", 80), False),
        (Listening("host", 8080), True),
        (Listening("host", 53), False),
        (Listening("host", 4711), False),
        (Probe(Bind(80), "box", "EADDRINUSE"), True),
        (Probe(Connect("10.77.0.{wire}", 80), "host", "ETIMEDOUT"), True),
        (Equal(LinkTold("eth0", "box"), "DOWN"), True),
        (Equal(LinkTold("veth1", "host"), "NO-CARRIER"), True),
        (Equal(LinkTold("br0", "host"), "UP"), True),
        (Equal(LinkTold("eth0", "box", "address"), "10.77.0.11/24"), True),
        (Equal(LinkTold("eth0", "box", "index"), 2), True),
        (Equal(LinkTold("eth0", "box", "other_end"), "{wire}"), True),
    ],
)
def test_each_holds_where_the_machine_is_so_and_only_there(wired: Any, check: Check, passed: bool) -> None:
    verdict, contrary = judge(check, wired), judge(Not(check), wired)
    assert (verdict.passed, verdict.observed) == (passed, True)
    assert (contrary.passed, contrary.observed) == (not passed, True)
    assert all(found(check, wired, lang) for lang in ("en", "zh"))


@pytest.mark.parametrize(
    "check",
    [
        Link("nobody", "eth0"),
        Link("host", "{nothing}"),
        Link("host", "veth1", address="{nothing}"),
        Link("host", "veth1", port_of="{nothing}"),
        Link("host", "veth1", to="nobody"),
        Listening("nobody", 80),
        Equal(LinkTold("eth0", "nobody"), 1),
        Equal(LinkTold("eth9", "box"), 1),
        Equal(LinkTold("{nothing}", "box"), 1),
        Equal(LinkTold("lo", "box", "address"), 1),
        Equal(LinkTold("lo", "box", "other_end"), 1),
        Probe(Connect("{nothing}", 80), "host", "0"),
    ],
)
def test_what_cannot_be_observed_neither_holds_nor_fails(wired: Any, check: Check) -> None:
    for tried in (check, Not(check), AllOf((check,))):
        verdict = judge(tried, wired)
        assert (verdict.passed, verdict.observed) == (False, False)
        assert isinstance(found(tried, wired)[1], str)


@pytest.mark.parametrize(
    ("check", "wanted", "seen"),
    [
        (Link("box", "eth0"), "link eth0 in box: there", "eth0 in box: DOWN, 10.77.0.11/24, fd00::11/64"),
        (
            Link("host", "veth1", up=True, carrier=True, port_of="br0", to="box"),
            "link veth1 on the host: UP, with a carrier, port of br0, its other end in box",
            "veth1 on the host: NO-CARRIER, no address, port of br0",
        ),
        (Link("box", "eth9", address="10.0.0.1"), "link eth9 in box: 10.0.0.1", "no link eth9 in box"),
        (Listening("box", 80), "a server on port 80 in box", "serve 9 listens on port 80 in box"),
        (Listening("host", 80), "a server on port 80 on the host", "nobody listens on port 80 on the host"),
        (Listening("host", 8080), "a server on port 8080 on the host", "the host listens on port 8080 on the host"),
        (Equal(LinkTold("eth0", "box"), "UP"), "the state of eth0 in box is UP", "the state of eth0 in box is DOWN"),
        (Equal(LinkTold("lo", "box", "address"), 1), "the address of lo in box is 1", "lo in box has no address"),
    ],
)
def test_a_verdict_tells_the_link_as_it_is(wired: Any, check: Check, wanted: str, seen: str) -> None:
    assert found(check, wired) == (wanted, seen)


def test_chinese_says_the_same_in_its_own_order(wired: Any) -> None:
    check = Link("host", "veth1", up=True, carrier=True, port_of="br0")
    assert found(check, wired, "zh") == (
        "宿主机上的网卡 veth1：UP、有载波、接在 br0 上",
        "宿主机上的 veth1：NO-CARRIER、没有地址、接在 br0 上",
    )


def test_a_link_that_is_not_there_has_no_state(wired: Any) -> None:
    assert isinstance(LinkTold("eth9", "box").read(Look(wired, VALUES)), Absent)
