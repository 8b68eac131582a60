"""What only a reader in a process's namespace is told, asked through the lab: its System V objects, its clocks."""

from __future__ import annotations

from nslab.course.told import Absent, Told, why
from nslab.engine.client import Lab
from nslab.engine.failures import LabError
from nslab.kernel.clocks import Clock
from nslab.kernel.namespaces import Kind
from nslab.kernel.sysvipc import Facility, SysvObject, parse_objects


class LiveInside:
    """Processes are given by the lab's numbers for them. Absent where the lab can't go there."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def sysv_objects(self, facility: Facility, pid: int) -> tuple[SysvObject, ...] | Absent:
        """The objects of its IPC namespace: /proc/sysvipc shows the reader's."""
        try:
            return parse_objects(self._lab.read(pid, Kind.IPC, f"sysvipc/{facility}"))
        except LabError as error:
            return unanswered(error)

    def clock(self, clock: Clock, pid: int) -> int | Absent:
        """What clock_gettime(2) answers in its time namespace, in nanoseconds."""
        try:
            return self._lab.clock(pid, clock)
        except LabError as error:
            return unanswered(error)


def unanswered(error: LabError) -> Absent:
    """The lab's refusal, as the reason why something is not known."""
    return Absent(Told("absent.lab", {"why": why(error)}))
