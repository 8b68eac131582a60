"""Checks of which namespaces processes are in, and of what keeps one alive."""

from __future__ import annotations

from typing import Literal

from nslab.course.checks.verdict import Found, Observation
from nslab.course.look import Look
from nslab.course.roles import ProcessName, Text
from nslab.course.subjects import called
from nslab.course.told import Absent, Fact, Namespace, Told
from nslab.kernel.namespaces import Kind


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
