"""The machine as rows: a world each, or a namespace without a process; each kind in its column. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from nslab.kernel.namespaces import Kind
from nslab.observe.machine.census import Census, Namespace
from nslab.observe.machine.labels import Label
from nslab.observe.machine.reach import Holder, Ref
from nslab.observe.machine.worlds import Arrangement, Node, World, arranged, kept_by
from nslab.observe.namespaces import NamespaceId, Namespaces
from nslab.observe.views import Member
from nslab.words import printable

COLUMNS = (Kind.USER, Kind.PID, Kind.MNT, Kind.NET, Kind.IPC, Kind.UTS, Kind.CGROUP, Kind.TIME)
"""The owner of all others first; the rest as containers differ in them, most often first."""


class Machine(Struct, frozen=True):
    """A machine at one moment, as the user `reader_uid` may see it. A is the letter of what the process `host` is in.

    `labels` are those of `worlds`, `letters` has one for each namespace of the census. `read_at` is time.monotonic(), in
    seconds.
    """

    host: Member
    host_namespaces: Namespaces
    census: Census
    worlds: tuple[World, ...]
    labels: tuple[Label, ...]
    letters: dict[Ref, str]
    reader_uid: int
    read_at: float


class Bond(StrEnum):
    """How a row has a namespace: it begins there, comes from the row above, was joined from elsewhere, or is not known."""

    BEGINS = "begins"
    INHERITED = "inherited"
    JOINED = "joined"
    NONE = "none"


class Cell(Struct, frozen=True):
    """One kind in one row. `ref` and `letter` are None where nothing is known, or nothing is to be said."""

    bond: Bond
    ref: Ref | None = None
    letter: str | None = None


class Row(Struct, frozen=True):
    """A world, or a namespace that no process lives in. `cells` stand in the order of `COLUMNS`.

    `key` names the row for good. `parent` is the place of the row it hangs from; `last_of` says for each level whether it
    is the last there, from which a tree's lines follow. `label` and `leader` are None for a mere `namespace`; `kept_by`
    says what keeps that alive. `holds_host` marks the host's own world.
    """

    key: str
    parent: int | None
    last_of: tuple[bool, ...]
    label: Label | None
    leader: Member | None
    processes: int
    cells: tuple[Cell, ...]
    namespace: Namespace | None
    kept_by: tuple[str, ...]
    holds_host: bool

    @property
    def holders(self) -> tuple[Holder, ...]:
        """Those that keep a mere namespace by its file, or for children to come."""
        return self.namespace.holders if self.namespace else ()

    def cell(self, kind: Kind) -> Cell:
        """That of one kind."""
        return self.cells[COLUMNS.index(kind)]


def rows_of(machine: Machine, by: Arrangement) -> tuple[Row, ...]:
    """The whole machine, in one of its two trees."""
    nodes = arranged(machine.worlds, machine.census.namespaces, machine.host_namespaces, by)
    labels = {world.namespaces: label for world, label in zip(machine.worlds, machine.labels, strict=True)}
    first = _first_of_each(machine.worlds)
    last_of = _last_of(nodes)
    return tuple(_row(machine, node, nodes, labels, first, last) for node, last in zip(nodes, last_of, strict=True))


def _row(
    machine: Machine,
    node: Node,
    nodes: Sequence[Node],
    labels: Mapping[Namespaces, Label],
    first: Mapping[Ref, World],
    last_of: tuple[bool, ...],
) -> Row:
    above = nodes[node.parent] if node.parent is not None else None
    world = node.world
    return Row(
        key=str(world.namespaces) if world else str(node.namespace.ref) if node.namespace else "",
        parent=node.parent,
        last_of=last_of,
        label=labels[world.namespaces] if world else None,
        leader=Member(world.leader.pid, printable(world.leader.comm)) if world else None,
        processes=len(world.processes) if world else 0,
        cells=tuple(_cell(machine, node, above, first, kind) for kind in COLUMNS),
        namespace=node.namespace,
        kept_by=tuple(kept_by(node.namespace)) if node.namespace else (),
        holds_host=world is not None and world.namespaces == machine.host_namespaces,
    )


def _cell(machine: Machine, node: Node, above: Node | None, first: Mapping[Ref, World], kind: Kind) -> Cell:
    namespace = node.namespaces.get(kind)
    if not isinstance(namespace, NamespaceId) or (node.namespace is not None and node.namespace.kind is not kind):
        return Cell(Bond.NONE)
    ref = Ref(kind, namespace)
    letter = machine.letters.get(ref)
    if above is not None and above.namespaces.get(kind) == namespace:
        return Cell(Bond.INHERITED, ref, letter)
    begins = node.world is None or first.get(ref) is node.world
    return Cell(Bond.BEGINS if begins else Bond.JOINED, ref, letter)


def _first_of_each(worlds: Sequence[World]) -> dict[Ref, World]:
    """The oldest world in each namespace: the others have joined it, or were born into it."""
    first: dict[Ref, World] = {}
    for world in worlds:
        for kind in COLUMNS:
            namespace = world.namespaces.of(kind)
            if isinstance(namespace, NamespaceId):
                first.setdefault(Ref(kind, namespace), world)
    return first


def _last_of(nodes: Sequence[Node]) -> list[tuple[bool, ...]]:
    """For each node, for each level down to its own, whether it is the last child there."""
    last = {node.parent: at for at, node in enumerate(nodes)}
    found: list[tuple[bool, ...]] = []
    for at, node in enumerate(nodes):
        above = found[node.parent] if node.parent is not None else ()
        found.append((*above, last[node.parent] == at))
    return found
