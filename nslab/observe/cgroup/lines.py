"""A look as flat lines for other programs, one a group: no nesting, so that a table can hold the same. Pure."""

from __future__ import annotations

from msgspec import Struct

from nslab.observe.cgroup.history import History, Moment
from nslab.observe.cgroup.values import Group


class Line(Struct, frozen=True):
    """One group at one look. None: the group has no such thing, or no such limit; rates are means since the look before.

    `time` is seconds since the epoch, in a replay those of the recording machine's own clock. `path` is told from the top,
    which is `/`. `cpu_percent`: 100 is one CPU. `*_stalled`: part of the time, 0 to 1, in which some process waited. Counters
    such as `oom_kills` count since the group was made. Bytes are bytes.
    """

    time: float
    path: str
    seconds: float | None
    cpu_percent: float | None
    cpu_max_percent: float | None
    cpu_weight: int | None
    throttled_usec: int | None
    memory: int | None
    memory_anon: int | None
    memory_file: int | None
    memory_shmem: int | None
    memory_high: int | None
    memory_max: int | None
    swap: int | None
    oom_kills: int | None
    pids: int | None
    pids_max: int | None
    forks_refused: int | None
    read_per_second: float | None
    written_per_second: float | None
    cpu_stalled: float | None
    memory_stalled: float | None
    io_stalled: float | None


def lines(history: History, clock: float) -> list[Line]:
    """The last look of a history. `clock` is what its times are told by: the epoch's seconds when its own clock was at 0."""
    return [_line(history.moments[-1], path, clock) for path in history.samples]


def _line(moment: Moment, path: str, clock: float) -> Line:
    sample = moment.samples[path]
    group, did = sample.group, sample.rates
    memory, pids, share = group.memory, group.pids, group.share
    stat = memory.stat if memory else None
    io, throttled = (did.io, did.throttled) if did else (None, None)
    return Line(
        time=round(clock + group.read_at, 3),
        path=f"/{path}",
        seconds=_short(did.seconds if did else None),
        cpu_percent=_short(did.cpu_percent if did else None),
        cpu_max_percent=_quota(group),
        cpu_weight=share.weight if share else None,
        throttled_usec=throttled.usec if throttled else None,
        memory=memory.current if memory else None,
        memory_anon=stat.anon if stat else None,
        memory_file=stat.file if stat else None,
        memory_shmem=stat.shmem if stat else None,
        memory_high=memory.high if memory else None,
        memory_max=memory.max if memory else None,
        swap=memory.swap.current if memory and memory.swap else None,
        oom_kills=memory.events.oom_kill if memory else None,
        pids=pids.current if pids else None,
        pids_max=pids.max if pids else None,
        forks_refused=pids.events.max if pids else None,
        read_per_second=_short(io.rbytes if io else None),
        written_per_second=_short(io.wbytes if io else None),
        cpu_stalled=_short(did.cpu_stalled.some if did and did.cpu_stalled else None),
        memory_stalled=_short(did.memory_stalled.some if did and did.memory_stalled else None),
        io_stalled=_short(did.io_stalled.some if did and did.io_stalled else None),
    )


def _quota(group: Group) -> float | None:
    quota = group.share.max.quota_usec if group.share else None
    return None if quota is None or group.share is None else quota * 100 / group.share.max.period_usec


def _short(value: float | None) -> float | None:
    """More digits than are known are noise."""
    return None if value is None else round(value, 4)
