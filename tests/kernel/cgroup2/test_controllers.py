"""The files of each controller, as kernels of several ages write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.kernel.cgroup2.core import (
    CgroupEvents,
    GroupType,
    parse_cgroup_events,
    parse_controllers,
    parse_procs,
    parse_type,
)
from nslab.kernel.cgroup2.cpu import CpuMax, CpuStat, parse_cpu_max, parse_cpu_stat
from nslab.kernel.cgroup2.formats import Limit, MalformedCgroup
from nslab.kernel.cgroup2.io import IoMax, IoStat, asked_of_io, parse_io_max, parse_io_stat
from nslab.kernel.cgroup2.memory import MemoryEvents, MemoryStat, parse_memory_events, parse_memory_stat
from nslab.kernel.cgroup2.pids import PidsEvents, parse_pids_events
from nslab.kernel.cgroup2.pressure import Pressure, Stall, parse_pressure

NUMBERS = st.integers(0, 2**63)
LIMITS = st.none() | NUMBERS
PSI = b"some avg10=1.25 avg60=0.50 avg300=0.00 total=%d\n"


def test_cpu_stat_without_the_controller_has_no_periods_and_not_0_of_them() -> None:
    assert parse_cpu_stat(b"usage_usec 3\nuser_usec 1\nsystem_usec 2\nnice_usec 0\n") == CpuStat(
        3, 1, 2, None, None, None
    )


def test_cpu_stat_with_the_controller_has_them_and_keys_to_come_are_passed_over() -> None:
    content = (
        b"usage_usec 3\nuser_usec 1\nsystem_usec 2\nnr_periods 7\nnr_throttled 5\nthrottled_usec 9\nnew_key what?\n"
    )
    assert parse_cpu_stat(content) == CpuStat(3, 1, 2, 7, 5, 9)


@given(LIMITS, NUMBERS)
def test_what_is_written_to_cpu_max_is_what_is_read_from_it(quota: int | None, period: int) -> None:
    written = CpuMax(quota, period)
    assert parse_cpu_max(f"{written.text}\n".encode()) == written


@pytest.mark.parametrize("content", [b"max\n", b"1 2 3\n", b"1 max\n"])
def test_cpu_max_is_a_quota_and_a_period(content: bytes) -> None:
    with pytest.raises(MalformedCgroup):
        parse_cpu_max(content)


def test_memory_by_kind_and_before_5_18_nothing_on_the_kernel_s_part() -> None:
    content = b"anon 10\nfile 30\nkernel 4\nshmem 20\nthp_fault_alloc 0\n"
    assert parse_memory_stat(content) == MemoryStat(10, 30, 20, 4)
    assert parse_memory_stat(content.replace(b"kernel 4\n", b"")) == MemoryStat(10, 30, 20, None)


def test_memory_events_and_before_5_17_nothing_on_groups_killed() -> None:
    content = b"low 0\nhigh 1\nmax 2\noom 3\noom_kill 4\noom_group_kill 5\n"
    assert parse_memory_events(content) == MemoryEvents(0, 1, 2, 3, 4, 5)
    assert parse_memory_events(content.replace(b"oom_group_kill 5\n", b"")) == MemoryEvents(0, 1, 2, 3, 4, None)


def test_forks_refused() -> None:
    assert parse_pids_events(b"max 34\n") == PidsEvents(34)


def test_io_stat_is_a_line_for_each_device_that_did_something() -> None:
    content = b"254:0 \n8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6 cost.vrate=100.00\n"
    assert parse_io_stat(content) == (IoStat("8:0", 1, 2, 3, 4, 5, 6),)


def test_io_stat_where_the_kernel_forgot_newlines_gives_figures_to_the_device_right_before_them() -> None:
    content = b"8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n7:7 7:6 7:5 rbytes=9 wbytes=0 rios=2 wios=0\n"
    assert parse_io_stat(content) == (IoStat("8:0", 1, 2, 3, 4, 5, 6), IoStat("7:5", 9, 0, 2, 0, None, None))


def test_a_path_below_a_multipath_device_has_no_name_and_is_passed_over() -> None:
    assert parse_io_stat(b"(unknown) rbytes=0 wbytes=0 rios=6 wios=0 dbytes=0 dios=0\n") == ()


def test_an_io_stat_line_cut_short_is_refused() -> None:
    with pytest.raises(MalformedCgroup):
        parse_io_stat(b"8:0 rbytes=1 wbytes=2\n")


@given(st.tuples(LIMITS, LIMITS, LIMITS, LIMITS))
def test_what_is_written_to_io_max_is_what_is_read_from_it(amounts: tuple[int | None, ...]) -> None:
    written = IoMax("8:16", *("max" if amount is None else amount for amount in amounts))
    assert parse_io_max(f"{written.text}\n".encode()) == (written,)


@given(st.lists(st.none() | st.just("max") | NUMBERS, min_size=4, max_size=4).filter(any))
def test_what_is_not_asked_of_io_max_is_not_written(amounts: list[Limit | None]) -> None:
    written = IoMax("8:16", *amounts)
    told = zip(("rbps", "wbps", "riops", "wiops"), amounts, strict=True)
    assert written.text.split()[1:] == [f"{key}={amount}" for key, amount in told if amount is not None]
    assert asked_of_io(written.text) == written


@given(NUMBERS, NUMBERS)
def test_pressure_is_two_lines(some: int, full: int) -> None:
    content = PSI % some + (PSI % full).replace(b"some", b"full")
    assert parse_pressure(content) == Pressure(Stall(1.25, 0.5, 0.0, some), Stall(1.25, 0.5, 0.0, full))


def test_before_5_13_the_cpu_s_pressure_is_one_line() -> None:
    assert parse_pressure(PSI % 7) == Pressure(Stall(1.25, 0.5, 0.0, 7), None)


@pytest.mark.parametrize("content", [b"", b"full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n", b"some avg10=nan\n"])
def test_pressure_without_its_first_line_or_its_averages_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedCgroup):
        parse_pressure(content)


def test_cgroup_events_and_before_5_2_nothing_on_freezing() -> None:
    assert parse_cgroup_events(b"populated 1\nfrozen 0\n") == CgroupEvents(populated=True, frozen=False)
    assert parse_cgroup_events(b"populated 0\n") == CgroupEvents(populated=False, frozen=None)


def test_controllers_are_words_and_may_be_none_at_all() -> None:
    assert parse_controllers(b"cpu io memory\n") == {"cpu", "io", "memory"}
    assert parse_controllers(b"\n") == frozenset()


def test_processes_are_sorted_and_told_once_and_0_is_one_out_of_sight() -> None:
    assert parse_procs(b"30\n7\n0\n30\n") == (0, 7, 30)


@pytest.mark.parametrize("kind", GroupType)
def test_a_type_is_one_of_the_kernel_s_words(kind: GroupType) -> None:
    assert parse_type(f"{kind}\n".encode()) is kind


def test_another_type_is_refused() -> None:
    with pytest.raises(MalformedCgroup):
        parse_type(b"domain invented\n")
