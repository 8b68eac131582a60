"""Looks as flat lines: what is known stands under its name, what is not is None, never 0."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import asdict

from nslab.observe.cgroup.history import History, remember
from nslab.observe.cgroup.lines import Line, lines
from nslab.observe.cgroup.recording import Recording

OOM = Path(__file__).parents[1] / "recorded" / "oom.jsonl"


def told(looks: int) -> list[Line]:
    with OOM.open("rb") as file:
        recording = Recording(file)
        history = History(recording.heading.period_seconds)
        for _, frame in zip(range(looks), recording, strict=False):
            history = remember(history, frame)
    return lines(history, 1000.0)


def test_a_group_has_a_line_with_what_its_files_say() -> None:
    top, box = told(2)
    assert (top.path, box.path) == ("/", "/box")
    assert (box.memory, box.memory_anon, box.memory_max, box.pids) == (3_645_440, 3_432_448, 33_554_432, 1)
    assert box.time == 1003.193
    assert box.cpu_percent is not None
    assert round(box.cpu_percent, 2) == round(116_645 / (3.192571133 - 2.928598433) / 1e4, 2)


def test_what_is_not_known_is_none() -> None:
    top, _ = told(2)
    assert (top.memory_anon, top.memory_max, top.cpu_max_percent) == (None, None, None)
    (first, _) = told(1)
    assert (first.cpu_percent, first.read_per_second, first.seconds, first.oom_kills) == (None, None, None, 0)


def test_the_kill_is_counted_in_the_group_and_above() -> None:
    assert [line.oom_kills for line in told(100)] == [1, 1]


def test_a_line_is_flat() -> None:
    assert all(not isinstance(value, dict | list | tuple) for value in asdict(told(2)[1]).values())
