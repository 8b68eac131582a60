"""Echo requests and replies as they pass the links of a network namespace, each with the kernel's own time. See packet(7), icmp(7).

The socket sees what comes in and what goes out; a filter in the kernel lets only ICMP through to it, so that a busy network costs
nothing. It keeps its network namespace alive.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import socket
import struct
from collections.abc import Iterator

from msgspec import Struct

from nslab.kernel.bpf import JUMP_EQUAL, LOAD_BYTE, LOAD_HALF, RETURN, packed, program_header

SO_ATTACH_FILTER = 26  # asm-generic/socket.h
SO_TIMESTAMPNS = 35
ETH_P_ALL = 0x0003  # linux/if_ether.h
ETH_P_IP = 0x0800
PACKET_OUTGOING = 4  # linux/if_packet.h
ICMP, ECHO_REPLY, ECHO_REQUEST = 1, 0, 8

ETHERNET_BYTES = 14
ECHO = struct.Struct("!BxxxHH")  # type, then identifier and sequence number
TIMESPEC = struct.Struct("@ll")
SNAP_BYTES = 96
RECEIVE_BYTES = 64 << 10  # some hundred packets: what nobody takes is dropped
MOST_AT_ONCE = 512

ONLY_ICMP = packed(
    (
        (LOAD_HALF, 0, 0, ETHERNET_BYTES - 2),
        (JUMP_EQUAL, 0, 3, ETH_P_IP),
        (LOAD_BYTE, 0, 0, ETHERNET_BYTES + 9),
        (JUMP_EQUAL, 0, 1, ICMP),
        (RETURN, 0, 0, SNAP_BYTES),
        (RETURN, 0, 0, 0),
    )
)


class Echo(Struct, frozen=True):
    """One passing of a link. `at_ns` is the kernel's clock, CLOCK_REALTIME; `id` and `sequence` tell one ping from another."""

    at_ns: int
    link: str
    outgoing: bool
    reply: bool
    source: str
    target: str
    id: int
    sequence: int


def open_socket() -> socket.socket:
    """A packet socket in the caller's network namespace. Raises OSError (EPERM: no CAP_NET_RAW)."""
    return socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.htons(ETH_P_ALL))


def listen(packets: socket.socket) -> None:
    """Hear the namespace's pings from now on; what came before the filter is forgotten. Raises OSError (EPROTOTYPE: no packet
    socket)."""
    if packets.family != socket.AF_PACKET:
        raise OSError(errno.EPROTOTYPE, os.strerror(errno.EPROTOTYPE))
    filter_held = ctypes.create_string_buffer(ONLY_ICMP, len(ONLY_ICMP))
    packets.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program_header(filter_held))
    packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    packets.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    packets.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while packets.recv(1):
            pass


def echoes(packets: socket.socket) -> Iterator[Echo]:
    """Those that have passed since the last time, in the kernel's order. Raises OSError."""
    for _ in range(MOST_AT_ONCE):
        try:
            frame, ancillary, _, (link, _, kind, *_) = packets.recvmsg(SNAP_BYTES, socket.CMSG_SPACE(TIMESPEC.size))
        except BlockingIOError:
            return
        told = [data for level, type_, data in ancillary if (level, type_) == (socket.SOL_SOCKET, SO_TIMESTAMPNS)]
        echo = parse(frame, link, kind == PACKET_OUTGOING, nanoseconds(told[0])) if told else None
        if echo is not None:
            yield echo


def nanoseconds(timespec: bytes) -> int:
    """A struct timespec as one number."""
    seconds, rest = TIMESPEC.unpack(timespec)
    return int(seconds) * 1_000_000_000 + int(rest)


def parse(frame: bytes, link: str, outgoing: bool, at_ns: int) -> Echo | None:
    """An Ethernet frame with an ICMP echo in it; None for any other."""
    packet = frame[ETHERNET_BYTES:]
    if frame[ETHERNET_BYTES - 2 : ETHERNET_BYTES] != ETH_P_IP.to_bytes(2, "big") or len(packet) < 20:
        return None
    header = (packet[0] & 0x0F) * 4
    if packet[9] != ICMP or len(packet) < header + ECHO.size:
        return None
    type_, id_, sequence = ECHO.unpack_from(packet, header)
    if type_ not in (ECHO_REQUEST, ECHO_REPLY):
        return None
    source, target = (socket.inet_ntoa(packet[at : at + 4]) for at in (12, 16))
    return Echo(at_ns, link, outgoing, type_ == ECHO_REPLY, source, target, id_, sequence)
