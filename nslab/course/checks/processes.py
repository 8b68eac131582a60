"""Checks of whether a process is there, and how deep."""

from __future__ import annotations

from nslab.course.checks.verdict import Found, Observation
from nslab.course.look import Look
from nslab.course.roles import ProcessName
from nslab.course.subjects import called, whole
from nslab.course.told import Absent, Fact, Told
from nslab.course.world import Life


class LifeCheck(Observation, frozen=True, forbid_unknown_fields=True):
    """Whether a process is there."""

    process: ProcessName

    def facts(self, look: Look) -> dict[str, Fact]:
        return {"process": whole(self.process)}

    def found(self, life: Life, wanted: Life) -> Found:
        """That the process is, or is not, as wanted."""
        return Found(life is wanted, Told(f"check.found.{life.value}", {"process": whole(self.process)}))


class Alive(LifeCheck, frozen=True, forbid_unknown_fields=True, tag="alive"):
    """A process is there and no zombie."""

    def observe(self, look: Look) -> Found | Absent:
        return self.found(look.world.life(self.process), Life.ALIVE)


class Gone(LifeCheck, frozen=True, forbid_unknown_fields=True, tag="gone"):
    """A process that was there is there no more."""

    def observe(self, look: Look) -> Found | Absent:
        return self.found(look.world.life(self.process), Life.GONE)


class PidDepth(Observation, frozen=True, forbid_unknown_fields=True, tag="pid_depth"):
    """A process is just so many PID namespaces below another one's."""

    process: ProcessName
    below: ProcessName
    exactly: int

    def observe(self, look: Look) -> Found | Absent:
        depth = look.world.pid_depth(self.process, self.below)
        if isinstance(depth, Absent):
            return depth
        facts: dict[str, Fact] = {"process": called(self.process), "below": called(self.below), "depth": depth}
        return Found(depth == self.exactly, Told("check.found.depth", facts))
