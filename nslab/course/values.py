"""The values a lesson may speak of, each read off the machine at the moment it is asked for."""

from __future__ import annotations

from msgspec import Struct, field

from nslab.course.roles import ProcessName, Text
from nslab.kernel.namespaces import Kind


class PidOf(Struct, frozen=True, forbid_unknown_fields=True):
    """The number of a process as another one's PID namespace counts it."""

    pid_of: ProcessName
    in_: ProcessName = field(name="in")


class CommOf(Struct, frozen=True, forbid_unknown_fields=True):
    """The name of the program that a process runs, at most 15 bytes. Source: /proc/PID/comm, proc(5)."""

    comm_of: ProcessName


class HostnameOf(Struct, frozen=True, forbid_unknown_fields=True):
    """The nodename of a process's UTS namespace, as uname(2) tells it there."""

    hostname_of: ProcessName


class NamespaceOf(Struct, frozen=True, forbid_unknown_fields=True):
    """The inode number of a namespace of a process. Source: /proc/PID/ns, namespaces(7)."""

    namespace: Kind
    of: ProcessName


class FileText(Struct, frozen=True, forbid_unknown_fields=True):
    """A file's text as a process sees it (its root, its mounts, its /proc); with `field`, one `Field: …` line of it."""

    file: Text
    from_: ProcessName = field(name="from", default="host")
    field_: str | None = field(name="field", default=None)


class StatusField(Struct, frozen=True, forbid_unknown_fields=True):
    """A field of a process's /proc/PID/status, as the /proc of another one shows it. See proc(5)."""

    field_: str = field(name="field")
    of: ProcessName
    from_: ProcessName = field(name="from", default="host")


class Count(Struct, frozen=True, forbid_unknown_fields=True):
    """How many words a text has."""

    count: FileText | StatusField


Value = PidOf | CommOf | HostnameOf | NamespaceOf | FileText | StatusField | Count

Operand = Text | int | Value
"""One side of a comparison: a literal, a text in which `{name}` stands for a value, or a value in place."""
