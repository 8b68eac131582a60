"""What a lesson may demand of the machine. A check observes; it never looks at what was typed or printed.

Each kind is one class: its fields are those of lesson.toml, and `observe` says what they mean on the machine. The words
of a verdict lie in the catalogues under `check.<kind>.wanted` and `.next`, filled with the check's own fields.
"""

from __future__ import annotations

import errno
from typing import Literal

from msgspec import Struct, field, structs

from nslab.course.look import Look
from nslab.course.probes import Call
from nslab.course.roles import Capability, ErrnoName, ProcessName, Text
from nslab.course.told import Absent, Fact, Namespace, Told, as_fact, equal
from nslab.course.values import Operand
from nslab.course.world import Life
from nslab.kernel.namespaces import Kind

MAX_QUOTED = 80
"""Characters of a file that a verdict quotes."""


class Verdict(Struct, frozen=True):
    """What a check found. Where `observed` is False the machine could not be asked: it neither holds nor fails."""

    passed: bool
    wanted: Told
    found: Told
    next: Told | None = None
    observed: bool = True


class Found(Struct, frozen=True):
    """Whether the machine is as wanted, and how it is."""

    holds: bool
    told: Told


class Judgeable(Struct, frozen=True, forbid_unknown_fields=True):
    """What all checks share."""

    def judge(self, look: Look) -> Verdict:
        """The verdict on the machine as `look` sees it."""
        raise NotImplementedError


class Observation(Judgeable, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """A check of one fact: what all kinds share."""

    def observe(self, look: Look) -> Found | Absent:
        """How the machine is; Absent where that can't be told."""
        raise NotImplementedError

    def facts(self, look: Look) -> dict[str, Fact]:
        """The check's own fields, for its words."""
        fields = ((info.encode_name, getattr(self, info.name)) for info in structs.fields(self))
        return {name: as_fact(look.operand(value)) for name, value in fields if value is not None}

    def judge(self, look: Look) -> Verdict:
        kind, facts, found = self.__struct_config__.tag, self.facts(look), self.observe(look)
        wanted, hint = Told(f"check.{kind}.wanted", facts), Told(f"check.{kind}.next", facts)
        if isinstance(found, Absent):
            return Verdict(False, wanted, found.reason, hint, observed=False)
        return Verdict(found.holds, wanted, found.told, None if found.holds else hint)


class DifferentNamespace(Observation, frozen=True, forbid_unknown_fields=True, tag="different_namespace"):
    """Two processes are in different namespaces of a kind."""

    type: Kind
    a: ProcessName
    b: ProcessName

    def observe(self, look: Look) -> Found | Absent:
        pair = _namespaces(look, self.type, self.a, self.b)
        return pair if isinstance(pair, Absent) else Found(pair[0] != pair[1], _told_pair(*pair))


class SameNamespace(Observation, frozen=True, forbid_unknown_fields=True, tag="same_namespace"):
    """Two processes share a namespace of a kind."""

    type: Kind
    a: ProcessName
    b: ProcessName

    def observe(self, look: Look) -> Found | Absent:
        pair = _namespaces(look, self.type, self.a, self.b)
        return pair if isinstance(pair, Absent) else Found(pair[0] == pair[1], _told_pair(*pair))


class NamespaceKept(Observation, frozen=True, forbid_unknown_fields=True, tag="namespace_kept"):
    """A namespace lives with no process in it: the last one `of` was in, or the one bound at `path`."""

    type: Kind
    by: Literal["mount", "fd"]
    of: ProcessName | None = None
    path: Text | None = None

    def facts(self, look: Look) -> dict[str, Fact]:
        return {"type": self.type.value, "by": Told(f"check.by.{self.by}")}

    def observe(self, look: Look) -> Found | Absent:
        kept = self._namespace(look)
        if isinstance(kept, Absent):
            return kept
        held = look.world.holders(kept)
        if isinstance(held, Absent):
            return held
        holders = held.mounts if self.by == "mount" else held.fds
        counts: dict[str, Fact] = {"processes": held.processes, "fds": held.fds, "mounts": held.mounts}
        return Found(held.processes == 0 and holders > 0, Told("check.found.holders", {"namespace": kept, **counts}))

    def _namespace(self, look: Look) -> Namespace | Absent:
        if self.of is not None:
            return look.world.namespace(self.of, self.type)
        path = look.text(self.path or "")
        return path if isinstance(path, Absent) else look.world.namespace_at(path, self.type)


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
        return Found(a != b, Told("check.found.hostnames", {"a": self.a, "a_name": a, "b": self.b, "b_name": b}))


class Hostname(Observation, frozen=True, forbid_unknown_fields=True, tag="hostname"):
    """uname(2) gives a process this nodename."""

    of: ProcessName
    equals: Operand

    def observe(self, look: Look) -> Found | Absent:
        name = look.world.hostname(self.of)
        if isinstance(name, Absent):
            return name
        return Found(
            equal(name, look.operand(self.equals)), Told("check.found.hostname", {"of": self.of, "name": name})
        )


class HostnameExists(Observation, frozen=True, forbid_unknown_fields=True, tag="hostname_exists"):
    """Some UTS namespace of the lab, whoever made it, has this nodename."""

    equals: Operand

    def observe(self, look: Look) -> Found | Absent:
        names = look.world.hostnames()
        wanted = str(as_fact(look.operand(self.equals)))
        return Found(wanted in names, Told("check.found.names", {"names": ", ".join(sorted(names))}))


class Equal(Observation, frozen=True, forbid_unknown_fields=True, tag="equal"):
    """Two values are the same; what is absent equals nothing."""

    a: Operand
    b: Operand

    def observe(self, look: Look) -> Found | Absent:
        a, b = look.operand(self.a), look.operand(self.b)
        if isinstance(a, Absent):
            return a
        return b if isinstance(b, Absent) else Found(equal(a, b), Told("check.found.value", {"value": a}))


class FileExecutable(Observation, frozen=True, forbid_unknown_fields=True, tag="file_executable"):
    """A regular file exists and may be executed."""

    path: Text
    from_: ProcessName = field(name="from", default="host")

    def observe(self, look: Look) -> Found | Absent:
        path = look.text(self.path)
        facts = path if isinstance(path, Absent) else look.world.file(path, self.from_)
        if isinstance(facts, Absent):
            return facts
        if not facts.regular:
            return Found(False, Told("check.found.not-a-file"))
        return Found(facts.executable, Told(f"check.found.{'executable' if facts.executable else 'not-executable'}"))


class FileEquals(Observation, frozen=True, forbid_unknown_fields=True, tag="file_equals"):
    """A file's text is a value; white space at its ends does not count."""

    path: Text
    value: Operand
    from_: ProcessName = field(name="from", default="host")

    def observe(self, look: Look) -> Found | Absent:
        path, wanted = look.text(self.path), look.operand(self.value)
        text = path if isinstance(path, Absent) else look.world.text(path, self.from_)
        if isinstance(text, Absent):
            return text
        if isinstance(wanted, Absent):
            return wanted
        return Found(equal(text, wanted), Told("check.found.text", {"text": text.strip()[:MAX_QUOTED]}))


class MountsAt(Observation, frozen=True, forbid_unknown_fields=True, tag="mounts_at"):
    """So many mounts lie at a path in a process's mount namespace, one over the other."""

    path: Text
    of: ProcessName
    count: int

    def observe(self, look: Look) -> Found | Absent:
        path = look.text(self.path)
        mounts = path if isinstance(path, Absent) else look.world.mounts_at(path, self.of)
        if isinstance(mounts, Absent):
            return mounts
        return Found(mounts == self.count, Told("check.found.mounts", {"count": mounts}))


class Alive(Observation, frozen=True, forbid_unknown_fields=True, tag="alive"):
    """A process is there and no zombie."""

    process: ProcessName

    def observe(self, look: Look) -> Found | Absent:
        life = look.world.life(self.process)
        return Found(life is Life.ALIVE, _told_life(life, self.process))


class Gone(Observation, frozen=True, forbid_unknown_fields=True, tag="gone"):
    """A process that was there is there no more."""

    process: ProcessName

    def observe(self, look: Look) -> Found | Absent:
        life = look.world.life(self.process)
        return Found(life is Life.GONE, _told_life(life, self.process))


class PidDepth(Observation, frozen=True, forbid_unknown_fields=True, tag="pid_depth"):
    """A process is at least so many PID namespaces below another one's."""

    process: ProcessName
    below: ProcessName
    at_least: int

    def observe(self, look: Look) -> Found | Absent:
        depth = look.world.pid_depth(self.process, self.below)
        if isinstance(depth, Absent):
            return depth
        return Found(depth >= self.at_least, Told("check.found.depth", {"process": self.process, "depth": depth}))


class Probe(Observation, frozen=True, forbid_unknown_fields=True, tag="probe"):
    """What the kernel answers to one call, made in a forked child that is placed as `in` is.

    `without` names capabilities that the child drops before the call.
    """

    call: Call
    in_: ProcessName = field(name="in")
    errno: ErrnoName
    without: tuple[Capability, ...] = ()

    def facts(self, look: Look) -> dict[str, Fact]:
        call = self.call.filled(look)
        written = self.call.in_c() if isinstance(call, Absent) else call.in_c()
        return {"call": written, "in": self.in_, "errno": self.errno}

    def observe(self, look: Look) -> Found | Absent:
        call = self.call.filled(look)
        answer = call if isinstance(call, Absent) else look.world.probe(call, self.in_, self.without)
        if isinstance(answer, Absent):
            return answer
        name = errno.errorcode.get(answer, str(answer))
        return Found(name == self.errno, Told("check.found.errno", {"errno": name}))


class AllOf(Judgeable, frozen=True, forbid_unknown_fields=True):
    """Each of these holds. The verdict is the first one's that does not, else the last one's."""

    all: tuple[Check, ...]

    def judge(self, look: Look) -> Verdict:
        verdicts = [check.judge(look) for check in self.all]
        return next((verdict for verdict in verdicts if not verdict.passed), verdicts[-1])


class AnyOf(Judgeable, frozen=True, forbid_unknown_fields=True):
    """At least one of these holds. The verdict is the first one's that does, else the first one's."""

    any: tuple[Check, ...]

    def judge(self, look: Look) -> Verdict:
        verdicts = [check.judge(look) for check in self.any]
        return next((verdict for verdict in verdicts if verdict.passed), verdicts[0])


class Not(Judgeable, frozen=True, forbid_unknown_fields=True):
    """This does not hold, and that could be observed."""

    not_: Check = field(name="not")

    def judge(self, look: Look) -> Verdict:
        inner = self.not_.judge(look)
        passed = inner.observed and not inner.passed
        wanted = Told("check.not.wanted", {"wanted": inner.wanted})
        return Verdict(passed, wanted, inner.found, None if passed else Told("check.not.next"), inner.observed)


Check = (
    DifferentNamespace
    | SameNamespace
    | NamespaceKept
    | DifferentHostname
    | Hostname
    | HostnameExists
    | Equal
    | FileExecutable
    | FileEquals
    | MountsAt
    | Alive
    | Gone
    | PidDepth
    | Probe
    | AllOf
    | AnyOf
    | Not
)


def _namespaces(look: Look, kind: Kind, a: str, b: str) -> tuple[Namespace, Namespace] | Absent:
    first, second = look.world.namespace(a, kind), look.world.namespace(b, kind)
    if isinstance(first, Absent):
        return first
    return second if isinstance(second, Absent) else (first, second)


def _told_pair(a: Namespace, b: Namespace) -> Told:
    if a == b:
        return Told("check.found.one-namespace", {"type": a.kind.value, "namespace": a})
    return Told("check.found.two-namespaces", {"type": a.kind.value, "a": a, "b": b})


def _told_life(life: Life, process: str) -> Told:
    return Told(f"check.found.{life.value}", {"process": process})
