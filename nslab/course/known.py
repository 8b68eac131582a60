"""What lessons may refer to: the names a lesson's faults are measured against."""

from __future__ import annotations

from msgspec import Struct

from nslab.engine.doctor import PROBES, PROGRAMS

PANES = frozenset({"namespaces", "processes", "network", "calls", "mounts", "users", "kinds"})
"""Panes that a lesson may show; the screen has one for each."""

BOARDS = frozenset({"kinds"})
"""Boards that a step may show; the screen has one for each."""

NEEDS = frozenset(PROBES.keys() - PROGRAMS.keys())
"""Probes of `nslab doctor` that a lesson may need."""


class Known(Struct, frozen=True):
    """The names that exist. `lessons` is None where any will do, as for a teacher's pack that continues another."""

    panes: frozenset[str] = PANES
    boards: frozenset[str] = BOARDS
    needs: frozenset[str] = NEEDS
    programs: frozenset[str] = frozenset(PROGRAMS)
    lessons: frozenset[str] | None = None
