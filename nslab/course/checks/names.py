"""Checks of host names, as uname(2) gives them."""

from __future__ import annotations

from nslab.course.checks.verdict import Found, Observation
from nslab.course.look import Look
from nslab.course.roles import ProcessName
from nslab.course.subjects import called, listed
from nslab.course.told import Absent, Fact, Told, as_fact, equal
from nslab.course.values import Operand


class DifferentHostname(Observation, frozen=True, forbid_unknown_fields=True, tag="different_hostname"):
    """uname(2) gives two processes different nodenames."""

    a: ProcessName
    b: ProcessName

    def observe(self, look: Look) -> Found | Absent:
        a, b = look.world.hostname(self.a), look.world.hostname(self.b)
        if isinstance(a, Absent):
            return a
        if isinstance(b, Absent):
            return b
        names: dict[str, Fact] = {"a": called(self.a), "a_name": a, "b": called(self.b), "b_name": b}
        return Found(a != b, Told("check.found.hostnames", names))


class Hostname(Observation, frozen=True, forbid_unknown_fields=True, tag="hostname"):
    """uname(2) gives a process this nodename."""

    of: ProcessName
    equals: Operand

    def observe(self, look: Look) -> Found | Absent:
        name = look.world.hostname(self.of)
        if isinstance(name, Absent):
            return name
        told = Told("check.found.hostname", {"of": called(self.of), "name": name})
        return Found(equal(name, look.operand(self.equals)), told)


class HostnameExists(Observation, frozen=True, forbid_unknown_fields=True, tag="hostname_exists"):
    """Some UTS namespace of the lab, whoever made it, has this nodename."""

    equals: Operand

    def observe(self, look: Look) -> Found | Absent:
        names = look.world.hostnames()
        wanted = str(as_fact(look.operand(self.equals)))
        return Found(wanted in names, Told("check.found.names", {"names": listed(sorted(names))}))
