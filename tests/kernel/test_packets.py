"""Pings as they pass: heard in a namespace of the test's own, and every frame that is none."""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.kernel import links, packets
from nslab.kernel.namespaces import Kind

ECHO_REQUEST = struct.pack("!BBHHH", packets.ECHO_REQUEST, 0, 0, 7, 1)


def checksummed(icmp: bytes) -> bytes:
    total = sum(struct.unpack(f"!{len(icmp) // 2}H", icmp))
    total = (total >> 16) + (total & 0xFFFF)
    return icmp[:2] + struct.pack("!H", ~total & 0xFFFF) + icmp[4:]


@pytest.mark.needs("net-namespaces")
def test_a_ping_is_heard_out_and_in_with_the_kernels_own_times(inside: Callable[..., Any]) -> None:
    def look() -> list[Any]:
        links.link_up("lo")
        with (
            packets.open_socket() as heard,
            socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as ping,
        ):
            ping.sendto(checksummed(ECHO_REQUEST), ("127.0.0.1", 0))
            packets.listen(heard)
            before = list(packets.echoes(heard))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.sendto(b"no ping", ("127.0.0.1", 9))
            ping.sendto(checksummed(ECHO_REQUEST), ("127.0.0.1", 0))
            time.sleep(0.05)
            found = list(packets.echoes(heard))
        return [
            len(before),
            [[one.link, one.outgoing, one.reply, one.source, one.target, one.id, one.sequence] for one in found],
            [one.at_ns for one in found] == sorted(one.at_ns for one in found),
            all(abs(time.time_ns() - one.at_ns) < 5e9 for one in found),
        ]

    before, found, in_order, now = inside(look, Kind.NET)
    ends = ["127.0.0.1", "127.0.0.1", 7, 1]
    assert found == [
        ["lo", True, False, *ends],
        ["lo", False, False, *ends],
        ["lo", True, True, *ends],
        ["lo", False, True, *ends],
    ]
    assert (before, in_order, now) == (0, True, True)


def test_without_cap_net_raw_there_is_no_socket(inside: Callable[..., Any]) -> None:
    if os.geteuid() != 0:
        with pytest.raises(PermissionError):
            packets.open_socket()


def test_what_is_no_packet_socket_can_not_listen() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(OSError, match="wrong type") as refused:
        packets.listen(ours)
    assert refused.value.errno == errno.EPROTOTYPE


def frame(type_: int, *, options: int = 0, protocol: int = 1, ether: int = 0x0800) -> bytes:
    header = bytes([0x40 | 5 + options, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0, 10, 77, 0, 11, 10, 77, 0, 12])
    return (
        b"\0" * 12 + struct.pack("!H", ether) + header + b"\0" * 4 * options + struct.pack("!BBHHH", type_, 0, 0, 9, 3)
    )


def test_an_echo_reads_as_it_was_written_with_options_too() -> None:
    for options in (0, 3):
        echo = packets.parse(frame(8, options=options), "veth1", False, 5)
        assert echo == packets.Echo(5, "veth1", False, False, "10.77.0.11", "10.77.0.12", 9, 3)
    reply = packets.parse(frame(0), "veth1", True, 5)
    assert reply is not None
    assert (reply.reply, reply.outgoing) == (True, True)


@pytest.mark.parametrize(
    "other", [frame(3), frame(8, protocol=6), frame(8, ether=0x86DD), frame(8)[:-1], frame(8)[:20]]
)
def test_what_is_no_echo_is_none(other: bytes) -> None:
    assert packets.parse(other, "veth1", False, 0) is None


@given(st.binary(max_size=120))
def test_no_frame_is_too_odd(content: bytes) -> None:
    packets.parse(content, "veth1", False, 0)
