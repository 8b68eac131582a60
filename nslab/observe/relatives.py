"""How namespaces hang together: who owns one, and which it is nested in."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator

from nslab.kernel import nsfs
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import Membership, NamespaceId, Unread
from nslab.observe.roots import ProcRoot, Recording, Relatives

_NESTED = (Kind.PID, Kind.USER)


def relatives_of(root: ProcRoot, pid: int, kind: Kind) -> Relatives | Unread:
    """Of the namespace that a process is in; `Unread` where its link may not be opened, or the process is gone."""
    try:
        if root.recording is not None:
            return _recorded(root, root.recording, pid, kind)
        namespace = os.open(_link(pid, kind), os.O_RDONLY | os.O_CLOEXEC, dir_fd=root.fd)
    except OSError as error:
        return _unread(error)
    try:
        return Relatives(
            owner=_related(root, nsfs.open_owner, namespace),
            parent=_related(root, nsfs.open_parent, namespace) if kind in _NESTED else None,
            owner_uid=nsfs.owner_uid(namespace) if kind is Kind.USER else None,
        )
    finally:
        os.close(namespace)


def ancestry(root: ProcRoot, pid: int, kind: Kind) -> tuple[NamespaceId, ...]:
    """The PID or user namespace that a process is in, its parent, and so on, as far as the reader can see.

    Empty where the first of them can't be read.
    """
    try:
        if root.recording is not None:
            inode = _recorded_inode(root, pid, kind)
            return tuple(_recorded_ancestry(root, root.recording, inode, kind))
        return _upwards(root, os.open(_link(pid, kind), os.O_RDONLY | os.O_CLOEXEC, dir_fd=root.fd))
    except OSError:
        return ()


def owners(root: ProcRoot, pid: int, kind: Kind) -> tuple[NamespaceId, ...]:
    """The user namespace that owns the namespace a process is in, that one's parent, and so on, as far as the reader can see.

    A capability counts in the namespace if it is held in one of these. Empty where the first of them can't be read.
    """
    try:
        if root.recording is not None:
            inode = _recorded_inode(root, pid, kind)
            relatives = root.recording.relatives_of(kind, inode) if inode is not None else None
            owner = relatives.owner.inode if relatives and isinstance(relatives.owner, NamespaceId) else None
            return tuple(_recorded_ancestry(root, root.recording, owner, Kind.USER))
        namespace = os.open(_link(pid, kind), os.O_RDONLY | os.O_CLOEXEC, dir_fd=root.fd)
        try:
            owner_fd = nsfs.open_owner(namespace)
        finally:
            os.close(namespace)
        return _upwards(root, owner_fd)
    except OSError:
        return ()


def _upwards(root: ProcRoot, namespace: int) -> tuple[NamespaceId, ...]:
    """A namespace, which is closed, and its ancestors."""
    found: list[NamespaceId] = []
    while True:
        try:
            found.append(root.namespace(os.fstat(namespace).st_ino))
            parent = nsfs.open_parent(namespace)
        except nsfs.OutsideView:  # how the kernel ends the chain
            return tuple(found)
        finally:
            os.close(namespace)
        namespace = parent


def _link(pid: int, kind: Kind) -> str:
    return f"{pid}/ns/{kind.value}"


def _related(root: ProcRoot, open_related: Callable[[int], int], namespace: int) -> Membership:
    try:
        related = open_related(namespace)
    except OSError as error:
        return _unread(error)
    try:
        return root.namespace(os.fstat(related).st_ino)
    finally:
        os.close(related)


def _recorded(root: ProcRoot, recording: Recording, pid: int, kind: Kind) -> Relatives | Unread:
    parsed = nsfs.parse_link(os.readlink(_link(pid, kind), dir_fd=root.fd))
    return (recording.relatives_of(*parsed) if parsed else None) or Unread(errno.ENOENT)


def _recorded_inode(root: ProcRoot, pid: int, kind: Kind) -> int | None:
    parsed = nsfs.parse_link(os.readlink(_link(pid, kind), dir_fd=root.fd))
    return parsed[1] if parsed else None


def _recorded_ancestry(root: ProcRoot, recording: Recording, inode: int | None, kind: Kind) -> Iterator[NamespaceId]:
    while inode is not None:
        yield root.namespace(inode)
        relatives = recording.relatives_of(kind, inode)
        inode = relatives.parent.inode if relatives and isinstance(relatives.parent, NamespaceId) else None


def _unread(error: OSError) -> Unread:
    return Unread(error.errno or errno.EIO)
