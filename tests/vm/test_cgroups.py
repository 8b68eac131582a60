"""Limits that hold, and what the sampler sees of them, on a stock 6.1 kernel that has all controllers."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nslab.kernel.cgroup2.cpu import CpuMax
from nslab.kernel.cgroup2.io import IoMax
from nslab.kernel.cgroup2.knobs import freeze, hand_on, kill, move_in, write_knob
from nslab.kernel.syscalls import SyscallError
from nslab.observe.cgroup.rates import Rates, rates
from nslab.observe.cgroup.sampler import GroupSampler
from nslab.observe.cgroup.values import Changed, Event, Group
from tests.delegated import in_group
from tests.vm.oom import MAX_BYTES, PERIOD_SECONDS, limit, out_of_memory

pytestmark = [pytest.mark.guest, pytest.mark.as_root]

CONTROLLERS = {"cpu", "memory", "pids", "io"}
PATIENCE_SECONDS = 60.0  # emulated
BURN = ("sh", "-c", "while :; do :; done")


@pytest.fixture
def top() -> Iterator[int]:
    """A new group that hands on all controllers; whatever is below is killed and removed afterwards."""
    folder = Path(f"/sys/fs/cgroup/{os.getpid()}-{time.monotonic_ns()}")  # one that was killed is not used again
    folder.mkdir()
    group = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for controller in CONTROLLERS:
        hand_on(group, controller)
    yield group
    kill(group)
    while "populated 1" in (folder / "cgroup.events").read_text():
        time.sleep(0.05)
    for path, _, _ in os.walk(folder, topdown=False):
        os.rmdir(path)
    os.close(group)


@pytest.fixture
def box(top: int) -> Iterator[int]:
    """The one group below."""
    os.mkdir("box", dir_fd=top)
    group = os.open("box", os.O_RDONLY | os.O_DIRECTORY, dir_fd=top)
    yield group
    os.close(group)


@pytest.fixture
def sampler(top: int, box: int) -> Iterator[GroupSampler]:
    with GroupSampler(top) as sampler:
        yield sampler


def start(group: int, *command: str) -> subprocess.Popen[bytes]:
    """A command that is in the group, or has ended there, when this returns."""
    begun = subprocess.Popen(in_group(group, command), pass_fds=(group,), stderr=subprocess.DEVNULL)
    procs, deadline = Path(f"/proc/self/fd/{group}/cgroup.procs"), time.monotonic() + PATIENCE_SECONDS
    while str(begun.pid) not in procs.read_text().split() and begun.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return begun


def until(sampler: GroupSampler, key: str, least: int = 1) -> list[Event]:
    """All events up to the one in the box whose key has such a value, or more of it."""
    told: list[Event] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any(isinstance(e, Changed) and (e.path, e.key) == ("box", key) and e.now >= least for e in told):
        assert time.monotonic() < deadline, told
        told += sampler.wait(1)
    return told


def boxed(sampler: GroupSampler) -> Group:
    found = sampler.look(in_detail={"box"}).get("box")
    assert found is not None
    return found


def over(sampler: GroupSampler, seconds: float) -> Rates:
    """The box's rates over so many seconds."""
    before = sampler.look()
    time.sleep(seconds)
    return next(one for one in rates(before, sampler.look(), seconds) if one.path == "box")


def refused(write: Callable[[], None]) -> str:
    with pytest.raises(SyscallError) as caught:
        write()
    return errno.errorcode[caught.value.errno or 0]


def test_a_new_group_says_what_its_files_say(sampler: GroupSampler, box: int) -> None:
    seen, files = boxed(sampler), Path(f"/proc/self/fd/{box}")
    assert seen.controllers == CONTROLLERS
    assert seen.cpu is not None
    assert seen.share is not None
    assert seen.memory is not None
    assert seen.memory.stat is not None
    assert seen.memory.swap is not None
    assert seen.pids is not None
    assert seen.io is not None
    assert None not in (seen.pressure.cpu, seen.pressure.memory, seen.pressure.io)
    assert seen.cpu.nr_periods == 0
    assert (f"{seen.share.weight}\n", f"{seen.share.max.text}\n") == (
        (files / "cpu.weight").read_text(),
        (files / "cpu.max").read_text(),
    )
    assert f"{seen.memory.current}\n" == (files / "memory.current").read_text()
    assert (seen.memory.max, seen.memory.high, seen.memory.swap.max, seen.pids.max) == (None, None, None, None)
    assert (seen.memory.events.oom_group_kill, seen.memory.peak, seen.pids.peak) == (0, 0, 0)


def test_who_wants_more_than_memory_max_is_killed_and_every_step_is_seen(sampler: GroupSampler, box: int) -> None:
    limit(box)
    frames = list(out_of_memory(sampler, box))
    changed = [
        event for frame in frames for event in frame.events if isinstance(event, Changed) and event.path == "box"
    ]
    last = {(event.file, event.key): event.now for event in changed}
    assert last["cgroup.events", "populated"] == 0
    for file in ("memory.events", "memory.events.local"):
        assert last[file, "oom"] >= 1
        assert last[file, "oom_kill"] == 1
        assert last[file, "max"] >= 1
    above = {event.file for frame in frames for event in frame.events if isinstance(event, Changed) and not event.path}
    assert above == {"cgroup.events", "memory.events"}, "the group above has met no limit of its own"
    used = [group.memory.current for frame in frames if (group := frame.snapshot.get("box")) and group.memory]
    assert max(used) <= MAX_BYTES
    assert max(used) > MAX_BYTES // 2
    end = boxed(sampler).memory
    assert end is not None
    assert (end.max, end.peak) == (MAX_BYTES, MAX_BYTES)


def test_what_lies_in_tmpfs_is_charged_to_who_wrote_it_and_told_apart(sampler: GroupSampler, box: int) -> None:
    held = Path("/dev/shm/held")
    assert start(box, "dd", "if=/dev/zero", f"of={held}", "bs=1M", "count=8").wait(PATIENCE_SECONDS) == 0
    memory = boxed(sampler).memory
    held.unlink()
    assert memory is not None
    assert memory.stat is not None
    assert memory.stat.shmem >= 8 << 20
    assert memory.stat.file >= memory.stat.shmem
    assert memory.stat.anon < 8 << 20
    assert memory.current >= memory.stat.file + memory.stat.anon


def test_a_fork_that_is_refused_is_told_of(sampler: GroupSampler, box: int) -> None:
    write_knob(box, "pids.max", "3")
    with start(box, "sh", "-c", "for i in 1 2 3 4 5; do sleep 60 & done; wait"):
        told = until(sampler, "max")
        pids = boxed(sampler).pids
        kill(box)
    assert any(isinstance(event, Changed) and event.file == "pids.events" for event in told)
    assert pids is not None
    assert (pids.max, pids.peak) == (3, 3)


def test_cpu_max_holds_and_its_throttling_is_counted(sampler: GroupSampler, box: int) -> None:
    write_knob(box, "cpu.max", CpuMax(20_000, 100_000).text)
    burners = [start(box, *BURN) for _ in range(2)]
    until(sampler, "populated")
    time.sleep(1)
    seen = over(sampler, 3)
    for burner in burners:
        burner.kill()
        burner.wait()
    assert 10 <= (seen.cpu_percent or 0) <= 30
    assert seen.throttled is not None
    assert seen.throttled.periods > 10
    assert seen.throttled.throttled > seen.throttled.periods // 2
    assert seen.cpu_stalled is not None
    assert seen.cpu_stalled.some > 0.3


def test_io_max_is_read_as_it_was_written_and_what_is_written_is_counted(
    sampler: GroupSampler, box: int, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    with disk.open("wb") as file:
        file.truncate(16 << 20)
    subprocess.run(["modprobe", "loop"], check=True)
    loop = subprocess.run(["losetup", "--find", "--show", disk], check=True, capture_output=True, text=True)
    device = loop.stdout.strip()
    number = os.stat(device).st_rdev
    most = IoMax(f"{os.major(number)}:{os.minor(number)}", "max", 4 << 20, "max", "max")
    try:
        write_knob(box, "io.max", most.text)
        before, begun = sampler.look(), time.monotonic()
        assert start(box, "dd", "if=/dev/zero", f"of={device}", "bs=1M", "count=8", "oflag=direct").wait() == 0
        took, now = time.monotonic() - begun, sampler.look()
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)
    seen = now.get("box")
    assert seen is not None
    assert seen.io is not None
    assert seen.io.max == (most,)
    assert [one.wbytes for one in seen.io.stat if one.device == most.device] == [8 << 20]
    (rate,) = (one for one in rates(before, now, PERIOD_SECONDS) if one.path == "box")
    assert rate.io is not None
    assert rate.io.wbytes * rate.seconds == pytest.approx(8 << 20)
    assert took > 1  # 8 MiB at 4 MiB a second


def test_a_frozen_group_says_so_when_it_is(sampler: GroupSampler, box: int) -> None:
    with start(box, *BURN) as burner:
        until(sampler, "populated")
        freeze(box, True)
        until(sampler, "frozen")
        still = over(sampler, 1)
        burner.kill()
    assert still.cpu_percent == 0


def test_a_controller_taken_away_is_gone_and_given_back_has_counted_anew(
    sampler: GroupSampler, top: int, box: int
) -> None:
    assert start(box, "true").wait() == 0
    first = boxed(sampler)
    write_knob(top, "cgroup.subtree_control", "-pids")
    without = boxed(sampler)
    hand_on(top, "pids")
    again = boxed(sampler)
    write_knob(top, "cgroup.subtree_control", "-pids")
    hand_on(top, "pids")  # between two looks: other files, the same list of controllers
    once_more = boxed(sampler)
    assert [one.pids and one.pids.peak for one in (first, without, again, once_more)] == [1, None, 0, 0]
    assert {one.id for one in (first, without, again, once_more)} == {first.id}


def test_the_kernel_s_refusals(top: int, box: int) -> None:
    with start(box, "sleep", "60") as sleeper:
        assert refused(lambda: hand_on(box, "memory")) == "EBUSY"  # no internal processes
        sleeper.kill()
    hand_on(box, "memory")
    assert refused(lambda: move_in(box)) == "EBUSY"
    assert refused(lambda: hand_on(box, "cpuset")) == "ENOENT"  # the group above doesn't hand it on
    assert refused(lambda: write_knob(box, "cpu.max", "500 100000")) == "EINVAL"
    assert refused(lambda: write_knob(box, "cpu.weight", "0")) == "ERANGE"
    assert refused(lambda: write_knob(box, "io.max", IoMax("240:77", 4096, None, None, None).text)) == "ENODEV"


def test_the_root_of_the_machine_has_no_limits() -> None:
    root = os.open("/sys/fs/cgroup", os.O_RDONLY | os.O_DIRECTORY)
    with GroupSampler(root) as sampler:
        seen = sampler.look().groups[0]
    os.close(root)
    assert (seen.events, seen.share, seen.memory, seen.pids) == (None, None, None, None)
    assert seen.cpu is not None
    assert seen.io is not None
    assert seen.io.max is None


def test_an_exit_is_told_of_by_signal_number(box: int) -> None:
    with start(box, "sleep", "60") as sleeper:
        kill(box)
        assert sleeper.wait(PATIENCE_SECONDS) == -signal.SIGKILL
