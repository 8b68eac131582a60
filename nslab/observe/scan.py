"""Who is there, and in which namespaces: every process of a procfs, at one moment, at the least cost.

A scan reads /proc/PID/stat and the eight ns links of each process and nothing more; what only rows on show need is in
`details`. Links are re-read each time, as setns(2) and unshare(2) move a living process. Threads that moved by
themselves are not looked at: a process is in the namespaces of its first thread.
"""

from __future__ import annotations

import errno
import os
import time
from bisect import bisect_left
from operator import attrgetter

from msgspec import Struct

from nslab.kernel import procfs
from nslab.kernel.namespaces import Kind
from nslab.kernel.nsfs import parse_link
from nslab.observe.namespaces import ForChildren, Membership, Namespaces, Unread
from nslab.observe.roots import ProcRoot

_LINKS = tuple(f"ns/{kind.value}" for kind in Kind)
_LINKS_FOR_CHILDREN = ("ns/pid_for_children", "ns/time_for_children")
_ENDED = ("Z", "X")
_LET_GO = Unread(errno.ENOENT)
_STAT_BYTES = 1024  # 52 numbers and a name of at most 15 bytes


class Process(Struct, frozen=True):
    """One process. Its number and its parent's are those of the procfs that was read; 0 is a parent out of sight.

    `start_ticks`, in clock ticks after boot, tells it from another process that got its number later.
    """

    pid: int
    ppid: int
    start_ticks: int
    comm: str
    state: str
    namespaces: Namespaces

    @property
    def ended(self) -> bool:
        """Whether it runs no more: a zombie, or one that exit(2) has taken out of its namespaces and whose state still says R."""
        return self.state in _ENDED or self.namespaces.mnt == _LET_GO

    def is_same(self, other: Process | None) -> bool:
        """Whether both are one process, however it has changed."""
        return other is not None and (self.pid, self.start_ticks) == (other.pid, other.start_ticks)


def age_order(process: Process) -> tuple[int, int]:
    """From old to new. A tick is some 10 ms, so a maker and its child may share one: then the number decides."""
    return process.start_ticks, process.pid


class Scan(Struct, frozen=True):
    """The processes of a procfs by number, read within a few milliseconds that end at `read_at`, time.monotonic().

    `refused` are processes that are listed but hidden from the reader (mount option hidepid).
    """

    processes: tuple[Process, ...]
    refused: tuple[int, ...]
    read_at: float

    def get(self, pid: int) -> Process | None:
        """The process with this number, None where there is none."""
        at = bisect_left(self.processes, pid, key=attrgetter("pid"))
        return self.processes[at] if at < len(self.processes) and self.processes[at].pid == pid else None


class _Seen(Struct, frozen=True):
    """A process as the kernel told it; the same words again need no parsing, and give the same object."""

    stat: bytes
    links: tuple[str | Unread, ...]
    process: Process


class Scanner:
    """Scans one procfs again and again; keeps the last scan's results for processes that have not changed."""

    def __init__(self, root: ProcRoot) -> None:
        self.root = root
        self._seen: dict[int, _Seen] = {}

    def scan(self) -> Scan:
        """Read every process now. A process that dies meanwhile is simply not in it."""
        seen: dict[int, _Seen] = {}
        refused: list[int] = []
        for pid in procfs.pids(self.root.fd):
            try:
                observed = _observe(self.root, pid, self._seen.get(pid))
            except OSError as error:
                if not procfs.is_gone(error):
                    refused.append(pid)
            else:
                seen[pid] = observed
        self._seen = seen
        return Scan(tuple(one.process for one in seen.values()), tuple(refused), time.monotonic())


def _observe(root: ProcRoot, pid: int, before: _Seen | None = None) -> _Seen:
    directory = procfs.open_process(root.fd, pid)
    try:
        links = _read_links(directory, _LINKS)
        stat = procfs.read_file(directory, "stat", _STAT_BYTES)  # last: whoever answers was there all along
    finally:
        os.close(directory)
    if before is not None and before.stat == stat and before.links == links:
        return before
    return _Seen(stat, links, _process(root, procfs.parse_stat(stat), links))


def read_process(root: ProcRoot, pid: int) -> Process | None:
    """One process, None where there is none. Raises OSError where its directory may not be read."""
    try:
        return _observe(root, pid).process
    except OSError as error:
        if procfs.is_gone(error):
            return None
        raise


def read_for_children(root: ProcRoot, process: int) -> ForChildren:
    """Where the next child of an opened process directory will be born."""
    pid, time_ = _read_links(process, _LINKS_FOR_CHILDREN)
    return ForChildren(pid=_membership(root, pid), time=_membership(root, time_))


def _read_links(directory: int, names: tuple[str, ...]) -> tuple[str | Unread, ...]:
    links: list[str | Unread] = []
    for name in names:
        try:
            links.append(os.readlink(name, dir_fd=directory))
        except OSError as error:
            if (
                error.errno == errno.EACCES
            ):  # asked of the process, not of the link (ptrace(2), READ_FSCREDS): as for all
                return (Unread(errno.EACCES),) * len(names)
            links.append(Unread(error.errno or errno.EIO))
    return tuple(links)


def _process(root: ProcRoot, stat: procfs.Stat, links: tuple[str | Unread, ...]) -> Process:
    namespaces = Namespaces(*(_membership(root, link) for link in links))
    return Process(stat.pid, stat.ppid, stat.start_ticks, stat.comm, stat.state, namespaces)


def _membership(root: ProcRoot, link: str | Unread) -> Membership:
    if isinstance(link, Unread):
        return link
    parsed = parse_link(link)
    return root.namespace(parsed[1]) if parsed else Unread(errno.EINVAL)
