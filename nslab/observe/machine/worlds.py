"""The worlds of a machine: processes that are in the same eight namespaces, and the trees that they hang in. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from nslab.kernel.namespaces import Kind
from nslab.observe.holders import DescriptorHold, MountHold
from nslab.observe.machine.census import Namespace
from nslab.observe.machine.reach import BirthHold, Ref
from nslab.observe.namespaces import Membership, NamespaceId, Namespaces
from nslab.observe.scan import Process, Scan, age_order


class World(Struct, frozen=True):
    """Processes that are in the same eight namespaces, from old to new."""

    namespaces: Namespaces
    processes: tuple[Process, ...]

    @property
    def leader(self) -> Process:
        """The oldest."""
        return self.processes[0]


class Arrangement(StrEnum):
    """What a world hangs from: the world where its user namespace's owner lives, or that of its maker."""

    OWNER = "owner"
    PROCESS = "process"


class Node(Struct, frozen=True):
    """A row of the tree: a world, or a namespace that no process lives in.

    `parent` is the place of the node that it hangs from, None for a root. `namespaces` are what it is in; of a namespace
    without processes its own kind, the others being those of the row it hangs from.
    """

    world: World | None
    namespace: Namespace | None
    parent: int | None
    namespaces: dict[Kind, Membership]


def worlds(scan: Scan) -> tuple[World, ...]:
    """Every process that can be told apart, by world; from the oldest world to the youngest.

    One that has ended is in none: it has let go of what it was in. One whose user namespace is not to be read stays out too.
    """
    groups: defaultdict[Namespaces, list[Process]] = defaultdict(list)
    for process in scan.processes:
        if not process.ended and isinstance(process.namespaces.user, NamespaceId):
            groups[process.namespaces].append(process)
    found = (World(namespaces, tuple(sorted(group, key=age_order))) for namespaces, group in groups.items())
    return tuple(sorted(found, key=lambda world: age_order(world.leader)))


def arranged(
    worlds: Sequence[World], namespaces: Sequence[Namespace], host: Namespaces, by: Arrangement
) -> tuple[Node, ...]:
    """The worlds in a tree, the host's first, parents before their children; namespaces without a process after those."""
    return _Forest(worlds, namespaces, host, by).nodes()


class _Forest:
    """One arrangement in the making. A world is known by its place in `worlds`, an empty namespace by its ref."""

    def __init__(
        self, worlds: Sequence[World], namespaces: Sequence[Namespace], host: Namespaces, by: Arrangement
    ) -> None:
        self.worlds = sorted(worlds, key=lambda world: world.namespaces != host)  # the host's first, else by age
        self.known = {namespace.ref: namespace for namespace in namespaces}
        inhabited = {(kind, world.namespaces.of(kind)) for world in worlds for kind in Kind}
        self.empty = {one.ref: one for one in namespaces if (one.kind, one.id) not in inhabited}
        self.by = by
        self.of_pid = {process.pid: at for at, world in enumerate(self.worlds) for process in world.processes}
        self.homes = self._homes()

    def nodes(self) -> tuple[Node, ...]:
        children: defaultdict[int | Ref | None, list[int | Ref]] = defaultdict(list)
        for at in range(len(self.worlds)):
            children[self._above_world(at)].append(at)
        for namespace in self.empty.values():
            children[self._above_empty(namespace)].append(namespace.ref)
        nodes: list[Node] = []
        todo: list[tuple[int | Ref, int | None]] = [(one, None) for one in reversed(children[None])]
        while todo:
            one, parent = todo.pop()
            nodes.append(self._node(one, parent, nodes))
            todo += [(child, len(nodes) - 1) for child in reversed(children[one])]
        return tuple(nodes)

    def _homes(self) -> dict[NamespaceId, int]:
        """The world in which a user namespace is at home: the first that is in it."""
        homes: dict[NamespaceId, int] = {}
        for at, world in enumerate(self.worlds):
            if isinstance(world.namespaces.user, NamespaceId):
                homes.setdefault(world.namespaces.user, at)
        return homes

    def _home(self, user: Membership) -> int | Ref | None:
        """Where a user namespace is in the tree: at a world, at a row of its own if it is empty, or nowhere."""
        if not isinstance(user, NamespaceId):
            return None
        ref = Ref(Kind.USER, user)
        return self.homes.get(user, ref if ref in self.empty else None)

    def _above_world(self, at: int) -> int | Ref | None:
        world = self.worlds[at]
        if self.by is Arrangement.PROCESS:
            maker = self.of_pid.get(world.leader.ppid)
            if maker is not None and self._is_older(maker, at):
                return maker
            return 0 if at else None  # its maker has ended, or lives out of sight
        home = self._home(world.namespaces.user)
        return self._above_user(world.namespaces.user) if home == at else home

    def _is_older(self, one: int, other: int) -> bool:
        return one != other and age_order(self.worlds[one].leader) < age_order(self.worlds[other].leader)

    def _above_user(self, user: Membership) -> int | Ref | None:
        namespace = self.known.get(Ref(Kind.USER, user)) if isinstance(user, NamespaceId) else None
        return self._home(namespace.owner) if namespace else None

    def _above_empty(self, namespace: Namespace) -> int | Ref | None:
        holder = next((one.pid for one in namespace.holders if one.pid in self.of_pid), None)
        if self.by is Arrangement.PROCESS and holder is not None:
            return self.of_pid[holder]
        return self._home(namespace.owner)

    def _node(self, one: int | Ref, parent: int | None, nodes: Sequence[Node]) -> Node:
        if isinstance(one, Ref):
            inherited: Mapping[Kind, Membership] = nodes[parent].namespaces if parent is not None else {}
            return Node(None, self.known[one], parent, {**inherited, one.kind: one.id})
        world = self.worlds[one]
        return Node(world, None, parent, {kind: world.namespaces.of(kind) for kind in Kind})


def kept_by(namespace: Namespace) -> Iterator[str]:
    """What keeps a namespace alive that no living process is in, in the order of what a person should know first."""
    if namespace.members:
        yield "zombie"
    for name, holder in (("mount", MountHold), ("descriptor", DescriptorHold), ("birth", BirthHold)):
        if any(isinstance(one, holder) for one in namespace.holders):
            yield name
    if any(one.kind is namespace.kind for one in namespace.dependants):
        yield "child"
    elif namespace.dependants:
        yield "owned"
