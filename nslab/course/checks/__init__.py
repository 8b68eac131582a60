"""What a lesson may demand of the machine: every kind of check, and how they combine."""

from __future__ import annotations

from msgspec import field

from nslab.course.checks.boards import (
    AttacksThrough,
    AttackThrough,
    BirthChanged,
    BirthMade,
    OrderEnded,
    OrderLacks,
    OrderRight,
)
from nslab.course.checks.files import FileEquals, FileExecutable
from nslab.course.checks.mounts import MountsAt, Propagates
from nslab.course.checks.names import DifferentHostname, Hostname, HostnameExists
from nslab.course.checks.namespaces import DifferentNamespace, NamespaceKept, SameNamespace
from nslab.course.checks.network import Link, Listening
from nslab.course.checks.processes import Alive, Gone, InState, PidDepth, SignalDisposition
from nslab.course.checks.values import AtLeast, Equal, Probe
from nslab.course.checks.verdict import Judgeable, Verdict
from nslab.course.look import Look


class AllOf(Judgeable, frozen=True, forbid_unknown_fields=True):
    """Each of these holds.

    The verdict is that of the part that decides: the first that fails, else the first that can't be observed. Where all
    hold, it is the last one's: an author puts there what tells most.
    """

    all: tuple[Check, ...]

    def judge(self, look: Look, *, so: bool = True) -> Verdict:
        if not so:
            return _any([check.judge(look, so=False) for check in self.all])
        return _all([check.judge(look) for check in self.all])


class AnyOf(Judgeable, frozen=True, forbid_unknown_fields=True):
    """At least one of these holds.

    The verdict is that of the part that decides: the first that holds, else the first that can't be observed, else the
    first.
    """

    any: tuple[Check, ...]

    def judge(self, look: Look, *, so: bool = True) -> Verdict:
        if not so:
            return _all([check.judge(look, so=False) for check in self.any])
        return _any([check.judge(look) for check in self.any])


class Not(Judgeable, frozen=True, forbid_unknown_fields=True):
    """This does not hold, and that could be observed."""

    not_: Check = field(name="not")

    def judge(self, look: Look, *, so: bool = True) -> Verdict:
        return self.not_.judge(look, so=not so)


Check = (
    DifferentNamespace
    | SameNamespace
    | NamespaceKept
    | DifferentHostname
    | Hostname
    | HostnameExists
    | Equal
    | AtLeast
    | FileExecutable
    | FileEquals
    | MountsAt
    | Propagates
    | Link
    | Listening
    | Alive
    | Gone
    | InState
    | SignalDisposition
    | PidDepth
    | Probe
    | BirthMade
    | BirthChanged
    | AttackThrough
    | AttacksThrough
    | OrderRight
    | OrderEnded
    | OrderLacks
    | AllOf
    | AnyOf
    | Not
)


def _all(verdicts: list[Verdict]) -> Verdict:
    failed = next((verdict for verdict in verdicts if verdict.observed and not verdict.passed), None)
    return failed or next((verdict for verdict in verdicts if not verdict.observed), verdicts[-1])


def _any(verdicts: list[Verdict]) -> Verdict:
    passed = next((verdict for verdict in verdicts if verdict.passed), None)
    return passed or next((verdict for verdict in verdicts if not verdict.observed), verdicts[0])
