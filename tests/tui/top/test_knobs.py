"""Limits as knobs: what a notch writes, where an end is, and what is shown of a write."""

from __future__ import annotations

import grouped
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from nslab.kernel.cgroup2.cpu import CpuMax
from nslab.observe.cgroup.values import Group, Share
from nslab.tui.canvas import Canvas
from nslab.tui.top.knobs import Knob, Write, knob_rows, knobs
from nslab.words import Words


def group(path: str = "hog") -> Group:
    return grouped.history().samples[path].group


def knob(file: str, of: Group | None = None) -> Knob:
    return next(one for one in knobs(of or group()) if one.file == file)


def test_a_notch_is_the_next_round_value_as_the_file_takes_it() -> None:
    assert (knob("memory.max").by(-1), knob("memory.max").by(1)) == ("33554432", "134217728")
    assert knob("pids.max", group("bomb")).by(1) == "50"
    assert knob("cpu.weight").by(1) == "200"
    assert knob("cpu.max", group("batch")).by(-1) == "10000 100000"


def test_no_limit_is_the_last_notch_and_at_an_end_nothing_is_written() -> None:
    assert knob("pids.max").by(1) is None
    assert knob("pids.max").by(-1) == "20000"
    assert knob("cpu.max").by(1) is None
    assert knob("cpu.max").by(100) is None


def test_the_period_of_cpu_max_stays() -> None:
    odd = replace(group(), share=Share(100, CpuMax(5_000, 10_000)))
    assert knob("cpu.max", odd).by(1) == "7500 10000"


def test_a_group_without_controllers_has_no_knobs() -> None:
    assert knobs(replace(group(), share=None, memory=None, pids=None)) == ()


@given(st.integers(0, 2**50), st.integers(-3, 3))
def test_any_value_has_a_notch_near_it_and_turning_goes_the_way_that_was_asked(value: int, steps: int) -> None:
    memory = group().memory
    assert memory is not None
    found = knob("memory.max", replace(group(), memory=replace(memory, max=value)))
    assert found.written == str(value)
    wanted = found.by(steps)
    assert wanted is None or wanted in found.turned


@pytest.mark.parametrize("width", [46, 52, 76])
def test_rows_lose_nothing_and_show_the_very_write(words: Words, width: int) -> None:
    for last in (None, Write("hog", "memory.max", "33554432"), Write("", "cpu.max", "1 2", "EINVAL")):
        canvas = Canvas(width)
        knob_rows(canvas, 0, "hog", knobs(group()), words, 3, last)
        assert canvas.lost == []
        assert ("EINVAL" in canvas.text()) is (last is not None and last.errno is not None)


def test_what_was_written_reads_as_a_call_with_its_answer(en: Words) -> None:
    canvas = Canvas(76)
    knob_rows(canvas, 0, "hog", knobs(group()), en, 3, Write("hog", "memory.max", "33554432"))
    text = canvas.text()
    assert 'write("hog/memory.max", "33554432")  = 8' in text
    assert "▸ memory.max   67108864" in text
