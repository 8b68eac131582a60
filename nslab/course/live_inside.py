"""What only a reader in a process's namespace is told, asked through the lab: its System V objects, clocks, and cgroup."""

from __future__ import annotations

from collections.abc import Sequence

from nslab.course.opened import unreadable
from nslab.course.told import Absent, Told, why
from nslab.engine.client import Lab
from nslab.engine.failures import LabError
from nslab.kernel import procfs
from nslab.kernel.cgroups import CgroupLine, parse_cgroup, unified
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

    def cgroup(self, pid: int, seen_from: int) -> str | Absent:
        """The path in cgroup v2 of one process, told from the root of the cgroup namespace of another."""
        try:
            text = self._lab.read(seen_from, Kind.CGROUP, f"{pid}/cgroup")
        except LabError as error:
            return unanswered(error)
        return unified_path(parse_cgroup(text.encode()))

    def outer_cgroup(self, pid: int) -> str | Absent:
        """The same told from the root of our own cgroup namespace: the file shows its reader's."""
        try:
            return unified_path(parse_cgroup(procfs.read_file(self._lab.proc, f"{pid}/cgroup")))
        except OSError as error:
            return unreadable(f"/proc/{pid}/cgroup", error)


def unified_path(lines: Sequence[CgroupLine]) -> str | Absent:
    """The path of the line that is cgroup v2's."""
    line = unified(lines)
    return Absent(Told("absent.no-cgroup2")) if line is None else line.path


def unanswered(error: LabError) -> Absent:
    """The lab's refusal, as the reason why something is not known."""
    return Absent(Told("absent.lab", {"why": why(error)}))
