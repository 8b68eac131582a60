"""A subtree of real groups, sampled while groups come and go and processes live in them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from nslab.kernel.cgroup2.cpu import parse_cpu_stat
from nslab.observe.cgroup.open_group import GroupGone
from nslab.observe.cgroup.rates import rates
from nslab.observe.cgroup.sampler import GroupSampler
from nslab.observe.cgroup.values import Came, Changed, Event, Went
from tests.observe.cgroup.conftest import sampled

pytestmark = [pytest.mark.as_root, pytest.mark.needs("cgroup2")]


def start_in(group: Path, script: str) -> subprocess.Popen[bytes]:
    """Whoever waits for the group's events sees it come: the shell moves itself."""
    return subprocess.Popen(["sh", "-c", f'echo 0 >"$0/cgroup.procs"; {script}', group])


def until(sampler: GroupSampler, wanted: Callable[[Event], bool], seconds: float = 10) -> list[Event]:
    """All events up to the one that is wanted."""
    told: list[Event] = []
    deadline = time.monotonic() + seconds
    while not any(map(wanted, told)):
        assert time.monotonic() < deadline, told
        told += sampler.wait(0.5)
    return told


def populated(path: str, now: int) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, Changed) and (event.path, event.key, event.now) == (path, "populated", now)


def test_every_group_is_seen_a_parent_before_its_children(group: Path) -> None:
    for path in ("b", "a", "a/z", "a/y", "a-b"):
        (group / path).mkdir()
    with sampled(group) as sampler:
        snapshot = sampler.look()
    assert [one.path for one in snapshot.groups] == ["", "a", "a/y", "a/z", "a-b", "b"]
    assert [one.id for one in snapshot.groups] == [(group / one.path).stat().st_ino for one in snapshot.groups]


def test_what_was_there_already_has_not_come(group: Path) -> None:
    (group / "a").mkdir()
    with sampled(group) as sampler:
        assert sampler.wait(0) == ()


def test_numbers_are_those_of_the_files_at_that_moment(group: Path) -> None:
    with start_in(group, "while :; do :; done") as burner, sampled(group) as sampler:
        before = parse_cpu_stat((group / "cpu.stat").read_bytes()).usage_usec
        (seen,) = sampler.look().groups
        after = parse_cpu_stat((group / "cpu.stat").read_bytes()).usage_usec
        burner.kill()
    assert seen.cpu is not None
    assert before <= seen.cpu.usage_usec <= after
    assert seen.controllers == set((group / "cgroup.controllers").read_text().split())


def test_a_burner_uses_a_processor_and_its_sibling_nothing(group: Path) -> None:
    (group / "busy").mkdir()
    (group / "idle").mkdir()
    with start_in(group / "busy", "while :; do :; done") as burner, sampled(group) as sampler:
        before = sampler.look()
        time.sleep(1)
        of = {one.path: one for one in rates(before, sampler.look(), 0.25)}
        burner.kill()
    assert of["idle"].cpu_percent == 0
    assert 20 < (of["busy"].cpu_percent or 0) <= 110  # others want the processors too
    assert (of[""].cpu_percent or 0) >= 20
    assert of["busy"].gap


def test_a_controller_that_the_group_lacks_is_none(group: Path) -> None:
    with sampled(group) as sampler:
        (seen,) = sampler.look().groups
    lacking = {"memory", "pids", "io", "cpu"} - seen.controllers
    parts = {"memory": seen.memory, "pids": seen.pids, "io": seen.io, "cpu": seen.share}
    assert {name for name, part in parts.items() if part is None} == lacking


def test_groups_made_by_mkdir_are_told_of_at_once_with_what_is_below(group: Path) -> None:
    with sampled(group) as sampler:
        begun = time.monotonic()
        (group / "a").mkdir()
        (group / "a" / "b").mkdir()
        told = until(sampler, lambda event: event.path == "a/b")
        assert [(type(one), one.path) for one in told] == [(Came, "a"), (Came, "a/b")]
        assert told[-1].at - begun < 1
        assert [one.path for one in sampler.look().groups] == ["", "a", "a/b"]


def test_groups_removed_by_rmdir_are_told_of_and_leave_no_descriptor(group: Path) -> None:
    with sampled(group) as sampler:
        before = len(os.listdir("/proc/self/fd"))
        (group / "a").mkdir()
        until(sampler, lambda event: isinstance(event, Came))
        sampler.look()
        (group / "a").rmdir()
        assert [type(one) for one in until(sampler, lambda event: isinstance(event, Went))] == [Went]
        assert [one.path for one in sampler.look().groups] == [""]
        assert len(os.listdir("/proc/self/fd")) == before


def test_the_same_name_again_is_another_group_without_rates_yet(group: Path) -> None:
    (group / "a").mkdir()
    with sampled(group) as sampler:
        before = sampler.look()
        (group / "a").rmdir()
        (group / "a").mkdir()
        now = sampler.look()
        assert [type(one) for one in sampler.wait(0)] == [Went, Came]
    first, second = before.get("a"), now.get("a")
    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert [one.path for one in rates(before, now, 0.25)] == [""]


def test_who_enters_and_ends_is_told_of_in_every_group_above(group: Path) -> None:
    (group / "a").mkdir()
    with sampled(group) as sampler:
        with start_in(group / "a", "exec sleep 0.2"):
            until(sampler, populated("", 1))
        ended = time.monotonic()
        told = until(sampler, populated("", 0))
    assert {one.path for one in told if isinstance(one, Changed)} == {"", "a"}
    assert told[-1].at - ended < 1


def test_waiting_without_events_costs_no_time_of_the_processor(group: Path) -> None:
    """A wake-up that is not answered by reading would come again and again."""
    with sampled(group) as sampler:
        with start_in(group, "exec sleep 60") as sleeper:
            until(sampler, populated("", 1))
            sleeper.kill()
        until(sampler, populated("", 0))
        begun = time.process_time()
        assert sampler.wait(0.5) == ()
        assert time.process_time() - begun < 0.1


def test_a_name_that_is_no_utf_8_can_be_shown_and_recorded(group: Path) -> None:
    odd = os.fsencode(group / "a") + b"\xff"
    os.mkdir(odd)
    os.mkdir(odd + b"/in")
    with sampled(group) as sampler:
        snapshot = sampler.look()
        assert [one.path for one in snapshot.groups] == ["", "a\\xff", "a\\xff/in"]
        assert msgspec.json.encode(snapshot)
        os.rmdir(odd + b"/in")
        os.rmdir(odd)
        assert [one.path for one in sampler.look().groups] == [""]


def test_a_look_finds_what_happened_and_the_next_wait_tells_it(group: Path) -> None:
    (group / "a").mkdir()
    with sampled(group) as sampler:
        with start_in(group / "a", "exec sleep 60") as sleeper:
            until(sampler, populated("a", 1))
            sleeper.kill()
        time.sleep(0.2)
        sampler.look()
        assert any(map(populated("a", 0), sampler.wait(0)))


def test_the_root_s_own_end_is_an_error(group: Path) -> None:
    (group / "top").mkdir()
    with sampled(group / "top") as sampler:
        (group / "top").rmdir()
        with pytest.raises(GroupGone):
            sampler.look()


def test_what_is_no_control_group_is_refused_and_not_walked_through(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    before = os.listdir("/proc/self/fd")
    with pytest.raises(GroupGone), sampled(tmp_path):
        pass
    assert os.listdir("/proc/self/fd") == before


def test_pressure_turned_off_and_on_again_is_gone_and_back(group: Path) -> None:
    with sampled(group) as sampler:
        assert sampler.look().groups[0].pressure.cpu is not None
        (group / "cgroup.pressure").write_text("0")
        assert sampler.look().groups[0].pressure.cpu is None
        (group / "cgroup.pressure").write_text("1")
        assert sampler.look().groups[0].pressure.cpu is not None


@pytest.mark.parametrize("most_kept", [0, 7])
def test_with_few_descriptors_all_is_seen_all_the_same(group: Path, most_kept: int) -> None:
    for number in range(5):
        (group / f"{number}").mkdir()
    with sampled(group) as plenty, sampled(group, most_kept) as few:
        keeping = len(os.listdir("/proc/self/fd"))
        assert [one.cpu for one in few.look().groups] == [one.cpu for one in plenty.look().groups]
        assert len(os.listdir("/proc/self/fd")) == keeping
        (group / "0").rmdir()
        assert few.look().get("0") is None


def test_groups_that_come_and_go_all_the_time_never_confuse_it(group: Path) -> None:
    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            for path in ("x", "x/y"):
                (group / path).mkdir()
            for path in ("x/y", "x"):
                (group / path).rmdir()

    with sampled(group) as sampler:
        before = len(os.listdir("/proc/self/fd"))
        maker = threading.Thread(target=churn)
        maker.start()
        told: list[Event] = []
        deadline = time.monotonic() + 20
        while sum(isinstance(one, Went) for one in told) < 10 and time.monotonic() < deadline:
            assert {one.path for one in sampler.look().groups} <= {"", "x", "x/y"}
            told += sampler.wait(0.01)
        stop.set()
        maker.join()
        sampler.look()
        told += sampler.wait(0)
        came = sum(isinstance(one, Came) for one in told)
        assert came == sum(isinstance(one, Went) for one in told)
        assert came >= 10
        assert len(os.listdir("/proc/self/fd")) == before


BLIND = """
import os, sys
from nslab.observe.cgroup.sampler import GroupSampler
with GroupSampler(os.open(sys.argv[1], os.O_RDONLY)) as sampler:
    os.mkdir(sys.argv[1] + "/a")
    sampler.look()
    print([type(one).__name__ for one in sampler.wait(0)])
    os.rmdir(sys.argv[1] + "/a")
    print([type(one).__name__ for one in sampler.wait(0)])
"""


@pytest.mark.needs("user-namespaces")
@pytest.mark.program("unshare")
def test_without_inotify_groups_that_come_and_go_are_found_by_looking(group: Path) -> None:
    """A user namespace has a limit of its own, and there all instances are taken."""
    script = 'echo 0 >/proc/sys/user/max_inotify_instances && exec "$@"'
    python = (sys.executable, "-P", "-c", BLIND, str(group))
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh", *python],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout == "['Came']\n['Went']\n"
