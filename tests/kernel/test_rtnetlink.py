"""What the kernel tells of links and addresses, compared with what ip(8) reads out of it."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import socket
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from nslab.kernel import rtnetlink
from nslab.kernel.namespaces import Kind

pytestmark = [pytest.mark.needs("net-namespaces"), pytest.mark.program("ip")]


def unshare(kind: Kind) -> None:
    assert ctypes.CDLL(None).unshare(kind.clone_flag) == 0


def ip(*words: str) -> Any:
    told = subprocess.run(("ip", "-json", *words), check=True, capture_output=True, text=True).stdout
    return json.loads(told or "[]")


def wired() -> None:
    """A bridge with an address, a veth pair of which one end is its port, lo."""
    for line in (
        "link add br0 type bridge",
        "link add left type veth peer name right",
        "link set left master br0",
        "addr add 10.77.0.1/24 dev br0",
        "addr add 10.9.0.1 peer 10.9.0.2/32 dev right",
        "link set br0 up",
        "link set left up",
        "link set lo up",
    ):
        ip(*line.split())


def test_links_are_those_of_ip_link(inside: Callable[..., Any]) -> None:
    def look() -> list[Any]:
        wired()
        with rtnetlink.open_socket() as netlink:
            ours = rtnetlink.links(netlink)
        theirs = ip("-details", "link")
        return [
            [[one.index, one.name, one.kind, one.up, one.hardware_address] for one in ours],
            [
                [
                    one["ifindex"],
                    one["ifname"],
                    one.get("linkinfo", {}).get("info_kind"),
                    "UP" in one["flags"],
                    one["address"],
                ]
                for one in theirs
            ],
        ]

    ours, theirs = inside(look, Kind.NET)
    assert ours == theirs
    assert [name for _, name, *_ in ours] == ["lo", "br0", "right", "left"]


def test_an_end_names_the_other_a_port_its_bridge_and_without_both_ends_up_there_is_no_carrier(
    inside: Callable[..., Any],
) -> None:
    def look() -> dict[str, Any]:
        wired()
        with rtnetlink.open_socket() as netlink:
            by_name = {link.name: link for link in rtnetlink.links(netlink)}
            ip("link", "set", "right", "up")
            after = {link.name: link for link in rtnetlink.links(netlink)}
        left, right, bridge = by_name["left"], by_name["right"], by_name["br0"]
        return {
            "peers": [left.peer == right.index, right.peer == left.index, left.peer_namespace, bridge.peer],
            "master": [left.master == bridge.index, right.master],
            "carrier": [left.carrier, after["left"].carrier, after["right"].carrier],
            "loopback": [by_name["lo"].loopback, left.loopback],
        }

    assert inside(look, Kind.NET) == {
        "peers": [True, True, None, None],
        "master": [True, None],
        "carrier": [False, True, True],
        "loopback": [True, False],
    }


def test_addresses_are_those_of_ip_addr_and_of_two_ends_ones_own(inside: Callable[..., Any]) -> None:
    def look() -> list[str]:
        wired()
        with rtnetlink.open_socket() as netlink:
            names = {link.index: link.name for link in rtnetlink.links(netlink)}
            found = rtnetlink.addresses(netlink)
        return sorted(f"{names[one.link]} {one}" for one in found if not one.link_local)

    assert inside(look, Kind.NET) == ["br0 10.77.0.1/24", "lo 127.0.0.1/8", "lo ::1/128", "right 10.9.0.1/32"]


def test_another_namespace_has_the_number_by_which_a_link_into_it_knows_it(inside: Callable[..., Any]) -> None:
    def look() -> list[Any]:
        own = os.open("/proc/self/ns/net", os.O_RDONLY)
        with rtnetlink.open_socket() as netlink:
            there = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; read go"], stdin=-1, stdout=-1)
            assert there.stdout is not None
            assert there.stdin is not None
            there.stdout.readline()
            other = os.open(f"/proc/{there.pid}/ns/net", os.O_RDONLY)
            before = rtnetlink.namespace_number(netlink, other)
            ip("link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(there.pid))
            (here,) = (link for link in rtnetlink.links(netlink) if link.name == "here")
            after = rtnetlink.namespace_number(netlink, other)
            there.stdin.close()
            there.wait()
            return [before, here.peer_namespace == after, after is not None, rtnetlink.namespace_number(netlink, own)]

    assert inside(look, Kind.NET) == [None, True, True, None]


def test_packets_are_counted(inside: Callable[..., Any]) -> None:
    def look() -> list[int]:
        ip("link", "set", "lo", "up")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, rtnetlink.open_socket() as netlink:
            for _ in range(3):
                sender.sendto(b"", ("127.0.0.1", 9))
            (lo,) = rtnetlink.links(netlink)
        return [lo.sent >= 3, lo.received >= 3]

    assert inside(look, Kind.NET) == [True, True]


def test_a_socket_keeps_belonging_to_the_namespace_in_which_it_was_made(inside: Callable[..., Any]) -> None:
    def look() -> list[list[str]]:
        ip("link", "add", "br0", "type", "bridge")
        with rtnetlink.open_socket() as before:
            unshare(Kind.NET)
            with rtnetlink.open_socket() as after:
                return [[link.name for link in rtnetlink.links(one)] for one in (before, after)]

    assert inside(look, Kind.NET) == [["lo", "br0"], ["lo"]]


def test_another_kind_of_socket_is_not_asked(inside: Callable[..., Any]) -> None:
    def look() -> list[str]:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            return [link.name for link in rtnetlink.links(ours)]

    assert inside(look) == f"errno {errno.EPROTOTYPE}"


def test_what_the_kernel_refuses_is_raised(inside: Callable[..., Any]) -> None:
    def look() -> int | None:
        with rtnetlink.open_socket() as netlink, open("/dev/null") as no_namespace:
            return rtnetlink.namespace_number(netlink, no_namespace.fileno())

    assert inside(look) == f"errno {errno.EINVAL}"
