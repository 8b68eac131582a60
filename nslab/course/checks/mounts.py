"""Checks of mounts, as a process's mount namespace has them."""

from __future__ import annotations

from msgspec import field

from nslab.course.checks.verdict import Found, Observation
from nslab.course.look import Look
from nslab.course.roles import ProcessName, Text
from nslab.course.subjects import called, where
from nslab.course.told import Absent, Fact, Told, as_fact


class MountsAt(Observation, frozen=True, forbid_unknown_fields=True, tag="mounts_at"):
    """So many mounts lie at a path in a process's mount namespace, one over the other."""

    path: Text
    of: ProcessName
    count: int

    def observe(self, look: Look) -> Found | Absent:
        path = look.text(self.path)
        if isinstance(path, Absent):
            return path
        mounts = look.world.mounts_at(path, self.of)
        if isinstance(mounts, Absent):
            return mounts
        facts: dict[str, Fact] = {"path": path, "of": called(self.of), "count": mounts}
        return Found(mounts == self.count, Told("check.found.mounts", facts))


class Propagates(Observation, frozen=True, forbid_unknown_fields=True, tag="propagates"):
    """What one process mounts below a path turns up for another one. Both have a mount at that very path."""

    path: Text
    from_: ProcessName = field(name="from")
    to: ProcessName

    def facts(self, look: Look) -> dict[str, Fact]:
        return {"path": as_fact(look.text(self.path)), "from": where(self.from_), "to": where(self.to)}

    def observe(self, look: Look) -> Found | Absent:
        path = look.text(self.path)
        if isinstance(path, Absent):
            return path
        between = look.world.propagates(path, self.from_, self.to)
        if isinstance(between, Absent):
            return between
        facts: dict[str, Fact] = {
            "path": path,
            "from": where(self.from_),
            "source": str(between.source),
            "to": where(self.to),
            "target": str(between.target),
        }
        return Found(between.reached, Told("check.found.propagation", facts))
