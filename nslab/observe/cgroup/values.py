"""What was seen of control groups, as values. Counters are those of the kernel, since the group was made; rates are in `rates`.

A part whose controller the group lacks is None, never 0; so is what this kernel has no file for, and, at the root of the
machine, what only groups below it have. Where a *limit* is None the file says `max`. Source: cgroup-v2.rst.
"""

from __future__ import annotations

from msgspec import Struct

from nslab.kernel.cgroup2.core import CgroupEvents
from nslab.kernel.cgroup2.cpu import CpuMax, CpuStat
from nslab.kernel.cgroup2.io import IoMax, IoStat
from nslab.kernel.cgroup2.memory import MemoryEvents, MemoryStat
from nslab.kernel.cgroup2.pids import PidsEvents
from nslab.kernel.cgroup2.pressure import Pressure


class Share(Struct, frozen=True):
    """Its part of the processor. `weight` against its siblings, 1 to 10000; 0 says that it is cpu.idle."""

    weight: int
    max: CpuMax


class Swap(Struct, frozen=True):
    """Bytes of the group that are on a swap device, and how many may be."""

    current: int
    max: int | None


class Memory(Struct, frozen=True):
    """Bytes. `peak` is None before Linux 5.19, `swap` where the kernel keeps no such account.

    `stat` is None unless the group was asked for in detail: it costs three times what the rest does. `own_events` is
    memory.events.local, of the group's own limits alone; None before Linux 5.2.
    """

    current: int
    high: int | None
    max: int | None
    peak: int | None
    swap: Swap | None
    events: MemoryEvents
    stat: MemoryStat | None
    own_events: MemoryEvents | None = None


class Pids(Struct, frozen=True):
    """Processes and threads of the group and all below. `peak` is None before Linux 6.1."""

    current: int
    max: int | None
    peak: int | None
    events: PidsEvents


class Io(Struct, frozen=True):
    """Disks: what went through them, and the limits that are set. `max` is None at the root of the machine."""

    stat: tuple[IoStat, ...]
    max: tuple[IoMax, ...] | None


class Pressures(Struct, frozen=True):
    """Waiting for want of processor, memory, disk; None where the kernel does not account for it (psi=0, cgroup.pressure 0)."""

    cpu: Pressure | None
    memory: Pressure | None
    io: Pressure | None


class Group(Struct, frozen=True):
    """One group at one moment.

    `path` is told from the root that is observed, which is the empty path itself. `id` is the kernel's number for the
    group, which no later one gets: the same path with another id is another group. `read_at` is time.monotonic() of its CPU
    counters, `controllers` what it has got from above. `denied` are files that are there and may not be read.
    """

    path: str
    id: int
    read_at: float
    controllers: frozenset[str]
    events: CgroupEvents | None
    cpu: CpuStat | None
    share: Share | None
    memory: Memory | None
    pids: Pids | None
    io: Io | None
    pressure: Pressures
    denied: tuple[str, ...]


class Snapshot(Struct, frozen=True):
    """All groups of a subtree in the order of their paths, a parent before its children, read within milliseconds.

    `read_at` is time.monotonic() at the end. `denied` are paths of groups whose directory may not be opened: neither they nor
    what is below them is in here.
    """

    groups: tuple[Group, ...]
    read_at: float
    denied: tuple[str, ...] = ()

    def get(self, path: str) -> Group | None:
        """The group with this path, None where there is none."""
        return next((group for group in self.groups if group.path == path), None)


class Came(Struct, frozen=True, tag=True):
    """A group was made. `at` is time.monotonic() when it was noticed."""

    path: str
    id: int
    at: float


class Went(Struct, frozen=True, tag=True):
    """A group was removed."""

    path: str
    id: int
    at: float


class Changed(Struct, frozen=True, tag=True):
    """A line of one of a group's events files has another value: `memory.events`, `oom_kill`, from 0 to 1.

    The kernel tells of changes in bursts, so many may stand between `before` and `now`. Flags are 0 and 1.
    """

    path: str
    id: int
    file: str
    key: str
    before: int
    now: int
    at: float


Event = Came | Went | Changed
