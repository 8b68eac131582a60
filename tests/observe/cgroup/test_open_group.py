"""Groups that are mere files: what is missing, forbidden, or broken, and what only another kernel shows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nslab.kernel.cgroup2.cpu import CpuMax
from nslab.kernel.cgroup2.formats import MalformedCgroup
from nslab.kernel.cgroup2.memory import MemoryEvents, MemoryStat
from nslab.kernel.cgroup2.pids import PidsEvents
from nslab.observe.cgroup.values import Changed, Io, Memory, Pids, Share, Swap
from tests.observe.cgroup.conftest import lay_out, sampled

NO_EVENTS = MemoryEvents(0, 0, 0, 0, 0, 0)


def test_a_copy_reads_as_the_group_itself_and_nothing_ever_happens_to_it(copy: Path) -> None:
    with sampled(copy) as sampler:
        (seen,) = sampler.look().groups
        assert sampler.wait(0) == ()
    assert seen.share == Share(100, CpuMax(None, 100000))
    assert seen.memory == Memory(0, None, None, 0, Swap(0, None), NO_EVENTS, None)
    assert seen.pids == Pids(0, None, 0, PidsEvents(0))
    assert seen.io == Io((), ())


def test_what_memory_is_made_of_is_read_where_it_is_asked_for(copy: Path) -> None:
    lay_out(copy / "a")
    with sampled(copy) as sampler:
        root, below = sampler.look(in_detail={"a"}).groups
    assert root.memory is not None
    assert below.memory is not None
    assert (root.memory.stat, below.memory.stat) == (None, MemoryStat(0, 0, 0, 0))


def test_a_kernel_without_memory_peak_or_swap_reports_them_unknown_not_zero(copy: Path) -> None:
    for name in ("memory.peak", "memory.swap.current", "memory.swap.max"):
        (copy / name).unlink()
    with sampled(copy) as sampler:
        (seen,) = sampler.look().groups
    assert seen.memory is not None
    assert (seen.memory.peak, seen.memory.swap) == (None, None)


def test_the_root_of_a_machine_has_no_limits_and_no_events(copy: Path) -> None:
    for name in ("cgroup.events", "memory.current", "memory.max", "pids.current", "cpu.max", "cpu.weight", "io.max"):
        (copy / name).unlink()
    with sampled(copy) as sampler:
        (seen,) = sampler.look().groups
    assert (seen.events, seen.share, seen.memory, seen.pids, seen.io) == (None, None, None, None, Io((), None))


def test_files_that_come_with_a_controller_are_found_then(copy: Path) -> None:
    (copy / "pids.current").rename(copy / "hidden")
    (copy / "cgroup.controllers").write_text("cpu\n")
    with sampled(copy) as sampler:
        assert sampler.look().groups[0].pids is None
        (copy / "hidden").rename(copy / "pids.current")
        (copy / "cgroup.controllers").write_text("cpu pids\n")
        assert sampler.look().groups[0].pids is not None


def test_a_last_change_of_which_the_kernel_did_not_tell_is_found_by_the_next_look(copy: Path) -> None:
    with sampled(copy) as sampler:
        (copy / "memory.events").write_text("low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\noom_group_kill 0\n")
        assert sampler.wait(0) == ()
        sampler.look()
        told = [(one.file, one.key, one.before, one.now) for one in sampler.wait(0) if isinstance(one, Changed)]
    assert told == [
        ("memory.events", "max", 0, 9),
        ("memory.events", "oom", 0, 1),
        ("memory.events", "oom_kill", 0, 1),
    ]


def test_a_file_that_is_longer_than_one_read_is_whole(copy: Path) -> None:
    devices = [f"8:{number} rbytes={number} wbytes=0 rios=0 wios=0 dbytes=0 dios=0\n" for number in range(300)]
    (copy / "io.stat").write_text("".join(devices))
    with sampled(copy) as sampler:
        (seen,) = sampler.look().groups
    assert seen.io is not None
    assert [one.rbytes for one in seen.io.stat] == list(range(300))


def test_a_broken_file_is_an_error_and_no_value(copy: Path) -> None:
    (copy / "memory.max").write_text("much\n")
    before = os.listdir("/proc/self/fd")
    with pytest.raises(MalformedCgroup), sampled(copy):
        pass
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.as_user
def test_what_may_not_be_read_is_named(copy: Path) -> None:
    lay_out(copy / "secret")
    (copy / "secret").chmod(0)
    (copy / "memory.peak").chmod(0)
    with sampled(copy) as sampler:
        snapshot = sampler.look()
    (copy / "secret").chmod(0o700)
    assert snapshot.denied == ("secret",)
    assert [(one.path, one.denied) for one in snapshot.groups] == [("", ("memory.peak",))]
