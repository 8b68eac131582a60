"""What a lesson may demand of the machine. A check observes; it never looks at what was typed or printed.

Each kind is one class: its fields are those of lesson.toml, and `observe` says what they mean on the machine. The words
of a verdict lie in the catalogues under `check.<kind>.wanted` and `.next`, and for its contrary under `.not-wanted` and
`.not-next`, filled with the check's own fields.
"""

from __future__ import annotations

import errno
from typing import Literal

from msgspec import Struct, field, structs

from nslab.course.look import Look
from nslab.course.probes import Call
from nslab.course.roles import Capability, ErrnoName, ProcessName, Text
from nslab.course.subjects import answer, called, listed, where, whole
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

    def judge(self, look: Look, *, so: bool = True) -> Verdict:
        """The verdict on the machine as `look` sees it; with `so=False` on the contrary being the case."""
        raise NotImplementedError


class Observation(Judgeable, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """A check of one fact: what all kinds share."""

    def observe(self, look: Look) -> Found | Absent:
        """How the machine is; Absent where that can't be told."""
        raise NotImplementedError

    def facts(self, look: Look) -> dict[str, Fact]:
        """The check's own fields, for its words: processes as a learner calls them."""
        fields = [(info, getattr(self, info.name)) for info in structs.fields(self)]
        return {
            info.encode_name: called(value) if info.type == ProcessName else as_fact(look.operand(value))
            for info, value in fields
            if value is not None
        }

    def judge(self, look: Look, *, so: bool = True) -> Verdict:
        kind, facts, found = self.__struct_config__.tag, self.facts(look), self.observe(look)
        wanted = Told(f"check.{kind}.wanted" if so else f"check.{kind}.not-wanted", facts)
        hint = Told(f"check.{kind}.next" if so else f"check.{kind}.not-next", facts)
        if isinstance(found, Absent):
            return Verdict(False, wanted, found.reason, hint, observed=False)
        passed = found.holds is so
        return Verdict(passed, wanted, found.told, None if passed else hint)


class DifferentNamespace(Observation, frozen=True, forbid_unknown_fields=True, tag="different_namespace"):
    """Two processes are in different namespaces of a kind."""

    type: Kind
    a: ProcessName
    b: ProcessName

    def observe(self, look: Look) -> Found | Absent:
        same = _share(look, self.type, self.a, self.b)
        return same if isinstance(same, Absent) else Found(not same.holds, same.told)


class SameNamespace(Observation, frozen=True, forbid_unknown_fields=True, tag="same_namespace"):
    """Two processes share a namespace of a kind."""

    type: Kind
    a: ProcessName
    b: ProcessName

    def observe(self, look: Look) -> Found | Absent:
        return _share(look, self.type, self.a, self.b)


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
        told = Told("check.found.holders", {"type": self.type.value, "namespace": kept, **counts})
        return Found(held.processes == 0 and holders > 0, told)

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


class FileExecutable(Observation, frozen=True, forbid_unknown_fields=True, tag="file_executable"):
    """A regular file exists and may be executed."""

    path: Text
    from_: ProcessName = field(name="from", default="host")

    def observe(self, look: Look) -> Found | Absent:
        path = look.text(self.path)
        if isinstance(path, Absent):
            return path
        facts = look.world.file(path, self.from_)
        if isinstance(facts, Absent):
            return facts
        how = "not-a-file" if not facts.regular else "executable" if facts.executable else "not-executable"
        return Found(facts.regular and facts.executable, Told(f"check.found.{how}", {"path": path}))


class FileEquals(Observation, frozen=True, forbid_unknown_fields=True, tag="file_equals"):
    """A file's text is a value; white space at its ends does not count."""

    path: Text
    value: Operand
    from_: ProcessName = field(name="from", default="host")

    def observe(self, look: Look) -> Found | Absent:
        path, wanted = look.text(self.path), look.operand(self.value)
        if isinstance(path, Absent):
            return path
        text = look.world.text(path, self.from_)
        if isinstance(text, Absent):
            return text
        if isinstance(wanted, Absent):
            return wanted
        facts: dict[str, Fact] = {"path": path, "where": where(self.from_), "text": text.strip()[:MAX_QUOTED]}
        return Found(equal(text, wanted), Told("check.found.text", facts))

    def facts(self, look: Look) -> dict[str, Fact]:
        place = {"path": as_fact(look.text(self.path)), "where": where(self.from_)}
        return {**place, "value": as_fact(look.operand(self.value))}


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


def _share(look: Look, kind: Kind, a: str, b: str) -> Found | Absent:
    """Whether two processes are in one namespace of a kind."""
    first, second = look.world.namespace(a, kind), look.world.namespace(b, kind)
    if isinstance(first, Absent):
        return first
    if isinstance(second, Absent):
        return second
    who: dict[str, Fact] = {"type": kind.value, "of_a": called(a), "of_b": called(b)}
    if first == second:
        return Found(True, Told("check.found.one-namespace", {**who, "namespace": first}))
    return Found(False, Told("check.found.two-namespaces", {**who, "a": first, "b": second}))


def _all(verdicts: list[Verdict]) -> Verdict:
    failed = next((verdict for verdict in verdicts if verdict.observed and not verdict.passed), None)
    return failed or next((verdict for verdict in verdicts if not verdict.observed), verdicts[-1])


def _any(verdicts: list[Verdict]) -> Verdict:
    passed = next((verdict for verdict in verdicts if verdict.passed), None)
    return passed or next((verdict for verdict in verdicts if not verdict.observed), verdicts[0])
