"""What a lesson may demand of the machine. A check observes; it never looks at what was typed or printed."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from nslab.course.roles import Capability, ErrnoName, ProcessName, Text
from nslab.course.values import Operand
from nslab.kernel.namespaces import Kind


class DifferentNamespace(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="different_namespace"):
    """Two processes are in different namespaces of a kind."""

    type: Kind
    a: ProcessName
    b: ProcessName


class SameNamespace(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="same_namespace"):
    """Two processes share a namespace of a kind."""

    type: Kind
    a: ProcessName
    b: ProcessName


class NamespaceKept(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="namespace_kept"):
    """A namespace lives with no process in it: the last one `of` was in, or the one bound at `path`."""

    type: Kind
    by: Literal["mount", "fd"]
    of: ProcessName | None = None
    path: Text | None = None


class DifferentHostname(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="different_hostname"):
    """uname(2) gives two processes different nodenames."""

    a: ProcessName
    b: ProcessName


class Hostname(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="hostname"):
    """uname(2) gives a process this nodename."""

    of: ProcessName
    equals: Operand


class FileExecutable(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="file_executable"):
    """A regular file exists and may be executed."""

    path: Text
    from_: ProcessName = field(name="from", default="host")


class FileEquals(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="file_equals"):
    """A file's text is a value; white space at its ends does not count."""

    path: Text
    value: Operand
    from_: ProcessName = field(name="from", default="host")


class MountsAt(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="mounts_at"):
    """So many mounts lie at a path in a process's mount namespace, one over the other."""

    path: Text
    of: ProcessName
    count: int


class Alive(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="alive"):
    """A process is there and no zombie."""

    process: ProcessName


class Gone(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="gone"):
    """A process that was there is there no more."""

    process: ProcessName


class PidDepth(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="pid_depth"):
    """A process is at least so many PID namespaces below another one's."""

    process: ProcessName
    below: ProcessName
    at_least: int


class Clone(Struct, frozen=True, forbid_unknown_fields=True):
    """clone(2) of a child in new namespaces of these kinds; the child ends at once."""

    clone: tuple[Kind, ...]


class Kill(Struct, frozen=True, forbid_unknown_fields=True):
    """kill(2) with signal 0, which sends nothing: may this number be signalled, and is there such a process?"""

    kill: Operand


class Open(Struct, frozen=True, forbid_unknown_fields=True):
    """open(2) of an existing file, for reading or for writing; nothing is read or written."""

    open: Text
    write: bool = False


class Setns(Struct, frozen=True, forbid_unknown_fields=True):
    """setns(2) into the namespace behind a file, such as /proc/PID/ns/uts or one that is bound to a name."""

    setns: Text
    type: Kind


Call = Clone | Kill | Open | Setns


class Probe(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="probe"):
    """What the kernel answers to one call, made in a forked child that is placed as `in` is.

    `without` names capabilities that the child drops before the call.
    """

    call: Call
    in_: ProcessName = field(name="in")
    errno: ErrnoName
    without: tuple[Capability, ...] = ()


class AllOf(Struct, frozen=True, forbid_unknown_fields=True):
    """Each of these holds."""

    all: tuple[Check, ...]


class AnyOf(Struct, frozen=True, forbid_unknown_fields=True):
    """At least one of these holds."""

    any: tuple[Check, ...]


class Not(Struct, frozen=True, forbid_unknown_fields=True):
    """This does not hold, and that could be observed."""

    not_: Check = field(name="not")


Check = (
    DifferentNamespace
    | SameNamespace
    | NamespaceKept
    | DifferentHostname
    | Hostname
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
