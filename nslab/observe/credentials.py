"""Who a process is, and what it may do: its ids and capability sets, and the user namespace in which they mean something.

In the words of credentials(7), capabilities(7), and user_namespaces(7). Sources: /proc/PID/status, uid_map, gid_map, and
the owner of each of its namespaces, ioctl_ns(2).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable

from msgspec import Struct

from nslab.kernel import procfs
from nslab.kernel.idmap import Extent
from nslab.kernel.namespaces import Kind
from nslab.kernel.procfs import Ids
from nslab.observe.details import id_inside
from nslab.observe.namespaces import Membership, NamespaceId, Namespaces, Unread
from nslab.observe.relatives import owners
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process

IdMap = tuple[Extent, ...] | Unread
"""The lines of uid_map or gid_map; none before the map has been written."""


class CapabilitySets(Struct, frozen=True):
    """The five sets of a process, as bit masks: bit 21 is CAP_SYS_ADMIN."""

    effective: int
    permitted: int
    inheritable: int
    bounding: int
    ambient: int


class Credentials(Struct, frozen=True):
    """A process's at one moment. Ids, and the outer ids of both maps, are as the reader's user namespace has them.

    `same_user`: the process is in the reader's own user namespace, where an id means what it says. `groups` are the
    supplementary ones. `governed` are the kinds of its namespaces in which its capabilities count: those that its user
    namespace owns, or one below that; None where the owners may not be asked. `no_new_privs`, `seccomp` (a mode of
    prctl(2): 0 off, 1 strict, 2 filter), and how many filters it has are None where the kernel does not tell.
    """

    user: Membership
    same_user: bool
    uids: Ids
    gids: Ids
    groups: tuple[int, ...]
    uid_map: IdMap
    gid_map: IdMap
    capabilities: CapabilitySets
    governed: tuple[Kind, ...] | None
    no_new_privs: bool | None
    seccomp: int | None
    seccomp_filters: int | None

    def uid_in(self, outside: int) -> int | None:
        """A uid of the reader's as the process's user namespace has it; None where it has no number there, or unread."""
        return self._inside(outside, self.uid_map)

    def gid_in(self, outside: int) -> int | None:
        """A gid, as `uid_in`."""
        return self._inside(outside, self.gid_map)

    def _inside(self, outside: int, id_map: IdMap) -> int | None:
        if self.same_user:
            return outside
        return None if isinstance(id_map, Unread) else id_inside(outside, id_map)


class CredentialReader:
    """Reads the credentials of some processes again and again; of one that has died meanwhile they are as last seen."""

    def __init__(self, root: ProcRoot) -> None:
        self._root = root
        self._kept: dict[tuple[int, int], Credentials] = {}

    def read(self, processes: Iterable[Process]) -> dict[tuple[int, int], Credentials]:
        """By pid and start time, of those that could be read now or before. What is not asked for again is forgotten."""
        before, self._kept = self._kept, {}
        for process in processes:
            key = process.pid, process.start_ticks
            if key in self._kept:
                continue
            found = read_credentials(self._root, process) or before.get(key)
            if found is not None:
                self._kept[key] = found
        return self._kept


def read_credentials(root: ProcRoot, process: Process) -> Credentials | None:
    """The process's credentials now; None where it is gone, or its number belongs to another by now."""
    try:
        directory = procfs.open_process(root.fd, process.pid)
    except OSError:
        return None
    try:
        status = procfs.read_status(directory)
        uid_map, gid_map = _id_map(procfs.read_uid_map, directory), _id_map(procfs.read_gid_map, directory)
        governed = governed_kinds(root, process.pid, process.namespaces)
        if procfs.read_stat(directory).start_ticks != process.start_ticks:
            return None
    except OSError:
        return None
    finally:
        os.close(directory)
    return Credentials(
        user=process.namespaces.user,
        same_user=process.namespaces.user == root.reader_user,
        uids=status.uids,
        gids=status.gids,
        groups=status.groups,
        uid_map=uid_map,
        gid_map=gid_map,
        capabilities=CapabilitySets(
            status.cap_effective,
            status.cap_permitted,
            status.cap_inheritable,
            status.cap_bounding,
            status.cap_ambient,
        ),
        governed=governed,
        no_new_privs=status.no_new_privs,
        seccomp=status.seccomp,
        seccomp_filters=status.seccomp_filters,
    )


def governed_kinds(root: ProcRoot, pid: int, namespaces: Namespaces) -> tuple[Kind, ...] | None:
    """The kinds of a process's namespaces in which capabilities that it holds count; None where that can't be told.

    Its own user namespace is among them: there they were given.
    """
    user = namespaces.user
    if not isinstance(user, NamespaceId):
        return None
    chains = {kind: owners(root, pid, kind) for kind in Kind if kind is not Kind.USER}
    if not any(chains.values()):
        return None
    return tuple(kind for kind in Kind if kind is Kind.USER or user in chains[kind])


def _id_map(read: Callable[[int], tuple[Extent, ...]], process: int) -> IdMap:
    try:
        return read(process)
    except OSError as error:
        return Unread(error.errno or errno.EIO)
