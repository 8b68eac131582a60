"""The processes pane's values: the tree, each process with its number as every side sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from nslab.observe.command import command_line
from nslab.observe.details import Details, id_inside
from nslab.observe.letters import Letters
from nslab.observe.namespace_view import Subject
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.scan import Process, Scan
from nslab.observe.tree import Node, tree
from nslab.observe.views import Perspective, PidCell, ProcessRow, ProcessView
from nslab.words import printable


class _Eyes(Struct, frozen=True):
    perspective: Perspective
    pid_namespace: NamespaceId


def process_view(
    scan: Scan, details: Mapping[int, Details], letters: Letters, host: Process, subjects: Sequence[Subject]
) -> ProcessView:
    """The tree of a scan, with a PID column for each subject that has a PID namespace of its own.

    `details` are those of the rows on show; of the others only the number in the procfs is known, which is `host`'s.
    Uids outside are as `host` sees them, if it has details. `letters` must have met the scan.
    """
    eyes = _eyes(subjects, letters)
    host_details = details.get(host.pid)
    return ProcessView(
        perspectives=tuple(one.perspective for one in eyes),
        rows=tuple(
            _row(node, details.get(node.process.pid), letters, eyes, host_details) for node in tree(scan.processes)
        ),
        unread=sum(isinstance(process.namespaces.user, Unread) for process in scan.processes),
        read_at=scan.read_at,
    )


def _eyes(subjects: Sequence[Subject], letters: Letters) -> tuple[_Eyes, ...]:
    """One for each PID namespace: two that share one see the same numbers."""
    found: dict[NamespaceId, _Eyes] = {}
    for subject in subjects:
        namespace = subject.process.namespaces.pid if subject.process else None
        if isinstance(namespace, NamespaceId) and subject.process is not None:
            world = letters.world(subject.process.namespaces)
            found.setdefault(namespace, _Eyes(Perspective(subject.name, world), namespace))
    return tuple(found.values())


def _row(
    node: Node, details: Details | None, letters: Letters, eyes: Sequence[_Eyes], host: Details | None
) -> ProcessRow:
    process = node.process
    foreign = letters.foreign(process.namespaces)
    crossed = node.entered if node.parent else tuple(tag.kind for tag in foreign)
    cmdline = details.cmdline if details else ()
    return ProcessRow(
        pid=process.pid,
        start_ticks=process.start_ticks,
        parent=process.ppid,
        last_of=node.last_of,
        comm=printable(process.comm),
        name=command_line(process.comm, () if isinstance(cmdline, Unread) else cmdline),
        state=process.state,
        pids=tuple(_pid_cell(process, details, letters, one.pid_namespace) for one in eyes),
        inside=foreign,
        entered=tuple(tag for tag in foreign if tag.kind in crossed),
        uid_outside=_uid_outside(details, host),
        uid_inside=details.uid_inside if details else None,
        nspid=() if details is None or isinstance(details.status, Unread) else details.status.nspid,
    )


def _pid_cell(process: Process, details: Details | None, letters: Letters, namespace: NamespaceId) -> PidCell:
    if namespace == letters.reference.pid:  # the procfs lists it under this very number
        return PidCell(process.pid, f"/proc/{process.pid}/status NSpid")
    return PidCell(details.pid_in(namespace) if details else None, f"/proc/{process.pid}/status NSpid")


def _uid_outside(details: Details | None, host: Details | None) -> int | None:
    outside = details.uid_outside if details else None
    if outside is None or host is None or host.same_user or isinstance(host.uid_map, Unread):
        return outside
    return id_inside(outside, host.uid_map)
