"""Network namespaces as the kernel tells of them: links and addresses by netlink, sockets and routes by a process's /proc/PID/net.

Nothing is held between two looks: a netlink socket would keep a dead container's network alive, and with it the host's end of
its veth pair.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from nslab.kernel import procfs, procnet, rtnetlink
from nslab.kernel.namespaces import Kind
from nslab.kernel.procnet import InetSocket, Route, Table, UnixSocket
from nslab.kernel.rtnetlink import Address, Link
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan, read_process

OpenNetlink = Callable[[tuple[int, ...]], Mapping[int, int]]
"""Netlink sockets, as descriptors, of the network namespaces in which these processes are; none for one that is gone."""

MOST_AT_ONCE = 8
TABLE_SECONDS = 1.0


class Network(Struct, frozen=True):
    """A network namespace at one moment. `neighbours` are others by the number that its links know them by."""

    links: tuple[Link, ...]
    addresses: tuple[Address, ...]
    neighbours: dict[int, NamespaceId]
    routes: tuple[Route, ...]
    sockets: tuple[InetSocket, ...]
    unix_sockets: tuple[UnixSocket, ...]

    @property
    def inodes(self) -> frozenset[int]:
        """Those of the sockets, by which their holders are found; one that nobody has accepted yet has none."""
        inet, unix = (one.inode for one in self.sockets), (one.inode for one in self.unix_sockets)
        return frozenset((*inet, *unix)) - {0}

    def link(self, index: int | None) -> Link | None:
        """The link with this index."""
        return next((link for link in self.links if link.index == index), None)

    def other_end(self, link: Link, own: NamespaceId) -> tuple[NamespaceId | None, int] | None:
        """Where a link goes on: the namespace (`own` is this one; None: one that was not looked at) and the index there."""
        if link.peer is None:
            return None
        if link.peer_namespace is None:
            return own, link.peer
        return self.neighbours.get(link.peer_namespace), link.peer


Networks = Mapping[NamespaceId, Network | Unread]


class _Read(Struct, frozen=True):
    count: int
    read_at: float
    sockets: tuple[InetSocket, ...]


class NetworkReader:
    """Looks at network namespaces again and again. TCP's tables are read anew when their number of sockets changes, and once a
    second: see `procnet.socket_counts`. Not for two threads at once."""

    def __init__(self, root: ProcRoot, open_netlink: OpenNetlink) -> None:
        self._root, self._open = root, open_netlink
        self._tables: dict[tuple[NamespaceId, Table], _Read] = {}

    def read(self, scan: Scan) -> Networks:
        """Every network namespace with a process in it. One whose last process dies meanwhile is simply not in it.

        Raises what `open_netlink` does.
        """
        inside = one_in_each(scan)
        links = self._links(inside)
        found: dict[NamespaceId, Network | Unread] = {}
        for namespace, process in inside.items():
            try:
                network = self._network(namespace, process, links[namespace]) if namespace in links else None
            except OSError as error:
                network = None if procfs.is_gone(error) else _unread(error)
            if network is not None and self._still_there(namespace, process):
                found[namespace] = network
        self._tables = {key: read for key, read in self._tables.items() if key[0] in inside}
        return found

    def _links(self, inside: Mapping[NamespaceId, Process]) -> dict[NamespaceId, _Links | Unread]:
        """What netlink tells. All sockets are open at once, for each is asked how it knows the others' namespaces."""
        with contextlib.ExitStack() as stack:
            opened: dict[int, socket.socket | Unread] = {}
            for pids in batches([process.pid for process in inside.values()], MOST_AT_ONCE):
                opened |= {pid: _socket(fd, stack) for pid, fd in self._open(pids).items()}
            files = {namespace: self._file(process, stack) for namespace, process in inside.items()}
            return {
                namespace: _links(opened[process.pid], namespace, files)
                for namespace, process in inside.items()
                if process.pid in opened
            }

    def _file(self, process: Process, stack: contextlib.ExitStack) -> int | None:
        """The namespace's own file, open while the stack lasts; None where it may not be opened."""
        try:
            fd = os.open(f"{process.pid}/ns/{Kind.NET}", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._root.fd)
        except OSError:
            return None
        stack.callback(os.close, fd)
        return fd

    def _still_there(self, namespace: NamespaceId, process: Process) -> bool:
        """Whether all that was read under a process's number was read of that process, and in that namespace."""
        now = read_process(self._root, process.pid)
        return now is not None and process.is_same(now) and now.namespaces.net == namespace

    def _network(self, namespace: NamespaceId, process: Process, links: _Links | Unread) -> Network | Unread:
        if isinstance(links, Unread):
            return links
        directory = procfs.open_process(self._root.fd, process.pid)
        try:
            counts = procnet.socket_counts(directory)
            return Network(
                links=links.links,
                addresses=links.addresses,
                neighbours=links.neighbours,
                routes=procnet.routes(directory),
                sockets=tuple(
                    one for table in counts for one in self._table(namespace, directory, table, counts[table])
                ),
                unix_sockets=procnet.unix_sockets(directory),
            )
        finally:
            os.close(directory)

    def _table(self, namespace: NamespaceId, process: int, table: Table, count: int) -> tuple[InetSocket, ...]:
        if count == 0:
            return ()
        before, now = self._tables.get((namespace, table)), time.monotonic()
        if before is None or before.count != count or now - before.read_at > TABLE_SECONDS:
            before = _Read(count, now, procnet.sockets(process, table))
            self._tables[namespace, table] = before
        return before.sockets


class _Links(Struct, frozen=True):
    links: tuple[Link, ...]
    addresses: tuple[Address, ...]
    neighbours: dict[int, NamespaceId]


def _socket(fd: int, stack: contextlib.ExitStack) -> socket.socket | Unread:
    """The socket behind a descriptor, open while the stack lasts."""
    try:
        return stack.enter_context(socket.socket(fileno=fd))
    except OSError as error:
        os.close(fd)
        return _unread(error)


def _links(
    netlink: socket.socket | Unread, own: NamespaceId, files: Mapping[NamespaceId, int | None]
) -> _Links | Unread:
    """Ask one namespace. Links come first: listing them is what gives the namespaces behind them their numbers."""
    if isinstance(netlink, Unread):
        return netlink
    try:
        links = rtnetlink.links(netlink)
        far = {link.peer_namespace for link in links} - {None}
        numbers = {
            rtnetlink.namespace_number(netlink, file): namespace
            for namespace, file in files.items()
            if far and file is not None and namespace != own
        }
        neighbours = {number: namespace for number, namespace in numbers.items() if number is not None}
        return _Links(links, rtnetlink.addresses(netlink), neighbours)
    except OSError as error:
        return _unread(error)


def _unread(error: OSError) -> Unread:
    return Unread(error.errno or errno.EIO)


def one_in_each(scan: Scan) -> dict[NamespaceId, Process]:
    """A process in each network namespace, the one with the lowest number; zombies have let go of theirs."""
    found: dict[NamespaceId, Process] = {}
    for process in scan.processes:
        if isinstance(process.namespaces.net, NamespaceId):
            found.setdefault(process.namespaces.net, process)
    return found


def batches(pids: Sequence[int], size: int) -> Iterable[tuple[int, ...]]:
    """All of them, `size` at a time."""
    rest = iter(pids)
    while batch := tuple(islice(rest, size)):
        yield batch
