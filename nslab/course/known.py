"""What lessons may refer to: the names a lesson's faults are measured against."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from nslab.course import composing
from nslab.course.ablation import PRIMITIVES
from nslab.course.attacks import ATTACKS, HOST_USERS
from nslab.course.ordering import CARDS
from nslab.course.roles import Role
from nslab.engine.doctor import PROBES, PROGRAMS
from nslab.words import Lang

PANES = frozenset(
    {
        "namespaces",
        "processes",
        "network",
        "calls",
        "mounts",
        "users",
        "cgroups",
        "kinds",
        "birth",
        "without",
        "order",
        "compose",
    }
)
"""Panes that a lesson may show; the screen has one for each."""

BOARDS = frozenset({"kinds", "birth", "without", "order", "compose"})
"""Boards that a step may show; the screen has one for each."""

NEEDS = frozenset(PROBES.keys() - PROGRAMS.keys())
"""Probes of `nslab doctor` that a lesson may need."""


PRESETS = MappingProxyType({name: tuple(one.container for one in set_) for name, set_ in composing.PRESETS.items()})
"""The known sets of containers, and how these are called."""


class Known(Struct, frozen=True):
    """The names that exist. `lessons` is None where any will do, as for a teacher's pack that continues another."""

    panes: frozenset[str] = PANES
    boards: frozenset[str] = BOARDS
    needs: frozenset[str] = NEEDS
    programs: frozenset[str] = frozenset(PROGRAMS)
    attacks: frozenset[str] = frozenset(attack.id for attack in ATTACKS)
    primitives: frozenset[str] = frozenset({*PRIMITIVES, HOST_USERS})
    cards: frozenset[str] = frozenset(CARDS)
    presets: Mapping[str, tuple[str, ...]] = PRESETS
    lessons: frozenset[str] | None = None
    terms: Mapping[Lang, frozenset[str]] | None = None
    """What may be introduced in bold, as each language writes it. None: anything."""

    def names(self, role: Role) -> frozenset[str] | None:
        """The names there are for a role; None where any will do."""
        sets = {
            Role.PANE: self.panes,
            Role.BOARD: self.boards,
            Role.NEED: self.needs,
            Role.PROGRAM: self.programs,
            Role.ATTACK: self.attacks,
            Role.PRIMITIVE: self.primitives,
            Role.CARD: self.cards,
            Role.PRESET: frozenset(self.presets),
            Role.LESSON: self.lessons,
        }
        return sets.get(role)
