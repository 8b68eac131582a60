"""From what was seen of a group to the bands that are drawn of it: which curves, which limits, on which scale. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nslab.observe.cgroup.causes import Cause
from nslab.observe.cgroup.history import History, Point, level, rate, steady
from nslab.observe.cgroup.rates import Rates, Stalled
from nslab.observe.cgroup.values import Group
from nslab.tui.faces import MUTE, TEXT, Face, Role
from nslab.tui.graph.bands import Band, Curve, Fill, Limit, top_of
from nslab.tui.graph.figures import percent, size, speed
from nslab.tui.graph.said import band_of
from nslab.words import Words

CPU, MEMORY, PIDS, IO = "cpu", "memory", "pids", "io"
STALLS = ("memory-stalled", "cpu-stalled", "io-stalled")
LEAST_CPU, LEAST_BYTES, LEAST_PIDS, LEAST_SPEED = 10.0, 1024.0**2, 5.0, 64 * 1024.0
ALL_TIME = 100.0  # percent


def cpu_limit(group: Group) -> float | None:
    """cpu.max as percent of one CPU."""
    quota = None if group.share is None else group.share.max.quota_usec
    return None if quota is None or group.share is None else quota * 100 / group.share.max.period_usec


def bands(history: History, path: str, words: Words, ink: Role = Role.TEXT) -> tuple[Band, ...]:
    """All that there is to draw of a group, the processor first."""
    causes = history.causes_of(path)
    made = [make(history, path, causes, words, ink) for make in (_cpu, _memory, _pids, _io)]
    made += [_stalls(history, path, name, words) for name in STALLS]
    return tuple(band for band in made if band is not None)


def lacks(history: History, path: str) -> tuple[str, ...]:
    """Controllers that the group has not, of those that would be drawn."""
    sample = history.samples.get(path)
    if sample is None:
        return ()
    group = sample.group
    there = {MEMORY: group.memory, PIDS: group.pids, IO: group.io}
    return tuple(name for name, part in there.items() if part is None)


def multiples(history: History, paths: Sequence[str], name: str, words: Words, ink: Role = Role.TEXT) -> list[Band]:
    """The same of several groups, on one scale: who takes from whom is seen. Those that have none of it are left out."""
    make = {CPU: _cpu, MEMORY: _memory, PIDS: _pids, IO: _io}[name]
    made = [(path, make(history, path, history.causes_of(path), words, ink)) for path in paths]
    found = [(path, band) for path, band in made if band is not None]
    if not found:
        return []
    top = max(band.top for _, band in found)
    says = next(band.says for _, band in found if band.top == top)
    return [_titled(band, top, says, path or "/") for path, band in found]


def _titled(band: Band, top: float, says: str, path: str) -> Band:
    curves = band.curves[-1:] if band.name == MEMORY else band.curves
    return Band(
        band.name, curves, band.limits, band.causes, top, says, band.shaded, title=path.rpartition("/")[2] or "/"
    )


def _own(causes: Sequence[Cause], name: str) -> tuple[Cause, ...]:
    return tuple(cause for cause in causes if band_of(cause) == name)


def _last(points: Sequence[Point]) -> float | None:
    return points[-1].value if points else None


def _some(points: Sequence[Point]) -> bool:
    return any(point.value is not None for point in points)


def _cpu(history: History, path: str, causes: Sequence[Cause], words: Words, ink: Role) -> Band | None:
    points = rate(history, path, lambda one: one.cpu_percent)
    sample = history.samples.get(path)
    if sample is None or sample.group.cpu is None:
        return None
    now = steady(history, path, lambda one: one.cpu_percent)
    curve = Curve(words("graph.cpu"), "" if now is None else percent(now), points, Face(ink, bold=True), Fill.TINT)
    limit = _limit(history, path, cpu_limit, "cpu.max", percent)
    top = top_of([curve], limit, least=LEAST_CPU)
    return Band(CPU, (curve,), limit, _own(causes, CPU), top, percent(top), rate(history, path, _throttled_part))


def _throttled_part(one: Rates) -> float | None:
    return (
        None if one.throttled is None or not one.throttled.periods else one.throttled.throttled / one.throttled.periods
    )


def _limit(
    history: History, path: str, value: Callable[[Group], float | None], file: str, said: Callable[[float], str]
) -> tuple[Limit, ...]:
    points = level(history, path, value)
    now = _last(points)
    return (Limit(file, "" if now is None else said(now), points),) if _some(points) else ()


def _memory(history: History, path: str, causes: Sequence[Cause], words: Words, ink: Role) -> Band | None:
    sample = history.samples.get(path)
    if sample is None or sample.group.memory is None:
        return None
    current = level(history, path, lambda group: None if group.memory is None else group.memory.current)
    detailed = sample.group.memory.stat is not None
    fill = Fill.NONE if detailed else Fill.TINT
    total = Curve("memory.current", size(sample.group.memory.current), current, Face(ink, bold=True), fill)
    limits = (
        *_limit(history, path, lambda group: group.memory.max if group.memory else None, "memory.max", size),
        *_limit(history, path, lambda group: group.memory.high if group.memory else None, "memory.high", size),
    )
    curves = (*_kinds(history, path, ink), total)
    top = top_of(curves, limits, least=LEAST_BYTES, binary=True)
    return Band(MEMORY, curves, limits, _own(causes, MEMORY), top, size(top))


def _kinds(history: History, path: str, ink: Role) -> tuple[Curve, ...]:
    """What memory is made of, one upon the other: what can't be dropped lies at the bottom. `file` counts shmem, too."""

    def upto(*kinds: str) -> tuple[Point, ...]:
        def value(group: Group) -> float | None:
            stat = None if group.memory is None else group.memory.stat
            return None if stat is None else float(sum(getattr(stat, kind) for kind in kinds))

        return level(history, path, value)

    sample = history.samples[path].group.memory
    stat = None if sample is None else sample.stat
    if stat is None:
        return ()
    curves = [Curve("anon", size(stat.anon), upto("anon"), Face(ink), Fill.TINT)]
    if stat.shmem:
        curves.append(Curve("shmem", size(stat.shmem), upto("anon", "shmem"), TEXT, Fill.HATCH))
    if stat.file > stat.shmem:
        curves.append(Curve("file", size(stat.file - stat.shmem), upto("anon", "file"), MUTE))
    return tuple(curves)


def _pids(history: History, path: str, causes: Sequence[Cause], words: Words, ink: Role) -> Band | None:
    sample = history.samples.get(path)
    if sample is None or sample.group.pids is None:
        return None
    points = level(history, path, lambda group: None if group.pids is None else float(group.pids.current))
    curve = Curve("pids.current", str(sample.group.pids.current), points, Face(ink, bold=True), Fill.TINT)
    limits = _limit(history, path, lambda group: group.pids.max if group.pids else None, "pids.max", _count)
    top = top_of([curve], limits, least=LEAST_PIDS)
    return Band(PIDS, (curve,), limits, _own(causes, PIDS), top, _count(top))


def _count(amount: float) -> str:
    return str(round(amount))


def _io(history: History, path: str, causes: Sequence[Cause], words: Words, ink: Role) -> Band | None:
    """Nothing is drawn of disks that nobody used for a minute."""
    read = rate(history, path, lambda one: None if one.io is None else one.io.rbytes)
    written = rate(history, path, lambda one: None if one.io is None else one.io.wbytes)
    if not any(point.value for point in (*read, *written)):
        return None
    curves = tuple(
        Curve(words(f"graph.{label}"), "" if now is None else speed(now), points, face)
        for label, points, face, now in (
            ("read", read, Face(ink), steady(history, path, lambda one: None if one.io is None else one.io.rbytes)),
            ("written", written, MUTE, steady(history, path, lambda one: None if one.io is None else one.io.wbytes)),
        )
    )
    top = top_of(curves, (), least=LEAST_SPEED, binary=True)
    return Band(IO, curves, (), _own(causes, IO), top, speed(top))


def _stalls(history: History, path: str, name: str, words: Words) -> Band | None:
    """Which part of the time somebody waited: all of it is the scale, so that a little looks like little."""
    field = name.replace("-", "_")

    def part(one: Rates) -> float | None:
        stalled: Stalled | None = getattr(one, field)
        return None if stalled is None else stalled.some * ALL_TIME

    points = rate(history, path, part)
    if not _some(points):
        return None
    now = steady(history, path, part)
    figure = "" if now is None else percent(now)
    curve = Curve(words(f"graph.{name}"), figure, points, MUTE, Fill.TINT)
    return Band(name, (curve,), (), (), ALL_TIME, percent(ALL_TIME))
