"""The namespaces pane's values: some processes side by side, a row for each kind of namespace."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from nslab.kernel.namespaces import Kind
from nslab.observe.holders import sharers
from nslab.observe.letters import HOST_LETTER, Letters
from nslab.observe.namespaces import Membership
from nslab.observe.scan import Process, Scan
from nslab.observe.views import Member, NamespaceCell, NamespaceColumn, NamespaceRow, NamespaceView
from nslab.words import printable


class Subject(Struct, frozen=True):
    """What a column is about: `name` as the lesson has it, the process as last seen, None while there is none yet."""

    name: str
    process: Process | None
    alive: bool = True


def namespace_view(subjects: Sequence[Subject], letters: Letters, scan: Scan) -> NamespaceView:
    """Set the subjects side by side. `letters` must have met them, and the scan."""
    rows = []
    for kind in Kind:
        members = _members(subjects, kind, scan)
        rows.append(NamespaceRow(kind, tuple(_cell(subject.process, kind, letters, members) for subject in subjects)))
    columns = tuple(column_of(subject, letters) for subject in subjects)
    return NamespaceView(columns, tuple(rows), scan.read_at)


def _members(subjects: Sequence[Subject], kind: Kind, scan: Scan) -> dict[Membership, tuple[Member, ...]]:
    """Who is in each of the subjects' namespaces."""
    wanted = {subject.process.namespaces.of(kind) for subject in subjects if subject.process is not None}
    return {
        namespace: tuple(Member(process.pid, printable(process.comm)) for process in sharers(scan, kind, namespace))
        for namespace in wanted
    }


def column_of(subject: Subject, letters: Letters) -> NamespaceColumn:
    """The head of a subject's column, whatever stands below."""
    process = subject.process
    if process is None:
        return NamespaceColumn(subject.name, HOST_LETTER, pid=None, comm=None)
    world = letters.world(process.namespaces)
    return NamespaceColumn(subject.name, world, process.pid, printable(process.comm), subject.alive)


def _cell(
    process: Process | None, kind: Kind, letters: Letters, members: dict[Membership, tuple[Member, ...]]
) -> NamespaceCell | None:
    if process is None:
        return None
    namespace = process.namespaces.of(kind)
    source = f"readlink /proc/{process.pid}/ns/{kind.value}"
    return NamespaceCell(namespace, letters.of(kind, namespace), source, members[namespace])
