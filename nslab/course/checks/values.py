"""Checks of values: that two are the same, that one is large enough, and what the kernel answers to a call."""

from __future__ import annotations

import errno

from msgspec import field

from nslab.course.checks.verdict import Found, Observation
from nslab.course.look import Look
from nslab.course.probes import Call
from nslab.course.roles import Capability, ErrnoName, ProcessName
from nslab.course.subjects import answer, where
from nslab.course.told import Absent, Fact, Told, as_fact, equal, number
from nslab.course.values import Operand


class Equal(Observation, frozen=True, forbid_unknown_fields=True, tag="equal"):
    """Two values are the same; what is absent equals nothing."""

    a: Operand
    b: Operand

    def facts(self, look: Look) -> dict[str, Fact]:
        return {"subject": look.subject(self.a), "b": as_fact(look.operand(self.b))}

    def observe(self, look: Look) -> Found | Absent:
        a, b = look.operand(self.a), look.operand(self.b)
        if isinstance(a, Absent):
            return a
        told = Told("check.found.value", {"subject": look.subject(self.a), "value": a})
        return b if isinstance(b, Absent) else Found(equal(a, b), told)


class AtLeast(Observation, frozen=True, forbid_unknown_fields=True, tag="at_least"):
    """A number is not smaller than another; what is no number can't be compared."""

    a: Operand
    b: Operand

    def facts(self, look: Look) -> dict[str, Fact]:
        return {"subject": look.subject(self.a), "b": as_fact(look.operand(self.b))}

    def observe(self, look: Look) -> Found | Absent:
        a, b = number(look.operand(self.a)), number(look.operand(self.b))
        if isinstance(a, Absent):
            return a
        told = Told("check.found.value", {"subject": look.subject(self.a), "value": a})
        return b if isinstance(b, Absent) else Found(a >= b, told)


class Probe(Observation, frozen=True, forbid_unknown_fields=True, tag="probe"):
    """What the kernel answers to one call, made in a forked child that is placed as `in` is.

    `without` names capabilities that the child drops before the call.
    """

    call: Call
    in_: ProcessName = field(name="in")
    errno: ErrnoName
    without: tuple[Capability, ...] = ()

    def facts(self, look: Look) -> dict[str, Fact]:
        return {**self._asked(look), "answer": answer(self.errno), "contrary": answer(self.errno, so=False)}

    def observe(self, look: Look) -> Found | Absent:
        call = self.call.filled(look)
        got = call if isinstance(call, Absent) else look.world.probe(call, self.in_, self.without)
        if isinstance(got, Absent):
            return got
        name = errno.errorcode.get(got, str(got))
        told = Told("check.found.answer", {**self._asked(look), "answer": answer(name)})
        return Found(name == self.errno, told)

    def _asked(self, look: Look) -> dict[str, Fact]:
        call = self.call.filled(look)
        written = self.call.in_c() if isinstance(call, Absent) else call.in_c()
        return {"call": written, "where": where(self.in_)}
