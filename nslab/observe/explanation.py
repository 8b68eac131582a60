"""One process explained: what it shares with the host, what it may do, and what it is limited to."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from nslab.kernel import capabilities, procfs
from nslab.kernel.cgroups import CgroupLine, read_cgroup
from nslab.kernel.namespaces import Kind
from nslab.kernel.procfs import Status
from nslab.observe.command import command_line
from nslab.observe.container_names import Names
from nslab.observe.containers import Container, container_of, service_of
from nslab.observe.details import id_inside
from nslab.observe.holders import sharers
from nslab.observe.letters import Letters
from nslab.observe.limits import Limits, limits_of, own_mounts
from nslab.observe.namespaces import Membership, NamespaceId, Unread
from nslab.observe.relatives import relatives_of
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan, age_order
from nslab.observe.views import Member
from nslab.words import printable

Content = TypeVar("Content")


class Share(Struct, frozen=True):
    """One namespace of the process. `shared` says whether it is the host's; None where one of the two could not be read.

    `members` counts the processes in it that could be read, `oldest` is the first of them. `source` is the command that
    reads it.
    """

    kind: Kind
    namespace: Membership
    letter: str | None
    shared: bool | None
    members: int
    oldest: Member | None
    source: str


class User(Struct, frozen=True):
    """Whom it acts as: its effective uid as the reader and as its own user namespace have it; None where unmapped.

    `maker` is the uid, in the reader's terms, of who made that user namespace; None where it is the host's, or unread.
    """

    outside: int
    inside: int | None
    maker: int | None


class Powers(Struct, frozen=True):
    """What it may do beyond any user. Capabilities are told by name; there are `known` on this kernel.

    They count in its user namespace and in all that this one owns. `on_host` says whether that is the host's; None where
    it can't be told. If it is not, `over` are the process's other namespaces that it owns. `seccomp`: 0 none, 1 strict,
    2 a filter, whose rules can't be read.
    """

    effective: tuple[str, ...]
    permitted: tuple[str, ...]
    bounding: tuple[str, ...]
    known: int
    on_host: bool | None
    over: tuple[Kind, ...]
    no_new_privs: bool | None
    seccomp: int | None


class Explanation(Struct, frozen=True):
    """All there is to say. `host` is whom it is compared with; `pid_inside` its number in its own PID namespace.

    `user` and `powers` are None where /proc/PID/status could not be read.
    """

    pid: int
    comm: str
    command: str
    pid_inside: int | None
    host: Member
    container: Container | None
    container_name: str | None
    service: str | None
    shares: tuple[Share, ...]
    user: User | None
    powers: Powers | None
    limits: Limits

    def of(self, shared: bool | None) -> tuple[Share, ...]:
        """The namespaces that are the host's, its own, or (None) not to be told."""
        return tuple(share for share in self.shares if share.shared is shared)


def explain(
    root: ProcRoot, scan: Scan, process: Process, host: Process, letters: Letters, names: Names
) -> Explanation | None:
    """Explain a process of a scan; None where it has ended since. `letters` must have met it."""
    try:
        directory = procfs.open_process(root.fd, process.pid)
    except OSError:
        return None
    try:
        if procfs.read_stat(directory).start_ticks != process.start_ticks:
            return None
        return _explain(root, scan, process, host, letters, names, directory)
    except OSError as error:
        if procfs.is_gone(error):
            return None
        raise
    finally:
        os.close(directory)


def _explain(
    root: ProcRoot, scan: Scan, process: Process, host: Process, letters: Letters, names: Names, directory: int
) -> Explanation:
    lines: tuple[CgroupLine, ...] = read_cgroup(directory)
    container = container_of(lines)
    status = _or_none(procfs.read_status, directory)
    cmdline = _or_none(procfs.read_cmdline, directory) or ()
    return Explanation(
        pid=process.pid,
        comm=printable(process.comm),
        command=command_line(process.comm, cmdline),
        pid_inside=status.nspid[-1] if status and len(status.nspid) > 1 else None,
        host=Member(host.pid, printable(host.comm)),
        container=container,
        container_name=names.of(container, scan) if container else None,
        service=service_of(lines),
        shares=tuple(_share(scan, process, host, letters, kind) for kind in Kind),
        user=_user(root, process, status, directory) if status else None,
        powers=_powers(root, process, host, status) if status else None,
        limits=limits_of(directory, lines, own_mounts()),
    )


def _share(scan: Scan, process: Process, host: Process, letters: Letters, kind: Kind) -> Share:
    namespace, hosts = process.namespaces.of(kind), host.namespaces.of(kind)
    members = sharers(scan, kind, namespace)
    oldest = min(members, key=age_order, default=None)
    return Share(
        kind=kind,
        namespace=namespace,
        letter=letters.of(kind, namespace),
        shared=_same(namespace, hosts),
        members=len(members),
        oldest=Member(oldest.pid, printable(oldest.comm)) if oldest else None,
        source=f"readlink /proc/{process.pid}/ns/{kind.value}",
    )


def _same(one: Membership, other: Membership) -> bool | None:
    """None where one of them could not be read."""
    known = isinstance(one, NamespaceId) and isinstance(other, NamespaceId)
    return one == other if known else None


def _user(root: ProcRoot, process: Process, status: Status, directory: int) -> User:
    outside = status.uids.effective
    relatives = relatives_of(root, process.pid, Kind.USER)
    if process.namespaces.user == root.reader_user:
        return User(outside, outside, None)
    uid_map = _or_none(procfs.read_uid_map, directory)
    return User(
        outside=outside,
        inside=None if uid_map is None else id_inside(outside, uid_map),
        maker=None if isinstance(relatives, Unread) else relatives.owner_uid,
    )


def _powers(root: ProcRoot, process: Process, host: Process, status: Status) -> Powers:
    on_host = _same(process.namespaces.user, host.namespaces.user)
    return Powers(
        effective=capabilities.names(status.cap_effective),
        permitted=capabilities.names(status.cap_permitted),
        bounding=capabilities.names(status.cap_bounding),
        known=capabilities.last_capability() + 1,
        on_host=on_host,
        over=_owned(root, process) if on_host is False else (),
        no_new_privs=status.no_new_privs,
        seccomp=status.seccomp,
    )


def _owned(root: ProcRoot, process: Process) -> tuple[Kind, ...]:
    """The kinds in which it is in a namespace that its user namespace owns."""
    return tuple(
        kind
        for kind in Kind
        if kind is not Kind.USER
        and not isinstance(relatives := relatives_of(root, process.pid, kind), Unread)
        and relatives.owner == process.namespaces.user
    )


def _or_none(read: Callable[[int], Content], directory: int) -> Content | None:
    """A file of the process; None where it may not be read. Raises OSError where the process is gone."""
    try:
        return read(directory)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            return None
        raise
