"""The last minute of a subtree, as a value: each look with the rates since the one before, and what happened. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from nslab.observe.cgroup.causes import Cause, merged, throttled, told, turned
from nslab.observe.cgroup.rates import GAP_PERIODS, Rates, rates
from nslab.observe.cgroup.recording import Frame
from nslab.observe.cgroup.values import Event, Group, Snapshot

WINDOW_SECONDS = 60.0
SPANS_SECONDS = (10.0, 30.0, WINDOW_SECONDS)
STEADY_SECONDS = 1.0  # figures are means over so long: the kernel counts by ticks, and a beat is few of them


class Sample(Struct, frozen=True):
    """A group at one look, and what it did since the one before; no rates where that saw another group, or none."""

    group: Group
    rates: Rates | None


class Moment(Struct, frozen=True):
    """One look. `gap`: nobody knows what was between it and the one before."""

    at: float
    gap: bool
    samples: dict[str, Sample]


class Point(Struct, frozen=True):
    """A value at a time. None: there was none. `apart`: nothing is known of the way to it, no line leads there."""

    at: float
    value: float | None
    apart: bool


class History(Struct, frozen=True):
    """Looks of the last minute, the oldest first, and causes in the order in which they began. `now` is the end of it."""

    period_seconds: float
    moments: tuple[Moment, ...] = ()
    causes: tuple[Cause, ...] = ()
    last: Snapshot | None = None
    now: float = 0.0

    @property
    def samples(self) -> dict[str, Sample]:
        """The last look's, by path."""
        return self.moments[-1].samples if self.moments else {}

    @property
    def span(self) -> float:
        """Seconds that a graph of it shows: a minute, and less while less was seen."""
        seen = self.now - self.moments[0].at if self.moments else 0.0
        return next((span for span in SPANS_SECONDS if span >= seen), WINDOW_SECONDS)

    def causes_of(self, path: str) -> tuple[Cause, ...]:
        """What befell the group that is at a path now, or was there last."""
        here = {moment.samples[path].group.id for moment in self.moments[-1:] if path in moment.samples}
        return tuple(cause for cause in self.causes if cause.path == path and (not here or cause.id in here))


def remember(history: History, frame: Frame) -> History:
    """The history with one look more; what is older than a minute is forgotten."""
    last, now = history.last, frame.snapshot
    found = rates(last, now, history.period_seconds) if last is not None else ()
    by_id = {one.id: one for one in found}
    samples = {group.path: Sample(group, by_id.get(group.id)) for group in now.groups}
    gap = last is not None and now.read_at - last.read_at > GAP_PERIODS * history.period_seconds
    moments = (*history.moments, Moment(now.read_at, gap, samples))
    groups = {group.path: group for group in now.groups}
    new = [*_turned(last, groups), *told(frame.events, groups), *throttled(found)]
    begin = now.read_at - WINDOW_SECONDS
    return History(
        period_seconds=history.period_seconds,
        moments=tuple(moment for moment in moments if moment.at >= begin),
        causes=tuple(cause for cause in merged(history.causes, new) if cause.until >= begin),
        last=now,
        now=max(now.read_at, history.now),
    )


def note(history: History, events: Sequence[Event]) -> History:
    """The history with what has happened since the last look, before there is another."""
    groups = {} if history.last is None else {group.path: group for group in history.last.groups}
    now = max((history.now, *(event.at for event in events)))
    return replace(history, causes=merged(history.causes, list(told(events, groups))), now=now)


def level(history: History, path: str, value: Callable[[Group], float | None]) -> tuple[Point, ...]:
    """How much there was at each look, such as memory.current. A group made anew at the path stands apart from the one before."""
    points, before = [], None
    for moment in history.moments:
        sample = moment.samples.get(path)
        id_ = None if sample is None else sample.group.id
        points.append(Point(moment.at, None if sample is None else value(sample.group), moment.gap or id_ != before))
        before = id_
    return tuple(points)


def rate(history: History, path: str, value: Callable[[Rates], float | None]) -> tuple[Point, ...]:
    """How fast it went between looks, such as CPU time. A mean over what nobody saw is no value."""
    points = []
    for moment in history.moments:
        sample = moment.samples.get(path)
        found = None if sample is None or sample.rates is None or sample.rates.gap else value(sample.rates)
        points.append(Point(moment.at, found, moment.gap))
    return tuple(points)


def steady(history: History, path: str, value: Callable[[Rates], float | None]) -> float | None:
    """A rate's mean over the last second, each look by the time it stands for; None where the last look has none."""
    total = seconds = 0.0
    for moment in reversed(history.moments):
        sample = moment.samples.get(path)
        found = None if sample is None or sample.rates is None else value(sample.rates)
        if sample is None or sample.rates is None or found is None:
            break
        total += found * sample.rates.seconds
        seconds += sample.rates.seconds
        if seconds >= STEADY_SECONDS:
            break
    return total / seconds if seconds else None


def _turned(last: Snapshot | None, now: dict[str, Group]) -> list[Cause]:
    before = () if last is None else last.groups
    return [
        cause for was in before if (group := now.get(was.path)) and group.id == was.id for cause in turned(was, group)
    ]
