"""Writing to a real group: what it does, and how the kernel's refusals come back."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nslab.kernel.cgroup2.core import GroupType, parse_cgroup_events, parse_controllers, parse_procs, parse_type
from nslab.kernel.cgroup2.cpu import parse_cpu_stat
from nslab.kernel.cgroup2.knobs import freeze, hand_on, kill, move_in, write_knob
from nslab.kernel.cgroup2.pressure import parse_pressure
from nslab.kernel.procfs import read_file
from nslab.kernel.syscalls import SyscallError
from tests.delegated import delegated

pytestmark = [pytest.mark.as_root, pytest.mark.needs("cgroup2")]


@pytest.fixture
def folder() -> Iterator[Path]:
    with delegated(os.geteuid()) as group:
        yield group


@pytest.fixture
def group(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    yield descriptor
    os.close(descriptor)


@pytest.fixture
def sleeper(group: int) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        move_in(group, process.pid)
        yield process
        process.kill()


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def refused(write: Callable[[], None]) -> tuple[str, str]:
    with pytest.raises(SyscallError) as caught:
        write()
    return caught.value.call, errno.errorcode[caught.value.errno or 0]


def test_a_new_group_reads_as_documented(group: int) -> None:
    assert parse_procs(read_file(group, "cgroup.procs")) == ()
    assert parse_type(read_file(group, "cgroup.type")) is GroupType.DOMAIN
    assert parse_controllers(read_file(group, "cgroup.subtree_control")) == frozenset()
    assert parse_cpu_stat(read_file(group, "cpu.stat")).usage_usec == 0
    assert parse_pressure(read_file(group, "cpu.pressure")).some.total_usec == 0


def test_who_is_moved_in_is_there_and_the_group_is_populated(group: int, sleeper: subprocess.Popen[bytes]) -> None:
    assert parse_procs(read_file(group, "cgroup.procs")) == (sleeper.pid,)
    assert parse_cgroup_events(read_file(group, "cgroup.events")).populated


def test_a_frozen_group_stands_still_and_goes_on(group: int, sleeper: subprocess.Popen[bytes]) -> None:
    def frozen() -> bool:
        return parse_cgroup_events(read_file(group, "cgroup.events")).frozen is True

    freeze(group, True)
    assert soon(frozen)
    assert sleeper.poll() is None
    freeze(group, False)
    assert soon(lambda: not frozen())


def test_kill_ends_all_even_the_frozen(group: int, sleeper: subprocess.Popen[bytes]) -> None:
    freeze(group, True)
    kill(group)
    assert sleeper.wait(10) == -signal.SIGKILL


def test_a_refusal_says_which_file_which_value_and_why(group: int) -> None:
    assert refused(lambda: move_in(group, 2**22 + 1)) == ("write(cgroup.procs, 4194305)", "ESRCH")
    assert refused(lambda: write_knob(group, "cgroup.procs", "me")) == ("write(cgroup.procs, me)", "EINVAL")
    assert refused(lambda: hand_on(group, "magic")) == ("write(cgroup.subtree_control, +magic)", "EINVAL")


def test_a_knob_that_is_not_there_is_refused_when_it_is_opened(group: int) -> None:
    assert refused(lambda: write_knob(group, "memory.maximum", "1")) == ("open(memory.maximum)", "ENOENT")


def test_a_knob_of_a_group_that_was_removed(folder: Path) -> None:
    (folder / "short").mkdir()
    gone = os.open(folder / "short", os.O_PATH | os.O_CLOEXEC)
    os.rmdir(folder / "short")
    assert refused(lambda: freeze(gone, True)) == ("open(cgroup.freeze)", "ENOENT")
    os.close(gone)


def test_nothing_is_left_open(group: int) -> None:
    before = os.listdir("/proc/self/fd")
    freeze(group, False)
    refused(lambda: move_in(group, 2**22 + 1))
    assert os.listdir("/proc/self/fd") == before
