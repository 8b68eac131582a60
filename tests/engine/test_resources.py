"""Limits as data: which file gets what."""

from __future__ import annotations

import msgspec
import pytest

from nslab.engine.resources import Resources, limits_in, make_group
from nslab.kernel.cgroup2.cpu import CpuMax
from nslab.kernel.cgroup2.io import IoMax

DISK = IoMax("8:0", None, 4 << 20, 20, None)
EVERY = Resources(
    memory_max=64 << 20,
    memory_high="max",
    swap_max=0,
    cpu_max=CpuMax(20_000, 100_000),
    cpu_weight=50,
    cpuset_cpus="0-1",
    pids_max=20,
    io_max=(DISK,),
)


def test_each_limit_is_one_write_to_the_file_of_its_name() -> None:
    assert EVERY.knobs == (
        ("cpuset.cpus", "0-1"),
        ("cpu.weight", "50"),
        ("cpu.max", "20000 100000"),
        ("pids.max", "20"),
        ("memory.swap.max", "0"),
        ("memory.high", "max"),
        ("memory.max", "67108864"),
        ("io.max", "8:0 wbps=4194304 riops=20"),
    )


def test_what_is_not_asked_for_is_not_written() -> None:
    assert Resources().knobs == ()
    assert Resources(swap_max=0).knobs == (("memory.swap.max", "0"),)


def test_a_plan_says_what_it_writes() -> None:
    assert limits_in(make_group("box", EVERY)) == EVERY.knobs


@pytest.mark.parametrize("resources", [EVERY, Resources(), Resources(memory_max="max", cpu_max=CpuMax(None, 100_000))])
def test_limits_survive_the_wire(resources: Resources) -> None:
    assert msgspec.json.decode(msgspec.json.encode(resources), type=Resources) == resources
