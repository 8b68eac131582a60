"""Who keeps a namespace alive: the processes in it, a mount of its file, an open descriptor of it. See namespaces(7)."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from nslab.kernel import procfs
from nslab.kernel.namespaces import Kind
from nslab.kernel.nsfs import parse_link
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


class Holds(Struct, frozen=True):
    """What was found beyond processes; `unread` are those whose mounts or descriptors the reader may not see.

    A descriptor that is on its way through a socket is in nobody's table: such a hold can't be found.
    """

    found: tuple[Hold, ...]
    unread: tuple[int, ...]


def sharers(scan: Scan, kind: Kind, namespace: Membership) -> tuple[Process, ...]:
    """The processes that are in a namespace, by number."""
    if not isinstance(namespace, NamespaceId):
        return ()
    return tuple(process for process in scan.processes if process.namespaces.of(kind) == namespace)


def holds(root: ProcRoot, scan: Scan) -> Holds:
    """Every mount and descriptor of a namespace's file. Costs a readlink for each open file of each process."""
    found: list[Hold] = []
    unread: list[int] = []
    mounts_seen: set[NamespaceId] = set()
    for process in scan.processes:
        try:
            directory = procfs.open_process(root.fd, process.pid)
        except OSError:
            continue  # it has died since
        try:
            found += _descriptors(root, process.pid, directory)
            mounts = process.namespaces.mnt
            if isinstance(mounts, NamespaceId) and mounts not in mounts_seen:  # a zombie has let go of its mounts
                found += _mounts(root, process.pid, directory)
                mounts_seen.add(mounts)
        except OSError as error:
            if not procfs.is_gone(error):
                unread.append(process.pid)
        finally:
            os.close(directory)
    return Holds(tuple(found), tuple(unread))


def without_process(scan: Scan, holds: Holds) -> tuple[Hold, ...]:
    """The holds of namespaces that no process is in: nothing else keeps those alive."""
    inhabited = {(kind, process.namespaces.of(kind)) for process in scan.processes for kind in Kind}
    return tuple(hold for hold in holds.found if (hold.kind, hold.namespace) not in inhabited)


def _descriptors(root: ProcRoot, pid: int, process: int) -> Iterator[Hold]:
    table = os.open("fd", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=process)
    try:
        for name in os.listdir(table):
            parsed = parse_link(_link_or_empty(table, name))
            if parsed:
                yield DescriptorHold(parsed[0], root.namespace(parsed[1]), pid, int(name))
    finally:
        os.close(table)


def _link_or_empty(table: int, name: str) -> str:
    try:
        return os.readlink(name, dir_fd=table)
    except OSError as error:
        if error.errno == errno.ENOENT:  # closed since it was listed
            return ""
        raise


def _mounts(root: ProcRoot, pid: int, process: int) -> Iterator[Hold]:
    for mount in procfs.read_mountinfo(process):
        parsed = parse_link(mount.root) if mount.fstype == "nsfs" else None
        if parsed:
            yield MountHold(parsed[0], root.namespace(parsed[1]), mount.point, pid)
