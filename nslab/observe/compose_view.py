"""The compose board's values: who is in which namespace, what each container was asked to share, and how it came in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations

from msgspec import Struct, structs

from nslab.engine.joins import JOINER
from nslab.engine.spec import Spec
from nslab.observe.letters import Letters
from nslab.observe.namespace_view import Subject, namespace_view
from nslab.observe.scan import Scan
from nslab.observe.views import Birth, CallRow, NamespaceCell, NamespaceColumn, NamespaceView, Unanswered

MOST_SORTED = 6
"""Containers for which every order is tried: 720. More stand as they were made."""


class Composed(Struct, frozen=True):
    """A container: what it was asked to be, the calls by which it came into its namespaces, and what kept it from being."""

    spec: Spec
    letter: str | None
    calls: tuple[CallRow, ...]
    refused: CallRow | None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.spec.name


class ComposeView(Struct, frozen=True, tag="compose"):
    """The board: `sides` has the host and the containers, those that share side by side.

    `preset` is the known set that they are; None where they are none.
    """

    preset: str | None
    containers: tuple[Composed, ...]
    sides: NamespaceView

    def container(self, name: str) -> Composed | None:
        """The one of that name."""
        return next((one for one in self.containers if one.name == name), None)


def compose_view(
    subjects: Sequence[Subject], specs: Sequence[Spec], births: Mapping[str, Birth], letters: Letters, scan: Scan
) -> ComposeView:
    """`subjects` are the host and the containers; `specs` what these were asked to be, `births` what became of it."""
    sides = sorted_sides(namespace_view(subjects, letters, scan))
    worlds = {column.name: column.letter for column in sides.columns if column.pid is not None}
    return ComposeView(None, tuple(composed(spec, births.get(spec.name), worlds) for spec in specs), sides)


def composed(spec: Spec, birth: Birth | None, worlds: Mapping[str, str]) -> Composed:
    """What is told of one container."""
    refused = birth.failure if birth else None
    told = [row for row in (birth.calls if birth else ()) if enters(row) or row is refused]
    return Composed(spec, worlds.get(spec.name), tuple(map(in_brief, told)), in_brief(refused) if refused else None)


def enters(row: CallRow) -> bool:
    """Whether a process got into a namespace by this call, or was born for it."""
    tried = row.answer != Unanswered("not-tried")
    return tried and (row.step in (JOINER, "clone") or row.who == "joiner")


def in_brief(row: CallRow) -> CallRow:
    """The same call in fewer words."""
    return structs.replace(row, call=brief(row.call))


def brief(call: str) -> str:
    """A call as it fits beside others: of clone3(2) the flags alone, and no name's first half, which all have."""
    flags = re.sub(r"clone3\(\{flags=([^,]*), .*", r"clone3(\1)", call)
    return flags.replace("CLONE_", "")


def sorted_sides(view: NamespaceView) -> NamespaceView:
    """The columns in an order in which those that share touch, as far as that can be; the host's stays the first."""
    count = len(view.columns)
    if not 2 < count <= MOST_SORTED + 1:
        return view
    best = min(permutations(range(1, count)), key=lambda order: (cuts(view, order), order))
    places = (0, *best)
    return structs.replace(
        view,
        columns=tuple(view.columns[at] for at in places),
        rows=tuple(structs.replace(row, cells=tuple(row.cells[at] for at in places)) for row in view.rows),
    )


def cuts(view: NamespaceView, order: Sequence[int]) -> int:
    """How often neighbours don't share, over all kinds: who has ended shares with nobody."""
    return sum(
        not shares(view.columns[left], view.columns[right], row.cells[left], row.cells[right])
        for row in view.rows
        for left, right in pairwise((0, *order))
    )


def shares(
    left: NamespaceColumn, right: NamespaceColumn, one: NamespaceCell | None, other: NamespaceCell | None
) -> bool:
    """Whether two living processes are in one namespace."""
    if one is None or other is None:
        return False
    return left.alive and right.alive and one.namespace == other.namespace
