"""Values of what something costs: how long a start took, how much memory a process has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nslab.course.readable import Readable, field_of
from nslab.course.roles import ProcessName
from nslab.course.subjects import called
from nslab.course.told import Absent, Reading, Told, number

if TYPE_CHECKING:
    from nslab.course.look import Look


class StartOf(Readable, frozen=True, forbid_unknown_fields=True):
    """How long a process of the engine's making took from clone3(2) to execve(2), in microseconds."""

    start_us: ProcessName

    def read(self, look: Look) -> Reading:
        return look.world.start_us(self.start_us)

    def subject(self) -> Told:
        return Told("check.value.start_us", {"process": called(self.start_us)})


class Memory(Readable, frozen=True, forbid_unknown_fields=True):
    """Memory of a process in KiB: a line of /proc/PID/smaps_rollup (Linux 4.14), named as there: Rss, Pss, Private_Dirty."""

    memory: Literal["Rss", "Pss", "Private_Dirty"]
    of: ProcessName

    def read(self, look: Look) -> Reading:
        pid = look.world.pid(self.of, "host")
        if isinstance(pid, Absent):
            return pid
        rollup = look.world.text(f"/proc/{pid}/smaps_rollup", "host")
        line = field_of(rollup, self.memory) if isinstance(rollup, str) else rollup
        return number(line.removesuffix(" kB")) if isinstance(line, str) else line

    def subject(self) -> Told:
        return Told("check.value.memory", {"field": self.memory, "process": called(self.of)})
