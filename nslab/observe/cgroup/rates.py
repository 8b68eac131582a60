"""What groups did between two looks: differences of counters over the time that really went by, on the monotonic clock."""

from __future__ import annotations

from msgspec import Struct

from nslab.kernel.cgroup2.cpu import CpuStat
from nslab.kernel.cgroup2.io import IoStat
from nslab.kernel.cgroup2.pressure import Pressure, Stall
from nslab.observe.cgroup.values import Group, Io, Snapshot

GAP_PERIODS = 3  # later than so many beats, and what was in between is not known


class Throttled(Struct, frozen=True):
    """How often the quota of cpu.max ran out: in `throttled` of `periods` periods.

    `usec` is summed over CPUs and may be more than the time that went by: no share of anything.
    """

    periods: int
    throttled: int
    usec: int


class IoRate(Struct, frozen=True):
    """Bytes and operations a second, of all devices together."""

    rbytes: float
    wbytes: float
    rios: float
    wios: float


class Stalled(Struct, frozen=True):
    """Which part of the time, 0 to 1, some process, or all that had something to do, had to wait. `full` as in Pressure."""

    some: float
    full: float | None


class Rates(Struct, frozen=True):
    """What one group did in `seconds` that end at `read_at`. None: no such counter, or one that began anew meanwhile.

    `cpu_percent`: 100 is one CPU. `gap`: the looks lie so far apart that this is a mean over what nobody saw.
    """

    path: str
    id: int
    read_at: float
    seconds: float
    gap: bool
    cpu_percent: float | None
    throttled: Throttled | None
    io: IoRate | None
    cpu_stalled: Stalled | None
    memory_stalled: Stalled | None
    io_stalled: Stalled | None


def rates(before: Snapshot, now: Snapshot, period_seconds: float) -> tuple[Rates, ...]:
    """Of each group that is in both looks, in the order of the second. `period_seconds` is the beat they are meant to have.

    A group that was made anew under the same path has another id, and has no rates yet.
    """
    earlier = {group.id: group for group in before.groups}
    return tuple(
        _rates(was, group, period_seconds)
        for group in now.groups
        if (was := earlier.get(group.id)) is not None and was.read_at < group.read_at
    )


def _rates(before: Group, now: Group, period_seconds: float) -> Rates:
    seconds = now.read_at - before.read_at
    return Rates(
        path=now.path,
        id=now.id,
        read_at=now.read_at,
        seconds=seconds,
        gap=seconds > GAP_PERIODS * period_seconds,
        cpu_percent=_cpu_percent(before.cpu, now.cpu, seconds),
        throttled=_throttled(before.cpu, now.cpu),
        io=_io(before.io, now.io, seconds),
        cpu_stalled=_stalled(before.pressure.cpu, now.pressure.cpu, seconds),
        memory_stalled=_stalled(before.pressure.memory, now.pressure.memory, seconds),
        io_stalled=_stalled(before.pressure.io, now.pressure.io, seconds),
    )


def _grown(before: int | None, now: int | None) -> int | None:
    """None where one of both is missing, or the counter fell: then it is another's."""
    return None if before is None or now is None or now < before else now - before


def _cpu_percent(before: CpuStat | None, now: CpuStat | None, seconds: float) -> float | None:
    if before is None or now is None:
        return None
    used = _grown(before.usage_usec, now.usage_usec)
    return None if used is None else used / seconds / 1e4


def _throttled(before: CpuStat | None, now: CpuStat | None) -> Throttled | None:
    if before is None or now is None:
        return None
    periods = _grown(before.nr_periods, now.nr_periods)
    throttled = _grown(before.nr_throttled, now.nr_throttled)
    usec = _grown(before.throttled_usec, now.throttled_usec)
    return None if periods is None or throttled is None or usec is None else Throttled(periods, throttled, usec)


def _io(before: Io | None, now: Io | None, seconds: float) -> IoRate | None:
    """A device that has a line only now has begun at 0."""
    if before is None or now is None:
        return None
    earlier = {one.device: one for one in before.stat}
    sums = [0, 0, 0, 0]
    for one in now.stat:
        grown = [_grown(*pair) for pair in zip(_figures(earlier.get(one.device)), _figures(one), strict=True)]
        if None in grown:
            return None
        sums = [total + (more or 0) for total, more in zip(sums, grown, strict=True)]
    return IoRate(*(total / seconds for total in sums))


def _figures(stat: IoStat | None) -> tuple[int, int, int, int]:
    return (0, 0, 0, 0) if stat is None else (stat.rbytes, stat.wbytes, stat.rios, stat.wios)


def _stalled(before: Pressure | None, now: Pressure | None, seconds: float) -> Stalled | None:
    if before is None or now is None:
        return None
    some = _part(before.some, now.some, seconds)
    return None if some is None else Stalled(some, _part(before.full, now.full, seconds))


def _part(before: Stall | None, now: Stall | None, seconds: float) -> float | None:
    """The kernel brings its totals up to date when it is asked, a little before or after us: never more than all of the time."""
    if before is None or now is None:
        return None
    usec = _grown(before.total_usec, now.total_usec)
    return None if usec is None else min(usec / seconds / 1e6, 1.0)
