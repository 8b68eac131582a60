"""The mounts of some namespaces, read again and again: what changed little is not parsed anew, and what came later is known."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable

from msgspec import Struct

from nslab.kernel import procfs
from nslab.kernel.procfs import Mount
from nslab.observe.mount_tree import MountTree
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process

Key = tuple[int, str, str]


class Mounts(Struct, frozen=True):
    """A namespace's mounts as one process sees them, and those among them that were not there at the first look."""

    tree: MountTree
    later: frozenset[int]


class _Watched(Struct, frozen=True):
    content: bytes
    first: frozenset[Key]
    seen: Mounts


class MountWatch:
    """Watches the mount namespaces of processes. It forgets a namespace that it is not asked for: its number may be reused."""

    def __init__(self, root: ProcRoot) -> None:
        self._root = root
        self._watched: dict[tuple[NamespaceId, int], _Watched] = {}

    def read(self, processes: Iterable[Process]) -> dict[int, Mounts | Unread]:
        """By pid, the mounts of each process's namespace. A process that has ended is missing."""
        watched: dict[tuple[NamespaceId, int], _Watched] = {}
        found: dict[int, Mounts | Unread] = {}
        for process in processes:
            namespace = process.namespaces.mnt
            if isinstance(namespace, Unread):
                found[process.pid] = namespace
                continue
            key = namespace, process.pid
            try:
                watched[key] = _watched(_mountinfo(self._root, process.pid), self._watched.get(key))
            except OSError as error:
                if not procfs.is_gone(error):
                    found[process.pid] = Unread(error.errno or errno.EIO)
            else:
                found[process.pid] = watched[key].seen
        self._watched = watched
        return found


def _mountinfo(root: ProcRoot, pid: int) -> bytes:
    directory = procfs.open_process(root.fd, pid)
    try:
        return procfs.read_file(directory, "mountinfo")
    finally:
        os.close(directory)


def _watched(content: bytes, before: _Watched | None) -> _Watched:
    if before is not None and before.content == content:
        return before
    mounts = procfs.parse_mountinfo(content)
    # A mount's number is given out again: one that has gone must not make a later one pass for it.
    keys = {mount.id: _key(mount) for mount in mounts}
    first = frozenset(keys.values()) if before is None else before.first.intersection(keys.values())
    later = frozenset(number for number, key in keys.items() if key not in first)
    return _Watched(content, first, Mounts(MountTree(mounts), later))


def _key(mount: Mount) -> Key:
    return mount.id, mount.device, mount.root
