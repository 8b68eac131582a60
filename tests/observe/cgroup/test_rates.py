"""Rates are differences over measured time, and nothing where there is no difference to be had."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from nslab.kernel.cgroup2.cpu import CpuStat
from nslab.kernel.cgroup2.io import IoStat
from nslab.kernel.cgroup2.pressure import Pressure, Stall
from nslab.observe.cgroup.rates import IoRate, Rates, Stalled, Throttled, rates
from nslab.observe.cgroup.values import Group, Io, Pressures, Snapshot

NO_PRESSURE = Pressures(None, None, None)
GROUP = Group(
    path="a",
    id=7,
    read_at=100.0,
    controllers=frozenset({"cpu"}),
    events=None,
    cpu=CpuStat(1_000_000, 0, 0, 10, 1, 500),
    share=None,
    memory=None,
    pids=None,
    io=None,
    pressure=NO_PRESSURE,
    denied=(),
)


def between(before: Group, now: Group) -> tuple[Rates, ...]:
    return rates(Snapshot((before,), before.read_at), Snapshot((now,), now.read_at), period_seconds=0.25)


def later(seconds: float = 0.25, **changed: Any) -> Group:
    return replace(GROUP, read_at=GROUP.read_at + seconds, **changed)


def pressure(some: int, full: int | None = None) -> Pressure:
    return Pressure(Stall(0, 0, 0, some), None if full is None else Stall(0, 0, 0, full))


def test_100_percent_is_one_processor_by_the_time_that_really_went_by() -> None:
    (slow,) = between(GROUP, later(0.5, cpu=CpuStat(2_000_000, 0, 0, 15, 4, 900_500)))
    assert (slow.seconds, slow.cpu_percent, slow.throttled) == (0.5, 200.0, Throttled(5, 3, 900_000))


def test_without_the_controller_there_is_no_throttling_rather_than_none_of_it() -> None:
    bare = CpuStat(0, 0, 0, None, None, None)
    (one,) = between(replace(GROUP, cpu=bare), later(cpu=bare))
    assert (one.cpu_percent, one.throttled) == (0.0, None)


def test_a_counter_that_fell_has_no_rate() -> None:
    (one,) = between(GROUP, later(cpu=CpuStat(5, 0, 0, 12, 1, 500)))
    assert (one.cpu_percent, one.throttled) == (None, Throttled(2, 0, 0))


def test_another_group_of_the_same_path_has_no_rates() -> None:
    assert between(GROUP, later(id=8)) == ()


def test_the_same_look_twice_has_no_rates() -> None:
    assert between(GROUP, GROUP) == ()


@pytest.mark.parametrize(("seconds", "gap"), [(0.25, False), (0.75, False), (0.76, True)])
def test_looks_more_than_three_beats_apart_leave_a_gap(seconds: float, gap: bool) -> None:
    (one,) = between(GROUP, later(seconds))
    assert one.gap is gap


def test_i_o_is_summed_over_devices_and_a_new_one_began_at_0() -> None:
    before = Io((IoStat("8:0", 1000, 0, 10, 0, 0, 0),), ())
    now = Io((IoStat("8:0", 2000, 0, 12, 0, 0, 0), IoStat("8:16", 0, 500, 0, 1, 0, 0)), ())
    (one,) = between(replace(GROUP, io=before), later(0.5, io=now))
    assert one.io == IoRate(rbytes=2000.0, wbytes=1000.0, rios=4.0, wios=2.0)


def test_i_o_of_a_controller_given_back_meanwhile_has_no_rate() -> None:
    before, now = (Io((IoStat("8:0", amount, 0, 0, 0, 0, 0),), ()) for amount in (1000, 10))
    (one,) = between(replace(GROUP, io=before), later(io=now))
    assert one.io is None
    (one,) = between(GROUP, later(io=now))
    assert one.io is None


def test_pressure_is_a_part_of_the_time_and_never_more_than_all_of_it() -> None:
    before = replace(GROUP, pressure=Pressures(pressure(0), pressure(0, 0), None))
    (one,) = between(before, later(0.5, pressure=Pressures(pressure(250_000), pressure(510_000, 100_000), pressure(9))))
    assert one.cpu_stalled == Stalled(0.5, None)
    assert one.memory_stalled == Stalled(1.0, 0.2)
    assert one.io_stalled is None
