"""The last minute: what is kept of it, where it has gaps, and what of it is a steady figure."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from nslab.kernel.cgroup2.cpu import CpuStat
from nslab.observe.cgroup.causes import Happening
from nslab.observe.cgroup.history import WINDOW_SECONDS, History, level, note, rate, remember, steady
from nslab.observe.cgroup.rates import Rates
from nslab.observe.cgroup.recording import Frame, Recording
from nslab.observe.cgroup.values import Changed, Group, Pressures, Snapshot

PERIOD = 0.25
OOM = Path(__file__).parents[1] / "recorded" / "oom.jsonl"


def group(at: float, usage_usec: int = 0, path: str = "box", id_: int = 7) -> Group:
    cpu = CpuStat(usage_usec, usage_usec, 0, None, None, None)
    nothing = Pressures(None, None, None)
    return Group(path, id_, at, frozenset(), None, cpu, None, None, None, None, nothing, ())


def look(at: float, *groups: Group) -> Frame:
    return Frame(Snapshot(groups or (group(at),), at), ())


def told(*looks: Frame) -> History:
    history = History(PERIOD)
    for one in looks:
        history = remember(history, one)
    return history


def usage(one: Group) -> float | None:
    return None if one.cpu is None else float(one.cpu.usage_usec)


def percent(one: Rates) -> float | None:
    return one.cpu_percent


def test_what_is_older_than_a_minute_is_forgotten() -> None:
    history = told(*(look(float(at)) for at in range(100)))
    assert history.moments[0].at == 99 - WINDOW_SECONDS
    assert (history.now, history.span) == (99.0, WINDOW_SECONDS)


def test_a_graph_of_little_is_not_squeezed_into_a_corner() -> None:
    assert History(PERIOD).span == 10
    assert told(look(0.0), look(9.0)).span == 10
    assert told(look(0.0), look(11.0)).span == 30


def test_a_look_that_came_late_leaves_a_gap_and_a_rate_over_it_is_no_value() -> None:
    looks = [look(at, group(at, int(at * 500_000))) for at in (0.0, 0.25, 0.5, 2.0, 2.25)]
    history = told(*looks)
    assert [point.apart for point in level(history, "box", usage)] == [True, False, False, True, False]
    assert [point.value for point in rate(history, "box", percent)] == [None, 50.0, 50.0, None, 50.0]


def test_a_group_made_anew_at_the_path_is_not_joined_to_the_one_before() -> None:
    history = told(look(0.0), look(0.25, group(0.25, id_=8)), look(0.5, group(0.5, id_=8)))
    assert [point.apart for point in level(history, "box", usage)] == [True, True, False]


def test_a_group_that_was_not_there_has_no_value() -> None:
    history = told(look(0.0, group(0.0, path="")), look(0.25, group(0.25, path=""), group(0.25)))
    assert [point.value for point in level(history, "box", usage)] == [None, 0.0]
    assert [point.value for point in level(history, "nowhere", usage)] == [None, None]


def test_a_figure_is_the_mean_over_the_last_second_each_look_by_its_time() -> None:
    used = {0.0: 0, 1.0: 1_000_000, 1.5: 1_000_000, 2.0: 1_250_000}
    history = told(*(look(at, group(at, usage)) for at, usage in used.items()))
    assert steady(history, "box", percent) == 25.0
    assert steady(told(look(0.0)), "box", percent) is None
    assert steady(history, "nowhere", percent) is None


@given(st.lists(st.tuples(st.floats(0.1, 0.7), st.integers(0, 10**6)), min_size=2, max_size=40))
def test_a_figure_lies_between_the_rates_that_it_is_made_of(steps: list[tuple[float, int]]) -> None:
    at, used, looks = 0.0, 0, [look(0.0)]
    for seconds, more in steps:
        at, used = at + seconds, used + more
        looks.append(look(at, group(at, used)))
    history = told(*looks)
    found = [point.value for point in rate(history, "box", percent) if point.value is not None]
    figure = steady(history, "box", percent)
    assert figure is not None
    assert min(found) - 1e-6 <= figure <= max(found) + 1e-6


def test_what_happens_between_two_looks_is_there_before_the_second() -> None:
    history = note(told(look(0.0)), [Changed("box", 7, "memory.events", "oom_kill", 0, 1, 0.1)])
    assert [cause.happening for cause in history.causes_of("box")] == [Happening.KILLED]
    assert history.now == 0.1


def test_causes_of_a_group_are_not_those_of_one_that_had_its_path_before() -> None:
    history = note(told(look(0.0)), [Changed("box", 7, "memory.events", "oom_kill", 0, 1, 0.1)])
    assert remember(history, look(0.25, group(0.25, id_=8))).causes_of("box") == ()


def test_the_recorded_oom_is_a_kill_at_32_mib_after_the_limit_was_met() -> None:
    with OOM.open("rb") as file:
        history = told(*Recording(file))
    killed, met = sorted(history.causes_of("box"), key=lambda cause: cause.happening)
    assert (killed.happening, killed.amount, killed.limit) == (Happening.KILLED, 1, 32 * 1024 * 1024)
    assert (met.happening, met.amount) == (Happening.MET, 38)
    memory = [point.value for point in level(history, "box", lambda one: one.memory and one.memory.current)]
    assert max(value or 0 for value in memory) == 33_267_712
    assert replace(history, moments=()).causes_of("box") == history.causes_of("box")
