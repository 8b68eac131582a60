"""Links and addresses of a network namespace, as the kernel tells them over a netlink socket. See rtnetlink(7), netlink(7).

A socket belongs to the network namespace in which it was made, wherever it is used; it also keeps that namespace alive, and
with it the far ends of its veth pairs: close it after each look. Making links is pyroute2's business. It is not asked here, for
whoever looks four times a second, or between two steps of a container's birth, has a millisecond for all: importing it takes
0.1 s and hundreds of modules, reading one link 0.1 ms.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Iterator

from msgspec import Struct

# linux/netlink.h
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_DUMP = 0x001, 0x300
NLA_TYPE_MASK = 0x3FFF
HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
ATTRIBUTE = struct.Struct("=HH")  # length, type
WORD = struct.Struct("=I")
NUMBER = struct.Struct("=i")

# linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h, linux/net_namespace.h
RTM_NEWLINK, RTM_GETLINK = 16, 18
RTM_NEWADDR, RTM_GETADDR = 20, 22
RTM_GETNSID = 90
LINK_MESSAGE = struct.Struct("=BxHiII")  # family, type, index, flags, change
ADDRESS_MESSAGE = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, index
FAMILY_MESSAGE = struct.Struct("=B3x")
IFLA_ADDRESS, IFLA_IFNAME, IFLA_LINK, IFLA_MASTER, IFLA_LINKINFO = 1, 3, 5, 10, 18
IFLA_STATS64, IFLA_LINK_NETNSID = 23, 37
IFLA_INFO_KIND = 1
IFA_ADDRESS, IFA_LOCAL = 1, 2
NETNSA_NSID, NETNSA_FD = 1, 3

IFF_UP, IFF_LOOPBACK, IFF_LOWER_UP = 0x1, 0x8, 0x10000
RT_SCOPE_LINK = 253

PACKETS = struct.Struct("=QQ")  # how rtnl_link_stats64 begins: received, sent
PATIENCE_SECONDS = 0.5  # the kernel answers at once; a socket that a learner put in its place may never
CHUNK_BYTES = 1 << 16

Attributes = dict[int, bytes]


class Link(Struct, frozen=True):
    """A network device. `kind` is what made it (`veth`, `bridge`); None for lo and for hardware.

    `peer` is the index of the link that it goes on to (iflink): a veth's other end, in the network namespace that this one
    knows as `peer_namespace` (None: this very one). `master` is the index of the bridge that it is a port of. `up` is what it was
    set to, `carrier` whether anything can pass. `received` and `sent` count packets.
    """

    index: int
    name: str
    kind: str | None
    loopback: bool
    up: bool
    carrier: bool
    peer: int | None
    peer_namespace: int | None
    master: int | None
    hardware_address: str
    received: int
    sent: int


class Address(Struct, frozen=True):
    """An address of the link `link`, with the length of its network's prefix. `link_local`: good on that link only."""

    link: int
    address: str
    prefix: int
    link_local: bool

    def __str__(self) -> str:
        return f"{self.address}/{self.prefix}"


class NoNetlink(OSError):
    """What was asked is no netlink socket, or does not answer as one."""


def open_socket() -> socket.socket:
    """A netlink socket in the caller's network namespace. Raises OSError."""
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)


def links(netlink: socket.socket) -> tuple[Link, ...]:
    """Every link, in the order of their indexes. Raises OSError, NoNetlink."""
    found = (
        _link(body)
        for kind, body in _dump(netlink, RTM_GETLINK, LINK_MESSAGE.pack(0, 0, 0, 0, 0))
        if kind == RTM_NEWLINK
    )
    return tuple(sorted(found, key=lambda link: link.index))


def addresses(netlink: socket.socket) -> tuple[Address, ...]:
    """Every address, of both families, IPv4's first. Raises OSError, NoNetlink."""
    asked = ADDRESS_MESSAGE.pack(0, 0, 0, 0, 0)
    return tuple(_address(body) for kind, body in _dump(netlink, RTM_GETADDR, asked) if kind == RTM_NEWADDR)


def namespace_number(netlink: socket.socket, namespace: int) -> int | None:
    """By which number the socket's network namespace knows another one, given by an open file of it (/proc/PID/ns/net).

    None where it has none: no link leads there, or none was listed yet. Raises OSError, NoNetlink.
    """
    asked = FAMILY_MESSAGE.pack(0) + _attribute(NETNSA_FD, WORD.pack(namespace))
    for _, body in _ask(netlink, RTM_GETNSID, NLM_F_REQUEST, asked):
        number: int = NUMBER.unpack(_attributes(body[FAMILY_MESSAGE.size :])[NETNSA_NSID])[0]
        return number if number >= 0 else None
    raise NoNetlink(errno.EBADMSG, os.strerror(errno.EBADMSG))


def _link(body: bytes) -> Link:
    _, _, index, flags, _ = LINK_MESSAGE.unpack_from(body)
    told = _attributes(body[LINK_MESSAGE.size :])
    received, sent = PACKETS.unpack_from(told[IFLA_STATS64]) if IFLA_STATS64 in told else (0, 0)
    kind = _attributes(told[IFLA_LINKINFO]).get(IFLA_INFO_KIND) if IFLA_LINKINFO in told else None
    return Link(
        index=index,
        name=_text(told[IFLA_IFNAME]),
        kind=None if kind is None else _text(kind),
        loopback=bool(flags & IFF_LOOPBACK),
        up=bool(flags & IFF_UP),
        carrier=bool(flags & IFF_LOWER_UP),
        peer=_number(told.get(IFLA_LINK)),
        peer_namespace=_number(told.get(IFLA_LINK_NETNSID)),
        master=_number(told.get(IFLA_MASTER)),
        hardware_address=told.get(IFLA_ADDRESS, b"").hex(":"),
        received=received,
        sent=sent,
    )


def _address(body: bytes) -> Address:
    """Of a point-to-point link IFA_ADDRESS is the other end, and IFA_LOCAL is its own; IPv6 has only the first."""
    family, prefix, _, scope, link = ADDRESS_MESSAGE.unpack_from(body)
    told = _attributes(body[ADDRESS_MESSAGE.size :])
    own = told[IFA_LOCAL] if IFA_LOCAL in told else told[IFA_ADDRESS]
    return Address(link, socket.inet_ntop(family, own), prefix, scope == RT_SCOPE_LINK)


def _dump(netlink: socket.socket, request: int, body: bytes) -> Iterator[tuple[int, bytes]]:
    return _ask(netlink, request, NLM_F_REQUEST | NLM_F_DUMP, body)


def _ask(netlink: socket.socket, request: int, flags: int, body: bytes) -> Iterator[tuple[int, bytes]]:
    """Ask, and yield the type and the body of each message of the answer. Raises OSError, NoNetlink."""
    if netlink.family != socket.AF_NETLINK:
        raise NoNetlink(errno.EPROTOTYPE, os.strerror(errno.EPROTOTYPE))
    netlink.settimeout(PATIENCE_SECONDS)
    netlink.send(HEADER.pack(HEADER.size + len(body), request, flags, 1, 0) + body)
    while True:
        for kind, answer in _messages(netlink.recv(CHUNK_BYTES)):
            if kind == NLMSG_DONE:
                return
            if kind == NLMSG_ERROR:
                number = -NUMBER.unpack_from(answer)[0]
                raise OSError(number, os.strerror(number))
            yield kind, answer
        if not flags & NLM_F_DUMP:
            return


def _messages(packet: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + HEADER.size <= len(packet):
        length, kind, *_ = HEADER.unpack_from(packet, offset)
        if not HEADER.size <= length <= len(packet) - offset:
            raise NoNetlink(errno.EBADMSG, os.strerror(errno.EBADMSG))
        yield kind, packet[offset + HEADER.size : offset + length]
        offset += _aligned(length)


def _attributes(content: bytes) -> Attributes:
    """By type, without the bits that say how the value is stored."""
    found: Attributes = {}
    offset = 0
    while offset + ATTRIBUTE.size <= len(content):
        length, kind = ATTRIBUTE.unpack_from(content, offset)
        if not ATTRIBUTE.size <= length <= len(content) - offset:
            raise NoNetlink(errno.EBADMSG, os.strerror(errno.EBADMSG))
        found[kind & NLA_TYPE_MASK] = content[offset + ATTRIBUTE.size : offset + length]
        offset += _aligned(length)
    return found


def _attribute(kind: int, value: bytes) -> bytes:
    return ATTRIBUTE.pack(ATTRIBUTE.size + len(value), kind) + value.ljust(_aligned(len(value)), b"\0")


def _aligned(length: int) -> int:
    return length + 3 & ~3


def _text(value: bytes) -> str:
    return value.rstrip(b"\0").decode(errors="surrogateescape")


def _number(value: bytes | None) -> int | None:
    if value is None:
        return None
    number: int = NUMBER.unpack(value)[0]
    return number
