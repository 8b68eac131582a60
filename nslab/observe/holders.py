"""Who keeps a namespace alive: the processes in it, a mount of its file, an open descriptor of it. See namespaces(7)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Container, Iterable, Iterator
from functools import partial
from typing import TypeAlias, TypeVar

from msgspec import Struct

from nslab.kernel import nsfs, procfs
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import Membership, NamespaceId
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan


class MountHold(Struct, frozen=True, tag="mount"):
    """A namespace's file is mounted at `point`, a path as `pid` sees it: the first process found in that mount namespace."""

    kind: Kind
    namespace: NamespaceId
    point: str
    pid: int


class DescriptorHold(Struct, frozen=True, tag="descriptor"):
    """A process has a namespace's file open. Source: the link /proc/`pid`/fd/`fd`."""

    kind: Kind
    namespace: NamespaceId
    pid: int
    fd: int


Hold: TypeAlias = MountHold | DescriptorHold
H = TypeVar("H", MountHold, DescriptorHold)

DETACHED = "/"
"""What /proc/PID/fd tells of a namespace's file that was opened by a mount which is no more. By one that is: its path."""


class Hidden(Struct, frozen=True):
    """A process whose mounts or descriptors the reader may not see, and the errno that says so."""

    pid: int
    errno: int


class Holds(Struct, frozen=True):
    """What was found beyond processes, and where nothing could be looked for.

    A descriptor that is on its way through a socket is in nobody's table: such a hold can't be found.
    """

    found: tuple[Hold, ...]
    hidden: tuple[Hidden, ...]


def sharers(scan: Scan, kind: Kind, namespace: Membership) -> tuple[Process, ...]:
    """The processes that are in a namespace, by number."""
    if not isinstance(namespace, NamespaceId):
        return ()
    return tuple(process for process in scan.processes if process.namespaces.of(kind) == namespace)


def holds(root: ProcRoot, scan: Scan) -> Holds:
    """Every mount and descriptor of a namespace's file. Costs a readlink for each open file of each process."""
    mounts, without_mounts = _each(root, _first_of_each_mount_namespace(scan), partial(_mounts, root))
    points = {hold.point for hold in mounts} | {DETACHED}
    opened, without_files = _each(root, scan.processes, partial(_descriptors, root, points))
    return Holds((*mounts, *opened), (*without_mounts, *without_files))


def _first_of_each_mount_namespace(scan: Scan) -> tuple[Process, ...]:
    firsts: dict[NamespaceId, Process] = {}
    for process in scan.processes:
        if isinstance(process.namespaces.mnt, NamespaceId):  # a zombie has let go of its mounts
            firsts.setdefault(process.namespaces.mnt, process)
    return tuple(firsts.values())


def _each(
    root: ProcRoot, processes: Iterable[Process], find: Callable[[int, int], Iterator[H]]
) -> tuple[list[H], list[Hidden]]:
    """What `find(pid, directory)` finds in each process, and those that it was not let into."""
    found: list[H] = []
    hidden: list[Hidden] = []
    for process in processes:
        try:
            directory = procfs.open_process(root.fd, process.pid)
        except OSError:
            continue  # it has died since
        try:
            found += find(process.pid, directory)
        except OSError as error:
            if not procfs.is_gone(error):
                hidden.append(Hidden(process.pid, error.errno or 0))
        finally:
            os.close(directory)
    return found, hidden


def _descriptors(root: ProcRoot, points: Container[str], pid: int, process: int) -> Iterator[DescriptorHold]:
    table = os.open("fd", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=process)
    try:
        for name in os.listdir(table):
            with contextlib.suppress(FileNotFoundError):  # closed since it was listed
                if namespace := _opened(root, points, table, name):
                    yield DescriptorHold(*namespace, pid, int(name))
    finally:
        os.close(table)


def _opened(root: ProcRoot, points: Container[str], table: int, name: str) -> tuple[Kind, NamespaceId] | None:
    """The namespace whose file a descriptor is of. Only a path among `points` is looked behind: another may be slow to answer."""
    link = os.readlink(name, dir_fd=table)
    if parsed := nsfs.parse_link(link):
        return parsed[0], root.namespace(parsed[1])
    if link not in points or os.stat(name, dir_fd=table).st_dev != root.nsfs_device:
        return None
    file = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=table)
    try:
        return nsfs.kind(file), root.namespace(os.fstat(file).st_ino)
    finally:
        os.close(file)


def _mounts(root: ProcRoot, pid: int, process: int) -> Iterator[MountHold]:
    for mount in procfs.read_mountinfo(process):
        parsed = nsfs.parse_link(mount.root) if mount.fstype == "nsfs" else None
        if parsed:
            yield MountHold(parsed[0], root.namespace(parsed[1]), mount.point, pid)
