"""Causes: which of the kernel's counts make one, what it says, and which of them are one spell."""

from __future__ import annotations

from msgspec.structs import replace

from nslab.kernel.cgroup2.core import CgroupEvents
from nslab.kernel.cgroup2.cpu import CpuMax
from nslab.kernel.cgroup2.memory import MemoryEvents
from nslab.kernel.cgroup2.pids import PidsEvents
from nslab.observe.cgroup.causes import Cause, Happening, Turn, merged, throttled, told, turned
from nslab.observe.cgroup.rates import Rates, Throttled
from nslab.observe.cgroup.values import Came, Changed, Group, Memory, Pids, Pressures, Share

MIB = 1024 * 1024
GROUP = Group(
    path="box",
    id=7,
    read_at=10.0,
    controllers=frozenset(),
    events=CgroupEvents(populated=True, frozen=False),
    cpu=None,
    share=Share(100, CpuMax(None, 100_000)),
    memory=Memory(MIB, 16 * MIB, 32 * MIB, None, None, MemoryEvents(0, 0, 0, 0, 0, 0), None),
    pids=Pids(1, 20, None, PidsEvents(0)),
    io=None,
    pressure=Pressures(None, None, None),
    denied=(),
)


def happened(file: str, key: str, before: int, now: int, at: float = 11.0, path: str = "box") -> Changed:
    return Changed(path, 7, file, key, before, now, at)


def causes(*events: Changed | Came) -> list[Cause]:
    return list(told(events, {"box": GROUP}))


def test_a_count_that_rose_is_a_cause_with_how_much_and_the_limit_of_that_moment() -> None:
    found = causes(
        happened("memory.events", "oom_kill", 0, 1),
        happened("memory.events.local", "high", 3, 10),
        happened("pids.events", "max", 2, 36),
    )
    assert [(one.happening, one.amount, one.limit) for one in found] == [
        (Happening.KILLED, 1, 32 * MIB),
        (Happening.HELD, 7, 16 * MIB),
        (Happening.REFUSED, 34, 20),
    ]


def test_what_a_person_need_not_be_told_is_no_cause() -> None:
    assert causes(happened("cgroup.events", "populated", 0, 1), happened("memory.events", "oom", 0, 1)) == []
    assert causes(happened("memory.events", "max", 0, 9)) == [], "it may have been the limit of a group below"
    assert causes(Came("box", 7, 11.0)) == []


def test_freezing_and_thawing_are_two() -> None:
    found = causes(happened("cgroup.events", "frozen", 0, 1), happened("cgroup.events", "frozen", 1, 0))
    assert [one.happening for one in found] == [Happening.FROZEN, Happening.THAWED]


def test_a_group_that_is_not_in_the_look_has_no_limit_to_tell() -> None:
    (found,) = causes(happened("memory.events", "oom_kill", 0, 1, path="gone"))
    assert found.limit is None


def rate(at: float, stopped: Throttled | None) -> Rates:
    return Rates("box", 7, at, 0.25, False, 20.0, stopped, None, None, None, None)


def test_throttling_begins_with_the_look_before_and_only_where_the_quota_ran_out() -> None:
    looks = [rate(10.25, None), rate(10.5, Throttled(2, 0, 0)), rate(10.75, Throttled(3, 2, 180_000))]
    (found,) = throttled(looks)
    assert (found.at, found.until, found.amount, found.periods) == (10.5, 10.75, 180_000, (2, 3))


def test_what_goes_on_within_a_second_is_one_spell_and_after_it_another() -> None:
    looks = [rate(at, Throttled(2, 1, 50_000)) for at in (10.0, 10.25, 10.5, 12.0)]
    first, second = merged((), list(throttled(looks)))
    assert (first.at, first.until, first.amount, first.periods) == (9.75, 10.5, 150_000, (3, 6))
    assert (second.at, second.amount) == (11.75, 50_000)


def test_spells_of_two_groups_and_of_two_sorts_stay_apart() -> None:
    (other,) = causes(happened("memory.events", "oom_kill", 0, 1))
    others = [other, replace(other, id=8), replace(other, happening=Happening.MET)]
    assert len(merged((), others)) == 3
    assert len(merged((other,), [replace(other, at=11.5, until=11.5)])) == 1


def test_a_limit_that_was_turned_says_which_and_what_it_is_now() -> None:
    limited = replace(
        GROUP,
        read_at=12.0,
        share=Share(100, CpuMax(20_000, 100_000)),
        memory=None,
        pids=replace(GROUP.pids, max=None) if GROUP.pids else None,
    )
    assert [(one.at, one.turn) for one in turned(GROUP, limited)] == [
        (12.0, Turn("cpu.max", 2000)),
        (12.0, Turn("pids.max", None)),
    ]
    assert list(turned(GROUP, GROUP)) == []
