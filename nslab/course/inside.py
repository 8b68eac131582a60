"""Values that only those in a namespace are told: its System V objects, its clocks, the path of a control group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import field

from nslab.course.readable import Readable
from nslab.course.roles import ProcessName
from nslab.course.subjects import called, where
from nslab.course.told import Absent, Fact, Reading, Told
from nslab.kernel.clocks import Clock
from nslab.kernel.sysvipc import Facility

if TYPE_CHECKING:
    from nslab.course.look import Look

NANOSECONDS = 1_000_000_000


class ClockReading(Readable, frozen=True, forbid_unknown_fields=True):
    """A clock where a process is, in whole seconds: `boottime` is what /proc/uptime tells there. See clock_gettime(2)."""

    clock: Clock
    in_: ProcessName = field(name="in")

    def read(self, look: Look) -> Reading:
        nanoseconds = look.world.clock(self.clock, self.in_)
        return nanoseconds if isinstance(nanoseconds, Absent) else nanoseconds // NANOSECONDS

    def subject(self) -> Told:
        return Told("check.value.clock", {"clock": self.clock.value, "where": where(self.in_)})


class ClockShift(Readable, frozen=True, forbid_unknown_fields=True):
    """By how many seconds a clock of a process is ahead of the host's. The two are read one after the other, hence rounded."""

    clock_ahead: Clock
    of: ProcessName

    def read(self, look: Look) -> Reading:
        there, here = (look.world.clock(self.clock_ahead, process) for process in (self.of, "host"))
        if isinstance(there, Absent) or isinstance(here, Absent):
            return there if isinstance(there, Absent) else here
        return round((there - here) / NANOSECONDS)

    def subject(self) -> Told:
        return Told("check.value.clock_ahead", {"clock": self.clock_ahead.value, "where": where(self.of)})


class SysvCount(Readable, frozen=True, forbid_unknown_fields=True):
    """How many System V objects of a kind there are in a process's IPC namespace. Source: /proc/sysvipc."""

    sysv: Facility
    in_: ProcessName = field(name="in")

    def read(self, look: Look) -> Reading:
        objects = look.world.sysv_objects(self.sysv, self.in_)
        return objects if isinstance(objects, Absent) else len(objects)

    def subject(self) -> Told:
        return Told(f"check.value.sysv-{self.sysv}", {"where": where(self.in_)})


class QueueField(Readable, frozen=True, forbid_unknown_fields=True):
    """What is known of the System V queue of a key in a process's IPC namespace: the messages that wait in it, or its id."""

    queue: int
    in_: ProcessName = field(name="in")
    field_: Literal["messages", "id"] = field(name="field", default="messages")

    def read(self, look: Look) -> Reading:
        objects = look.world.sysv_objects(Facility.MESSAGES, self.in_)
        if isinstance(objects, Absent):
            return objects
        found = next((one for one in objects if one.key == self.queue), None)
        reading = None if found is None else found.messages if self.field_ == "messages" else found.id
        return Absent(Told("absent.no-queue", self._facts())) if reading is None else reading

    def subject(self) -> Told:
        return Told(f"check.value.queue-{self.field_}", self._facts())

    def _facts(self) -> dict[str, Fact]:
        return {"key": f"{self.queue:#x}", "where": where(self.in_)}


class CgroupOf(Readable, frozen=True, forbid_unknown_fields=True):
    """The path of a process's control group in cgroup v2, as another one's cgroup namespace tells it. See cgroup_namespaces(7)."""

    cgroup_of: ProcessName
    in_: ProcessName = field(name="in")

    def read(self, look: Look) -> Reading:
        return look.world.cgroup(self.cgroup_of, self.in_)

    def subject(self) -> Told:
        return Told("check.value.cgroup_of", {"process": called(self.cgroup_of), "in": called(self.in_)})


class OuterCgroupOf(Readable, frozen=True, forbid_unknown_fields=True):
    """The path of a process's control group in cgroup v2 as nslab finds it, outside the lab."""

    outer_cgroup_of: ProcessName

    def read(self, look: Look) -> Reading:
        return look.world.outer_cgroup(self.outer_cgroup_of)

    def subject(self) -> Told:
        return Told("check.value.outer_cgroup_of", {"process": called(self.outer_cgroup_of)})
