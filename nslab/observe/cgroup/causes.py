"""Why a curve bends where it does: what befell a group, or was done to it, at a moment. Pure.

Many of the kernel's small events are one cause to a person: throttled in every period for three seconds is one spell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from nslab.observe.cgroup.rates import Rates
from nslab.observe.cgroup.values import Changed, Event, Group

SPELL_SECONDS = 1.0  # what happens again sooner than this is still the same spell


class Happening(StrEnum):
    """What it was. `amount` of a Cause is, for each: see there."""

    THROTTLED = "throttled"  # the quota of cpu.max ran out: microseconds that its CPUs stood waiting
    KILLED = "killed"  # processes killed for want of memory, in the group or below; for its limit if that was MET, too
    MET = "met"  # its memory.max was met, and memory won back: times
    HELD = "held"  # memory.high was passed, and the group slowed down: times
    REFUSED = "refused"  # fork(2) refused by pids.max: times
    FROZEN = "frozen"
    THAWED = "thawed"
    TURNED = "turned"  # a limit has another value


class Turn(Struct, frozen=True):
    """A limit that was changed: the file, and what it holds now; None is `max`."""

    file: str
    value: int | None


class Cause(Struct, frozen=True):
    """From `at` to `until`, of time.monotonic(). `limit` is what the group's limit was then; None is none, or not known.

    `periods` of THROTTLED: in how many of how many periods.
    """

    happening: Happening
    path: str
    id: int
    at: float
    until: float
    amount: int = 0
    limit: int | None = None
    periods: tuple[int, int] = (0, 0)
    turn: Turn | None = None


_COUNTED = {
    ("memory.events", "oom_kill"): Happening.KILLED,
    ("memory.events.local", "max"): Happening.MET,
    ("memory.events.local", "high"): Happening.HELD,
    ("pids.events", "max"): Happening.REFUSED,
}


def told(events: Sequence[Event], groups: dict[str, Group]) -> Iterator[Cause]:
    """Causes that the kernel tells of by events. `groups` are those of the last look, by path, for their limits."""
    for event in events:
        if not isinstance(event, Changed):
            continue
        if event.key == "frozen":
            happening = Happening.FROZEN if event.now else Happening.THAWED
            yield Cause(happening, event.path, event.id, event.at, event.at)
        elif counted := _COUNTED.get((event.file, event.key)):
            amount, limit = event.now - event.before, _limit(counted, groups.get(event.path))
            yield Cause(counted, event.path, event.id, event.at, event.at, amount, limit)


def throttled(rates: Sequence[Rates]) -> Iterator[Cause]:
    """What only counters tell of: cpu.stat never wakes anybody."""
    for one in rates:
        spent = one.throttled
        if spent is not None and spent.throttled:
            begun = one.read_at - one.seconds
            periods = spent.throttled, spent.periods
            yield Cause(Happening.THROTTLED, one.path, one.id, begun, one.read_at, spent.usec, periods=periods)


def turned(before: Group, now: Group) -> Iterator[Cause]:
    """Limits that somebody changed between two looks at a group."""
    earlier, later = _limits(before), _limits(now)
    for file, value in later.items():
        if file in earlier and earlier[file] != value:
            yield Cause(Happening.TURNED, now.path, now.id, now.read_at, now.read_at, turn=Turn(file, value))


def merged(causes: Sequence[Cause], more: Sequence[Cause]) -> tuple[Cause, ...]:
    """`causes` with `more` after them: what goes on is added to its spell."""
    known = list(causes)
    for one in more:
        at = next((at for at, other in enumerate(known) if _goes_on(other, one)), None)
        if at is None:
            known.append(one)
        else:
            known[at] = _added(known[at], one)
    return tuple(known)


def _goes_on(before: Cause, now: Cause) -> bool:
    same = (before.happening, before.id, before.turn) == (now.happening, now.id, now.turn)
    return same and now.happening in _SPELLS and now.at - before.until < SPELL_SECONDS


_SPELLS = frozenset((Happening.THROTTLED, *_COUNTED.values()))


def _added(before: Cause, now: Cause) -> Cause:
    periods = before.periods[0] + now.periods[0], before.periods[1] + now.periods[1]
    return replace(before, until=max(before.until, now.until), amount=before.amount + now.amount, periods=periods)


def _limit(happening: Happening, group: Group | None) -> int | None:
    if group is None:
        return None
    if happening is Happening.REFUSED:
        return None if group.pids is None else group.pids.max
    if group.memory is None:
        return None
    return group.memory.high if happening is Happening.HELD else group.memory.max


def _limits(group: Group) -> dict[str, int | None]:
    """Each limit by its file. That of cpu.max is told in hundredths of a percent of one CPU."""
    found: dict[str, int | None] = {}
    if group.share is not None:
        quota = group.share.max.quota_usec
        found["cpu.weight"] = group.share.weight
        found["cpu.max"] = None if quota is None else quota * 10_000 // group.share.max.period_usec
    if group.memory is not None:
        found |= {"memory.high": group.memory.high, "memory.max": group.memory.max}
    if group.pids is not None:
        found["pids.max"] = group.pids.max
    return found
