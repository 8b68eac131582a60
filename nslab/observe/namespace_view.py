"""The namespaces pane's values: some processes side by side, a row for each kind of namespace."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from nslab.kernel.namespaces import Kind
from nslab.observe.command import printable
from nslab.observe.letters import HOST_LETTER, Letters
from nslab.observe.scan import Process
from nslab.observe.views import NamespaceCell, NamespaceColumn, NamespaceRow, NamespaceView


class Subject(Struct, frozen=True):
    """What a column is about: `name` as the lesson has it, the process as last seen, None while there is none yet."""

    name: str
    process: Process | None
    alive: bool = True


def namespace_view(subjects: Sequence[Subject], letters: Letters, read_at: float) -> NamespaceView:
    """Set the subjects side by side. `letters` must have met them."""
    return NamespaceView(
        columns=tuple(_column(subject, letters) for subject in subjects),
        rows=tuple(
            NamespaceRow(kind, tuple(_cell(subject.process, kind, letters) for subject in subjects)) for kind in Kind
        ),
        read_at=read_at,
    )


def _column(subject: Subject, letters: Letters) -> NamespaceColumn:
    process = subject.process
    if process is None:
        return NamespaceColumn(subject.name, HOST_LETTER, pid=None, comm=None)
    world = letters.world(process.namespaces)
    return NamespaceColumn(subject.name, world, process.pid, printable(process.comm), subject.alive)


def _cell(process: Process | None, kind: Kind, letters: Letters) -> NamespaceCell | None:
    if process is None:
        return None
    namespace = process.namespaces.of(kind)
    return NamespaceCell(namespace, letters.of(kind, namespace), f"readlink /proc/{process.pid}/ns/{kind.value}")
