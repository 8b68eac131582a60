"""Checks of a process: whether it is there, in which state, how deep, and what it does about signals."""

from __future__ import annotations

import signal
from typing import Literal

from msgspec import field

from nslab.course.checks.verdict import Found, Observation
from nslab.course.look import Look
from nslab.course.readable import field_of
from nslab.course.roles import ProcessName, SignalName, StateLetter
from nslab.course.subjects import called, state, whole
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


class InState(Observation, frozen=True, forbid_unknown_fields=True, tag="state"):
    """A process is in a state: it sleeps (S), was stopped (T) …"""

    of: ProcessName
    is_: StateLetter = field(name="is")

    def facts(self, look: Look) -> dict[str, Fact]:
        return {"of": called(self.of), "state": state(self.is_)}

    def observe(self, look: Look) -> Found | Absent:
        stat = look.world.stat(self.of, "host")
        if isinstance(stat, Absent):
            return stat
        told = Told("check.found.state", {"of": called(self.of), "state": state(stat.state)})
        return Found(stat.state == self.is_, told)


class SignalDisposition(Observation, frozen=True, forbid_unknown_fields=True, tag="signal"):
    """What a process does when a signal reaches it. Source: SigCgt and SigIgn in /proc/PID/status, signal(7)."""

    of: ProcessName
    signal: SignalName
    is_: Literal["caught", "ignored", "default"] = field(name="is")

    def facts(self, look: Look) -> dict[str, Fact]:
        return {"of": called(self.of), "signal": self.signal, "is": Told(f"check.signal.{self.is_}")}

    def observe(self, look: Look) -> Found | Absent:
        status = look.world.status(self.of, "host")
        if isinstance(status, Absent):
            return status
        caught, ignored = signal_set(status, "SigCgt"), signal_set(status, "SigIgn")
        if isinstance(caught, Absent):
            return caught
        if isinstance(ignored, Absent):
            return ignored
        number = signal.Signals[self.signal]
        found = "caught" if number in caught else "ignored" if number in ignored else "default"
        facts: dict[str, Fact] = {"of": called(self.of), "signal": self.signal, "is": Told(f"check.signal.{found}")}
        return Found(found == self.is_, Told("check.found.signal", facts))


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


def signal_set(status: str, line: str) -> frozenset[int] | Absent:
    """The numbers in a signal set of /proc/PID/status, a mask in which bit 0 is signal 1."""
    mask = field_of(status, line)
    if isinstance(mask, Absent):
        return mask
    bits = int(mask, 16)
    return frozenset(bit + 1 for bit in range(bits.bit_length()) if bits >> bit & 1)
