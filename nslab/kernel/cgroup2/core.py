"""The files that every group has, whatever its controllers: cgroup-v2.rst, "Core Interface Files"."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from nslab.kernel.cgroup2.formats import MalformedCgroup, flag, flat_keyed, known, number


class GroupType(StrEnum):
    """cgroup.type; the value is the kernel's word. The root of the hierarchy has no such file."""

    DOMAIN = "domain"
    DOMAIN_THREADED = "domain threaded"
    DOMAIN_INVALID = "domain invalid"
    THREADED = "threaded"


class CgroupEvents(Struct, frozen=True):
    """cgroup.events. `populated`: it or a group below holds a process that is no zombie. `frozen` is None before Linux 5.2."""

    populated: bool
    frozen: bool | None


def parse_cgroup_events(content: bytes) -> CgroupEvents:
    """cgroup.events. Raises MalformedCgroup."""
    fields = flat_keyed(content)
    frozen = fields.get(b"frozen")
    return CgroupEvents(flag(known(fields, b"populated")), None if frozen is None else flag(frozen))


def parse_controllers(content: bytes) -> frozenset[str]:
    """cgroup.controllers, what may be handed on, and cgroup.subtree_control, what is. Raises MalformedCgroup."""
    try:
        return frozenset(content.decode("ascii").split())
    except UnicodeDecodeError:
        raise MalformedCgroup(f"controllers: {content!r}") from None


def parse_procs(content: bytes) -> tuple[int, ...]:
    """cgroup.procs: the processes of this very group, in ascending order. Raises MalformedCgroup.

    The file is not sorted and may name one twice. 0 is a process that the reader's PID namespace has no number for.
    Reading it from a threaded group is EOPNOTSUPP.
    """
    return tuple(sorted({number(line) for line in content.splitlines()}))


def parse_type(content: bytes) -> GroupType:
    """cgroup.type. Raises MalformedCgroup."""
    try:
        return GroupType(content.removesuffix(b"\n").decode("ascii"))
    except ValueError:
        raise MalformedCgroup(f"type: {content!r}") from None
