"""A lab's part of the tree, on this machine's own hierarchy: made, handed over, removed, and what stood in the way put back."""

from __future__ import annotations

import errno
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nslab.engine import rundir
from nslab.engine.delegation import subtree
from nslab.engine.delegation.place import OUTSIDE, Here
from nslab.engine.resources import INIT
from nslab.kernel.cgroup2.knobs import move_in
from tests.delegated import delegated, top

pytestmark = pytest.mark.as_root

OWNER = (12345, 54321)


@pytest.fixture
def place() -> Iterator[Here]:
    with delegated(OWNER[0]) as folder:
        yield Here(folder, ())


@contextmanager
def sleeper(group: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group."""
    with subprocess.Popen(["sleep", "60"]) as process:
        descriptor = os.open(group, os.O_PATH)
        try:
            move_in(descriptor, process.pid)
            yield process
        finally:
            os.close(descriptor)
            process.kill()


def where(process: subprocess.Popen[bytes]) -> str:
    line = next(line for line in Path(f"/proc/{process.pid}/cgroup").read_text().splitlines() if line.startswith("0:"))
    return line.rpartition("/")[2]


def test_what_is_handed_over_is_the_directories_and_three_files_and_no_limit(place: Here) -> None:
    group = subtree.path_of(place, "1a2b")
    subtree.make(place, group, OWNER)
    for made in (group, group / INIT):
        owners = {path.name: (path.stat().st_uid, path.stat().st_gid) for path in (made, *made.iterdir())}
        theirs = {name for name, owner in owners.items() if owner == OWNER}
        assert theirs - {group.name, INIT} == {"cgroup.procs", "cgroup.threads", "cgroup.subtree_control"}
        assert owners[made.name] == OWNER
    subtree.remove(group)
    assert not group.exists()


def test_who_stands_in_the_way_is_moved_aside_and_goes_back_with_the_last_lab(place: Here) -> None:
    first, second = subtree.path_of(place, "1"), subtree.path_of(place, "2")
    with sleeper(place.directory) as process:
        subtree.make(place, first, OWNER)
        subtree.make(place, second, OWNER)
        assert where(process) == OUTSIDE
        subtree.remove(first)
        subtree.leave(place.directory)
        assert where(process) == OUTSIDE
        subtree.remove(second)
        subtree.leave(place.directory)
        assert where(process) == place.directory.name
    assert not (place.directory / OUTSIDE).exists()


def test_what_a_lab_made_is_removed_deepest_first_and_who_is_still_in_there_gets_time_to_end(place: Here) -> None:
    group = subtree.path_of(place, "1")
    subtree.make(place, group, OWNER)
    deep = group / "a/b"
    deep.mkdir(parents=True)
    with sleeper(deep) as process:
        with pytest.raises(OSError, match="busy") as caught:
            subtree.remove(group, seconds=0)
        assert caught.value.errno == errno.EBUSY
        process.kill()
        process.wait()
    subtree.remove(group)
    assert not group.exists()


def dead_keeper(parent: Path, place: Here) -> tuple[Path, Path]:
    """A run directory and the group that goes with it, both of a keeper that is gone."""
    run = rundir.make(parent, 4_000_000, "nslab")
    group = subtree.path_of(place, run.id)
    run.note_group(group)
    subtree.make(place, group, OWNER)
    os.close(run.lock_fd)
    return run.path, group


def test_a_dead_keeper_s_group_is_swept_with_its_run_directory(place: Here, tmp_path: Path) -> None:
    run, group = dead_keeper(tmp_path, place)
    assert rundir.sweep(tmp_path).removed == (run,)
    assert not group.exists()


def test_one_that_is_still_in_use_keeps_the_run_directory_so_that_the_next_sweep_knows(
    place: Here, tmp_path: Path
) -> None:
    run, group = dead_keeper(tmp_path, place)
    with sleeper(group / INIT), pytest.MonkeyPatch.context() as patch:
        patch.setattr(subtree.remove, "__defaults__", (0.0,))
        assert rundir.sweep(tmp_path).kept == (run,)
    deadline = time.monotonic() + 10
    while rundir.sweep(tmp_path).kept and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not group.exists()
    assert not run.exists()


def test_a_note_that_names_another_group_removes_nothing(place: Here, tmp_path: Path) -> None:
    other = place.directory / "other"
    other.mkdir()
    run = rundir.make(tmp_path, 1, "nslab")
    run.note_group(other)
    os.close(run.lock_fd)
    assert rundir.sweep(tmp_path).removed == (run.path,)
    assert other.exists()


def test_a_note_of_another_boot_is_no_hindrance(tmp_path: Path) -> None:
    run = rundir.make(tmp_path, 1, "nslab")
    run.note_group(top() / f"{subtree.PREFIX}{run.id}")
    os.close(run.lock_fd)
    assert rundir.sweep(tmp_path).removed == (run.path,)
