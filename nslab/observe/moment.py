"""The world of one process at one moment, between two calls of a container's creation: what the time machine compares.

All is read from outside, through the procfs root: nothing that the process, or whoever makes it, would notice. What `ls /` and
`ps` would show inside is read through the process's own root, whose mounts decide. Some 0.5 ms a moment.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TypeVar

from msgspec import Struct

from nslab.kernel import procfs
from nslab.kernel.idmap import Extent
from nslab.kernel.paths import open_in_root
from nslab.kernel.procfs import Mount, Stat, Status
from nslab.observe.details import id_inside
from nslab.observe.namespaces import Namespaces, Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import read_process

Content = TypeVar("Content")

DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NONBLOCK


class Moment(Struct, frozen=True):
    """What the kernel said of a process; each part may be unread by itself.

    `mounts` are those below its root, in the kernel's order. `root` are the names in its `/`, `shown` the process numbers in
    its `/proc`, `procfs` the number of the file system that is there, by which one procfs differs from another (st_dev).
    `cgroups` are the lines of /proc/PID/cgroup, `links` the network devices that it sees, `addresses` those of IPv4 at which
    its network answers, `program` what /proc/PID/exe leads to, `descriptors` what its file descriptors lead to, `directory`
    its working directory. `hostname` is its UTS namespace's; None where nobody asked, for only a visitor of the namespace can.
    """

    pid: int
    namespaces: Namespaces
    hostname: str | None
    stat: Stat | Unread
    status: Status | Unread
    uid_map: tuple[Extent, ...] | Unread
    gid_map: tuple[Extent, ...] | Unread
    setgroups: str | Unread
    mounts: tuple[Mount, ...] | Unread
    root: tuple[str, ...] | Unread
    shown: tuple[int, ...] | Unread
    procfs: int | Unread
    cgroups: tuple[str, ...] | Unread
    links: tuple[str, ...] | Unread
    addresses: tuple[str, ...] | Unread
    program: str | Unread
    directory: str | Unread
    descriptors: tuple[str, ...] | Unread

    @property
    def uid(self) -> int | None:
        """Its effective uid as its own user namespace numbers it; None where unread, or where it has none there."""
        if isinstance(self.status, Unread) or isinstance(self.uid_map, Unread):
            return None
        return id_inside(self.status.uids.effective, self.uid_map)

    @property
    def root_mount(self) -> Mount | None:
        """The mount that its `/` is: the last one there covers those before it."""
        mounts = () if isinstance(self.mounts, Unread) else self.mounts
        return next((mount for mount in reversed(mounts) if mount.point == "/"), None)

    @property
    def roots(self) -> int | Unread:
        """How many mounts lie at `/` itself: an old root may lie below its own, where no path leads, but chroot(2) may."""
        return self.mounts if isinstance(self.mounts, Unread) else sum(mount.point == "/" for mount in self.mounts)

    @property
    def rights(self) -> int | Unread:
        """How many effective capabilities it has."""
        return self.status if isinstance(self.status, Unread) else self.status.cap_effective.bit_count()

    @property
    def program_name(self) -> str | Unread:
        """What the file of its program is called, without the directories before it."""
        return self.program if isinstance(self.program, Unread) else os.path.basename(self.program)

    def has_root_of(self, other: Moment) -> bool | None:
        """Whether its `/` is the same directory of the same file system as the other's; None where one has none that is told."""
        mine, others = self.root_mount, other.root_mount
        return None if mine is None or others is None else (mine.device, mine.root) == (others.device, others.root)

    def filters_beyond(self, other: Moment) -> int | None:
        """How many seccomp filters more it is under than the other; None where either status is unread.

        A kernel before 5.9 counts none: then it has no more.
        """
        if isinstance(self.status, Unread) or isinstance(other.status, Unread):
            return None
        return (self.status.seccomp_filters or 0) - (other.status.seccomp_filters or 0)


def read_moment(root: ProcRoot, pid: int, hostname: str | None) -> Moment | None:
    """A process's world now; None where there is no such process any more. Raises OSError where it may not be looked at."""
    process = read_process(root, pid)
    if process is None:
        return None
    directory = procfs.open_process(root.fd, pid)
    try:
        return Moment(
            pid=pid,
            namespaces=process.namespaces,
            hostname=hostname,
            stat=_or_unread(procfs.read_stat, directory),
            status=_or_unread(procfs.read_status, directory),
            uid_map=_or_unread(procfs.read_uid_map, directory),
            gid_map=_or_unread(procfs.read_gid_map, directory),
            setgroups=_or_unread(lambda process: _lines(process, "setgroups")[0], directory),
            mounts=_or_unread(procfs.read_mountinfo, directory),
            root=_or_unread(lambda process: tuple(sorted(_names(process, "/"))), directory),
            shown=_or_unread(_shown, directory),
            procfs=_or_unread(_procfs, directory),
            cgroups=_or_unread(lambda process: _lines(process, "cgroup"), directory),
            links=_or_unread(_links, directory),
            addresses=_or_unread(_addresses, directory),
            program=_or_unread(lambda process: os.readlink("exe", dir_fd=process), directory),
            directory=_or_unread(lambda process: os.readlink("cwd", dir_fd=process), directory),
            descriptors=_or_unread(_descriptors, directory),
        )
    except OSError as error:
        if procfs.is_gone(error):
            return None
        raise
    finally:
        os.close(directory)


def _or_unread(read: Callable[[int], Content], process: int) -> Content | Unread:
    try:
        return read(process)
    except OSError as error:
        if error.errno == errno.ESRCH:
            raise
        return Unread(error.errno or errno.EIO)


@contextlib.contextmanager
def _opened(process: int, path: str) -> Iterator[int]:
    """A directory as the process sees it. Nothing stays open: it would keep mounts from being let go."""
    root = os.open("root", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=process)
    try:
        directory = open_in_root(root, path, DIRECTORY)
    finally:
        os.close(root)
    try:
        yield directory
    finally:
        os.close(directory)


def _names(process: int, path: str) -> list[str]:
    with _opened(process, path) as directory:
        return os.listdir(directory)


def _shown(process: int) -> tuple[int, ...]:
    """The numbers in its /proc, which ps(1) goes by; none where nothing, or no procfs, is mounted there."""
    return tuple(sorted(int(name) for name in _names(process, "/proc") if name.isdigit()))


def _procfs(process: int) -> int:
    with _opened(process, "/proc") as directory:
        return os.fstat(directory).st_dev


def _lines(process: int, name: str) -> tuple[str, ...]:
    return tuple(procfs.read_file(process, name).decode(errors="replace").splitlines())


def _links(process: int) -> tuple[str, ...]:
    """The names in /proc/PID/net/dev, whose first two lines are headings."""
    return tuple(sorted(line.partition(":")[0].strip() for line in _lines(process, "net/dev")[2:]))


def _addresses(process: int) -> tuple[str, ...]:
    """The leaves of /proc/PID/net/fib_trie whose next line is `/32 host LOCAL`. One table may list what another has."""
    lines = [line.split() for line in _lines(process, "net/fib_trie")]
    local = {leaf[1] for leaf, kind in pairwise(lines) if leaf[:1] == ["|--"] and kind == ["/32", "host", "LOCAL"]}
    return tuple(sorted(local))


def _descriptors(process: int) -> tuple[str, ...]:
    """What each file descriptor leads to, by number. One that is closed meanwhile is passed over."""
    directory = os.open("fd", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=process)
    try:
        numbers = sorted(int(name) for name in os.listdir(directory))
        return tuple(found for number in numbers if (found := _target(directory, number)) is not None)
    finally:
        os.close(directory)


def _target(directory: int, number: int) -> str | None:
    try:
        return os.readlink(str(number), dir_fd=directory)
    except FileNotFoundError:
        return None


def read_path(root: ProcRoot, pid: int, path: str) -> str | Unread:
    """What a process finds at an absolute path, links not followed: "directory", "file", "device 1:3", "→ target" …

    The words are inode(7)'s. Unread(ENOENT): nothing is there.
    """
    try:
        start = os.open(f"{pid}/root", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=root.fd)
    except OSError as error:
        return Unread(error.errno or errno.EIO)
    try:
        found = open_in_root(start, path, os.O_PATH | os.O_NOFOLLOW)
    except OSError as error:
        return Unread(error.errno or errno.EIO)
    finally:
        os.close(start)
    try:
        return _described(found)
    finally:
        os.close(found)


def _described(found: int) -> str:
    facts = os.fstat(found)
    match stat.S_IFMT(facts.st_mode):
        case stat.S_IFDIR:
            return "directory"
        case stat.S_IFLNK:
            return f"→ {os.readlink('', dir_fd=found)}"
        case stat.S_IFCHR:
            return f"device {os.major(facts.st_rdev)}:{os.minor(facts.st_rdev)}"
        case stat.S_IFREG:
            return "file"
    return "special file"
