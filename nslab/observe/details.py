"""What only the rows on show need of a process: its numbers in every PID namespace, its ids, its command line."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec import Struct

from nslab.kernel import procfs
from nslab.kernel.idmap import Extent
from nslab.kernel.namespaces import Kind
from nslab.kernel.procfs import Status
from nslab.observe.namespaces import ForChildren, NamespaceId, Unread
from nslab.observe.relatives import ancestry
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, read_for_children

Content = TypeVar("Content")


class Details(Struct, frozen=True):
    """A process's files at one moment; each may be unread by itself.

    `pid_namespaces` are the PID namespaces it has a number in, its own first, as far as the reader can see.
    `uid_map` is told from the reader's user namespace; with `same_user` the process is in that very one.
    """

    status: Status | Unread
    cmdline: tuple[str, ...] | Unread
    uid_map: tuple[Extent, ...] | Unread
    for_children: ForChildren
    pid_namespaces: tuple[NamespaceId, ...]
    same_user: bool

    def pid_in(self, pid_namespace: NamespaceId) -> int | None:
        """Its number as seen from a PID namespace; None where it has none there, or none could be read."""
        if isinstance(self.status, Unread):
            return None
        inward = zip(self.pid_namespaces, reversed(self.status.nspid), strict=False)
        return next((pid for namespace, pid in inward if namespace == pid_namespace), None)

    @property
    def uid_outside(self) -> int | None:
        """Its real uid as the reader's user namespace has it; None where unread."""
        return None if isinstance(self.status, Unread) else self.status.uids.real

    @property
    def uid_inside(self) -> int | None:
        """Its real uid as its own user namespace has it; None where unread, or where it has none there."""
        outside = self.uid_outside
        if outside is None or self.same_user:
            return outside
        return None if isinstance(self.uid_map, Unread) else id_inside(outside, self.uid_map)


def id_inside(outside: int, id_map: Iterable[Extent]) -> int | None:
    """An outer id as an id map's owner has it; None where the map lacks it, and the owner sees 65534 (overflowuid)."""
    matching = (one for one in id_map if one.outside <= outside < one.outside + one.count)
    return next((one.inside + outside - one.outside for one in matching), None)


class DetailReader:
    """Reads details again and again; keeps what never changes while a process lives, its chain of PID namespaces."""

    def __init__(self, root: ProcRoot) -> None:
        self._root = root
        self._chains: dict[tuple[int, int], tuple[NamespaceId, ...]] = {}

    def read(self, processes: Iterable[Process]) -> dict[int, Details]:
        """Details by pid, of those processes that are still there."""
        chains: dict[tuple[int, int], tuple[NamespaceId, ...]] = {}
        found: dict[int, Details] = {}
        for process in processes:
            key = (process.pid, process.start_ticks)
            chains[key] = self._chains.get(key) or ancestry(self._root, process.pid, Kind.PID)
            details = _read(self._root, process, chains[key])
            if details is not None:
                found[process.pid] = details
        self._chains = chains
        return found


def _read(root: ProcRoot, process: Process, chain: tuple[NamespaceId, ...]) -> Details | None:
    try:
        directory = procfs.open_process(root.fd, process.pid)
    except OSError:
        return None
    try:
        if procfs.read_stat(directory).start_ticks != process.start_ticks:
            return None  # its number belongs to another process by now
        return Details(
            status=_or_unread(procfs.read_status, directory),
            cmdline=_or_unread(procfs.read_cmdline, directory),
            uid_map=_or_unread(procfs.read_uid_map, directory),
            for_children=read_for_children(root, directory),
            pid_namespaces=chain,
            same_user=process.namespaces.user == root.reader_user,
        )
    except OSError:
        return None
    finally:
        os.close(directory)


def _or_unread(read: Callable[[int], Content], process: int) -> Content | Unread:
    try:
        return read(process)
    except OSError as error:
        return Unread(error.errno or errno.EIO)
