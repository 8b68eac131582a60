"""Which groups are listed, in which order: by the keys of top and htop, as a tree or not, filtered by name. Pure."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from nslab.observe.cgroup.history import History, Sample, steady
from nslab.observe.cgroup.rates import Rates
from nslab.tui.graph.series import CPU, IO, MEMORY, PIDS


class Order(StrEnum):
    """What comes first: who uses most of something now, or used most of the processor since it was made."""

    CPU = "cpu"
    MEMORY = "memory"
    TIME = "time"
    PIDS = "pids"
    IO = "io"

    @property
    def band(self) -> str:
        """The band of a graph that shows it."""
        return {Order.MEMORY: MEMORY, Order.PIDS: PIDS, Order.IO: IO}.get(self, CPU)


class Arrangement(Struct, frozen=True):
    """How groups are listed. `query` is looked for in their names; what is above one that has it stays, in a tree."""

    order: Order = Order.CPU
    tree: bool = True
    query: str = ""


class Listed(Struct, frozen=True):
    """A group in the list. `last_of`: of it and each group above it, whether it is the last below its own; empty without a tree."""

    path: str
    name: str
    last_of: tuple[bool, ...] = ()
    found: bool = True


def parent_of(path: str) -> str | None:
    """The path of the group above; None for the top."""
    return path.rpartition("/")[0] if path else None


def amount(history: History, sample: Sample, order: Order) -> float | None:
    """By what a group is sorted; None where nobody counts that for it."""
    group = sample.group
    match order:
        case Order.MEMORY:
            return None if group.memory is None else group.memory.current
        case Order.PIDS:
            return None if group.pids is None else group.pids.current
        case Order.TIME:
            return None if group.cpu is None else group.cpu.usage_usec
        case Order.IO:
            return steady(history, group.path, _bytes_per_second)
        case Order.CPU:
            return steady(history, group.path, lambda one: one.cpu_percent)


Rank = tuple[bool, float, str]


def rank(path: str, most: float | None) -> Rank:
    """Who has most comes first, then by name; of whom nothing is known, last."""
    return most is None, -(most or 0.0), path


def _bytes_per_second(one: Rates) -> float | None:
    return None if one.io is None else one.io.rbytes + one.io.wbytes


def listed(history: History, by: Arrangement) -> tuple[Listed, ...]:
    """The groups of the last look, from top to bottom."""
    samples = history.samples
    ranks = {path: rank(path, amount(history, sample, by.order)) for path, sample in samples.items()}
    found = frozenset(path for path in samples if by.query.casefold() in (path or "/").casefold())
    if not by.tree:
        return tuple(Listed(path, path or "/") for path in sorted(found, key=ranks.__getitem__))
    kept = found | {above for path in found for above in _above(path)}
    return _tree(samples.keys() & kept, found, ranks)


def _above(path: str) -> list[str]:
    above = []
    while (parent := parent_of(path)) is not None:
        above.append(parent)
        path = parent
    return above


def _tree(paths: frozenset[str] | set[str], found: frozenset[str], ranks: dict[str, Rank]) -> tuple[Listed, ...]:
    below: dict[str | None, list[str]] = {}
    for path in paths:
        below.setdefault(parent_of(path), []).append(path)
    rows: list[Listed] = []

    def put(path: str, last_of: tuple[bool, ...]) -> None:
        rows.append(Listed(path, path.rpartition("/")[2] or "/", last_of, path in found))
        children = sorted(below.get(path, []), key=ranks.__getitem__)
        for at, child in enumerate(children):
            put(child, (*last_of, at == len(children) - 1))

    if "" in paths:
        put("", (True,))
    return tuple(rows)


def siblings(history: History, path: str, order: Order) -> tuple[str, ...]:
    """The group and those beside it, in order; of the top, those right below it, or it alone."""
    above = parent_of(path) if path else ""
    paths = [one for one in history.samples if parent_of(one) == above] or [path]
    return tuple(sorted(paths, key=lambda one: rank(one, amount(history, history.samples[one], order))))
