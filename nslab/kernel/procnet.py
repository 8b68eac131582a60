"""Sockets and routes of a network namespace, from the /proc/PID/net of a process in it. Formats: proc_pid_net(5), proc_net_tcp.rst.

The kernel shows there the namespace of that process, whoever reads; nothing has to be joined, and nothing is kept alive.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from nslab.kernel import procfs

# include/net/tcp_states.h; udp has but two of them: connected is ESTABLISHED, all others are CLOSE.
TCP_ESTABLISHED, TCP_CLOSE, TCP_LISTEN = 0x01, 0x07, 0x0A
SO_ACCEPTCON = 0x10000  # linux/net.h: of a unix socket that listens
RTF_UP = 0x1  # linux/route.h


Table = Literal["tcp", "tcp6", "udp", "udp6"]
_TABLES: dict[str, Table] = {"TCP": "tcp", "TCP6": "tcp6", "UDP": "udp", "UDP6": "udp6"}


class InetSocket(Struct, frozen=True):
    """A TCP or UDP socket. Addresses are in the usual notation; `inode` is that of the `socket:[…]` link of who holds it."""

    protocol: Literal["tcp", "udp"]
    local: str
    local_port: int
    remote: str
    remote_port: int
    state: int
    inode: int


class UnixSocket(Struct, frozen=True):
    """A unix socket that has a name: a path, or one of the abstract names, written with an @ in front. See unix(7)."""

    name: str
    listening: bool
    inode: int

    @property
    def abstract(self) -> bool:
        """Whether its name lies in the network namespace; a path lies in the file system."""
        return self.name.startswith("@")


class Route(Struct, frozen=True):
    """An IPv4 route of a link that is up. `gateway` is None where the network is on the link itself."""

    link: str
    network: str
    prefix: int
    gateway: str | None


def socket_counts(process: int) -> dict[Table, int]:
    """How many sockets each table lists, those of TCP in TIME_WAIT not counted, by an opened process directory.

    For TCP the table itself is dear: the kernel goes through the hash table of all namespaces, some 5 ms on a large machine.
    Without IPv6 its tables are not there. Raises OSError.
    """
    counts = parse_counts(procfs.read_file(process, "net/sockstat"))
    with contextlib.suppress(FileNotFoundError):
        counts |= parse_counts(procfs.read_file(process, "net/sockstat6"))
    return counts


def sockets(process: int, table: Table) -> tuple[InetSocket, ...]:
    """The sockets of one table, by an opened process directory. Raises OSError."""
    return parse_inet(procfs.read_file(process, f"net/{table}"), "tcp" if table.startswith("tcp") else "udp")


def unix_sockets(process: int) -> tuple[UnixSocket, ...]:
    """Those with a name. Raises OSError."""
    return parse_unix(procfs.read_file(process, "net/unix"))


def routes(process: int) -> tuple[Route, ...]:
    """IPv4's main table. Raises OSError."""
    return parse_routes(procfs.read_file(process, "net/route"))


def parse_counts(content: bytes) -> dict[Table, int]:
    """`TCP: inuse 1 orphan 0 …`: only `inuse` is this namespace's own, the others are all namespaces'."""
    counts: dict[Table, int] = {}
    for line in content.decode().splitlines():
        name, _, rest = line.partition(": inuse ")
        if rest and (table := _TABLES.get(name)):
            counts[table] = int(rest.split()[0])
    return counts


def parse_inet(content: bytes, protocol: Literal["tcp", "udp"]) -> tuple[InetSocket, ...]:
    """`sl local_address rem_address st … inode`, numbers in hex; an address is words in the machine's byte order."""
    found = []
    for fields in _rows(content):
        local, remote = _endpoint(fields[1]), _endpoint(fields[2])
        found.append(InetSocket(protocol, *local, *remote, state=int(fields[3], 16), inode=int(fields[9])))
    return tuple(found)


def parse_unix(content: bytes) -> tuple[UnixSocket, ...]:
    """`Num RefCount Protocol Flags Type St Inode Path`. A name may hold blanks; the kernel writes an abstract one's NULs as @."""
    found = []
    for line in content.splitlines()[1:]:
        fields = line.split(maxsplit=7)
        if len(fields) == 8:
            name = fields[7].decode(errors="surrogateescape")
            found.append(UnixSocket(name, bool(int(fields[3], 16) & SO_ACCEPTCON), int(fields[6])))
    return tuple(found)


def parse_routes(content: bytes) -> tuple[Route, ...]:
    """`Iface Destination Gateway Flags RefCnt Use Metric Mask …`; addresses as in the tables of sockets."""
    return tuple(
        Route(
            link=fields[0],
            network=_address(fields[1]),
            prefix=int(fields[7], 16).bit_count(),
            gateway=_address(fields[2]) if int(fields[2], 16) else None,
        )
        for fields in _rows(content)
        if int(fields[3], 16) & RTF_UP
    )


def _rows(content: bytes) -> Iterator[list[str]]:
    for line in content.decode(errors="surrogateescape").splitlines()[1:]:
        if fields := line.split():
            yield fields


def _endpoint(field: str) -> tuple[str, int]:
    address, _, port = field.partition(":")
    return _address(address), int(port, 16)


def _address(digits: str) -> str:
    words = (int(digits[at : at + 8], 16) for at in range(0, len(digits), 8))
    family = socket.AF_INET if len(digits) == 8 else socket.AF_INET6
    return socket.inet_ntop(family, b"".join(word.to_bytes(4, sys.byteorder) for word in words))
