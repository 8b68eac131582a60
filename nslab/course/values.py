"""The values a lesson may speak of, each read off the machine at the moment it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import field

from nslab.course.ids import GidOf, OwnerOf, UidOf, UidOutside
from nslab.course.inside import CgroupOf, ClockReading, ClockShift, OuterCgroupOf, QueueField, SysvCount
from nslab.course.measured import Memory, StartOf
from nslab.course.on_boards import BirthFact, OrderFact, PlaceOf
from nslab.course.readable import Readable, field_of
from nslab.course.roles import Capability, ProcessName, StateLetter, Text
from nslab.course.subjects import called, where
from nslab.course.told import Absent, Fact, Reading, Told
from nslab.course.tried import AttackTold
from nslab.kernel.namespaces import Kind
from nslab.observe.network_view import LinkRow

if TYPE_CHECKING:
    from nslab.course.look import Look


class PidOf(Readable, frozen=True, forbid_unknown_fields=True):
    """The number of a process as another one's PID namespace counts it."""

    pid_of: ProcessName
    in_: ProcessName = field(name="in")

    def read(self, look: Look) -> Reading:
        return look.world.pid(self.pid_of, self.in_)

    def subject(self) -> Told:
        return Told("check.value.pid_of", {"process": called(self.pid_of), "in": called(self.in_)})


class CommOf(Readable, frozen=True, forbid_unknown_fields=True):
    """The name of the program that a process runs, at most 15 bytes. Source: /proc/PID/comm, proc(5)."""

    comm_of: ProcessName

    def read(self, look: Look) -> Reading:
        return look.world.comm(self.comm_of)

    def subject(self) -> Told:
        return Told("check.value.comm_of", {"process": called(self.comm_of)})


class HostnameOf(Readable, frozen=True, forbid_unknown_fields=True):
    """The nodename of a process's UTS namespace, as uname(2) tells it there."""

    hostname_of: ProcessName

    def read(self, look: Look) -> Reading:
        return look.world.hostname(self.hostname_of)

    def subject(self) -> Told:
        return Told("check.value.hostname_of", {"where": where(self.hostname_of)})


class DomainnameOf(Readable, frozen=True, forbid_unknown_fields=True):
    """The NIS domain name of a process's UTS namespace, as uname(2) tells it there; nothing to do with DNS."""

    domainname_of: ProcessName

    def read(self, look: Look) -> Reading:
        return look.world.domainname(self.domainname_of)

    def subject(self) -> Told:
        return Told("check.value.domainname_of", {"where": where(self.domainname_of)})


class NamespaceOf(Readable, frozen=True, forbid_unknown_fields=True):
    """A namespace of a process; as text its inode number. Source: /proc/PID/ns, namespaces(7)."""

    namespace: Kind
    of: ProcessName

    def read(self, look: Look) -> Reading:
        return look.world.namespace(self.of, self.namespace)

    def subject(self) -> Told:
        return Told("check.value.namespace", {"type": self.namespace.value, "process": called(self.of)})


class FileText(Readable, frozen=True, forbid_unknown_fields=True):
    """A file's text as a process sees it (its root, its mounts, its /proc); with `field`, one `Field: …` line of it."""

    file: Text
    from_: ProcessName = field(name="from", default="host")
    field_: str | None = field(name="field", default=None)

    def read(self, look: Look) -> Reading:
        path = look.text(self.file)
        text = look.world.text(path, self.from_) if isinstance(path, str) else path
        if not isinstance(text, str):
            return text
        return text.strip() if self.field_ is None else field_of(text, self.field_)

    def subject(self) -> Told:
        return Told("check.value.file", {"path": self.file, "where": where(self.from_)})


class StatusField(Readable, frozen=True, forbid_unknown_fields=True):
    """A field of a process's /proc/PID/status, as the PID namespace of another one shows it. See proc(5)."""

    field_: str = field(name="field")
    of: ProcessName
    from_: ProcessName = field(name="from", default="host")

    def read(self, look: Look) -> Reading:
        text = look.world.status(self.of, self.from_)
        return field_of(text, self.field_) if isinstance(text, str) else text

    def subject(self) -> Told:
        return Told("check.value.field", {"field": self.field_, "process": called(self.of)})


class StatField(Readable, frozen=True, forbid_unknown_fields=True):
    """A field of a process's /proc/PID/stat, as the PID namespace of another one shows it.

    Named as proc_pid_stat(5) does; `starttime` is in clock ticks after boot.
    """

    stat: Literal["state", "ppid", "nice", "starttime"]
    of: ProcessName
    from_: ProcessName = field(name="from", default="host")

    def read(self, look: Look) -> Reading:
        stat = look.world.stat(self.of, self.from_)
        if isinstance(stat, Absent):
            return stat
        fields: dict[str, Reading] = {
            "state": stat.state,
            "ppid": stat.ppid,
            "nice": stat.nice,
            "starttime": stat.start_ticks,
        }
        return fields[self.stat]

    def subject(self) -> Told:
        facts: dict[str, Fact] = {"process": called(self.of), "where": where(self.from_)}
        return Told(f"check.value.stat-{self.stat}", facts)


class ProcessesIn(Readable, frozen=True, forbid_unknown_fields=True):
    """How many processes are in the PID namespace of a process, itself and zombies included; `state` counts those alone.

    Of a process that has ended, it is the last PID namespace that it was in. Source: State in /proc/PID/stat.
    """

    processes_in: ProcessName
    state: StateLetter | None = None

    def read(self, look: Look) -> Reading:
        states = look.world.states(self.processes_in)
        if isinstance(states, Absent):
            return states
        return len(states) if self.state is None else states.count(self.state)

    def subject(self) -> Told:
        facts: dict[str, Fact] = {"process": called(self.processes_in)}
        if self.state is None:
            return Told("check.value.processes_in", facts)
        return Told("check.value.processes_in-state", {**facts, "state": self.state})


class Count(Readable, frozen=True, forbid_unknown_fields=True):
    """How many words a text has."""

    count: FileText | StatusField

    def read(self, look: Look) -> Reading:
        text = self.count.read(look)
        return len(text.split()) if isinstance(text, str) else text

    def subject(self) -> Told:
        return Told("check.value.count", {"text": self.count.subject()})


class Lines(Readable, frozen=True, forbid_unknown_fields=True):
    """How many lines a text has: of mountinfo, how many mounts."""

    lines: FileText | StatusField

    def read(self, look: Look) -> Reading:
        text = self.lines.read(look)
        return len(text.splitlines()) if isinstance(text, str) else text

    def subject(self) -> Told:
        return Told("check.value.lines", {"text": self.lines.subject()})


class ExitStatus(Readable, frozen=True, forbid_unknown_fields=True):
    """The status with which a program ends when it is run, unheard and without input, where a process is.

    `without` names capabilities that it does not get. 128 + N if signal N ended it, as the shell counts.
    """

    exit_status: Text
    in_: ProcessName = field(name="in")
    without: tuple[Capability, ...] = ()

    def read(self, look: Look) -> Reading:
        path = look.text(self.exit_status)
        return path if isinstance(path, Absent) else look.world.exit_status(path, self.in_, self.without)

    def subject(self) -> Told:
        facts: dict[str, Fact] = {"path": self.exit_status, "where": where(self.in_)}
        if not self.without:
            return Told("check.value.exit_status", facts)
        return Told("check.value.exit_status-without", {**facts, "capabilities": ", ".join(self.without)})


class LinkTold(Readable, frozen=True, forbid_unknown_fields=True):
    """What a link in a process's network namespace is: its state as ip(8) has it (UP, DOWN, NO-CARRIER), its first address with
    the length of its prefix, its index, or the index of the link at its other end. Source: rtnetlink(7)."""

    link: Text
    of: ProcessName
    tell: Literal["state", "address", "index", "other_end"] = "state"

    def read(self, look: Look) -> Reading:
        name, world = look.text(self.link), look.world.network(self.of)
        if isinstance(name, Absent):
            return name
        if isinstance(world, Absent):
            return world
        link = next((one for one in world.links if one.name == name), None)
        if link is None:
            return Absent(Told("check.found.no-link", {"name": name, "where": where(self.of)}))
        return self._of(link)

    def _of(self, link: LinkRow) -> Reading:
        missing = Absent(Told(f"absent.link-{self.tell}", {"name": link.name, "where": where(self.of)}))
        match self.tell:
            case "state":
                return link.state
            case "index":
                return link.index
            case "address":
                return link.addresses[0] if link.addresses else missing
            case "other_end":
                return link.other_end.index if link.other_end else missing

    def subject(self) -> Told:
        return Told(f"check.value.link-{self.tell}", {"name": self.link, "where": where(self.of)})


Value = (
    PidOf
    | CommOf
    | HostnameOf
    | DomainnameOf
    | NamespaceOf
    | UidOf
    | GidOf
    | UidOutside
    | OwnerOf
    | FileText
    | LinkTold
    | QueueField
    | StatusField
    | StatField
    | StartOf
    | Memory
    | ProcessesIn
    | Count
    | Lines
    | ExitStatus
    | SysvCount
    | ClockReading
    | ClockShift
    | CgroupOf
    | OuterCgroupOf
    | BirthFact
    | PlaceOf
    | OrderFact
    | AttackTold
)
"""The first field tells the kind: a kind with a `field` of its own stands before StatusField, which begins with it."""

Operand = Text | int | Value
"""One side of a comparison: a literal, a text in which `{name}` stands for a value, or a value in place."""
