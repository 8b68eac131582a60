"""The process tree: who is whose child, and where a child leaves its parent's namespaces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from nslab.kernel.namespaces import Kind
from nslab.observe.scan import Process, age_order


class Node(Struct, frozen=True):
    """One process where it stands in the tree.

    `last_of` says for each level from the root down to the process itself whether it is the last child there.
    `parent` is None for a root: its parent has no number in this procfs, or has just died.
    """

    process: Process
    parent: Process | None
    last_of: tuple[bool, ...]

    @property
    def entered(self) -> tuple[Kind, ...]:
        """The kinds in which it left its parent's namespaces; of a root nothing is known."""
        return self.parent.namespaces.differing(self.process.namespaces) if self.parent else ()


def tree(processes: Sequence[Process]) -> tuple[Node, ...]:
    """Every process once, parents before their children, siblings by number."""
    by_pid = {process.pid: process for process in processes}
    parents = {process.pid: _parent(process, by_pid) for process in processes}
    children: defaultdict[int | None, list[Process]] = defaultdict(list)
    for process in processes:
        parent = parents[process.pid]
        children[parent.pid if parent else None].append(process)
    nodes = []
    todo = _siblings(children[None], ())  # a list, not recursion: a chain of forks may be deeper than Python's stack
    while todo:
        process, last_of = todo.pop()
        nodes.append(Node(process, parents[process.pid], last_of))
        todo += _siblings(children[process.pid], last_of)
    return tuple(nodes)


def _parent(process: Process, by_pid: dict[int, Process]) -> Process | None:
    """The process with the parent's number, if it is older.

    The processes were not read at one instant: the parent may have died since, and its number may be another's, even a
    descendant's. Age forbids a circle.
    """
    parent = by_pid.get(process.ppid)
    return parent if parent is not None and age_order(parent) < age_order(process) else None


def _siblings(processes: list[Process], above: tuple[bool, ...]) -> list[tuple[Process, tuple[bool, ...]]]:
    """The last first, so that the first is popped first."""
    ordered = sorted(processes, key=lambda process: process.pid, reverse=True)
    return [(process, (*above, at == 0)) for at, process in enumerate(ordered)]
