"""Run directories: made under a lock, judged by it alone, and swept by name."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nslab.engine import rundir
from nslab.engine.rundir import Swept, alone, base, make, remove, sweep

ROOT = os.geteuid() == 0


def left_behind(parent: Path) -> Path:
    """A run directory whose keeper is gone."""
    run = make(parent, 4_000_000, "nslab")
    os.close(run.lock_fd)
    return run.path


def test_a_run_directory_is_locked_empty_and_says_whose_it_is(tmp_path: Path) -> None:
    run = make(tmp_path / "nslab", 77, "nslab")
    assert sorted(os.listdir(run.path)) == ["lock", "root"]
    assert json.loads((run.path / "lock").read_text()) == {"pid": 77, "command": "nslab"}
    assert os.get_inheritable(run.lock_fd) is False
    with (run.path / "lock").open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(run.lock_fd)


def test_the_labs_root_can_reach_its_mount_point_under_any_umask(tmp_path: Path) -> None:
    former = os.umask(0o077)
    try:
        run = make(tmp_path, 1, "x")
    finally:
        os.umask(former)
    os.close(run.lock_fd)
    assert run.path.stat().st_mode & 0o777 == 0o711
    assert run.root.stat().st_mode & 0o755 == 0o755 & ~0o077 | 0o700 or run.root.stat().st_mode & 0o700


def test_what_dead_keepers_left_is_swept_and_a_live_lab_is_not_touched(tmp_path: Path) -> None:
    live, dead = make(tmp_path, os.getpid(), "alive"), left_behind(tmp_path)
    found = sweep(tmp_path)
    swept, in_use = found.removed, found.in_use
    assert (swept, [(one.path, one.pid, one.command) for one in in_use]) == (
        (dead,),
        [(live.path, os.getpid(), "alive")],
    )
    assert live.path.exists()
    assert not dead.exists()
    os.close(live.lock_fd)


def test_a_door_that_a_killed_owner_left_is_swept_with_the_rest(tmp_path: Path) -> None:
    path = left_behind(tmp_path)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path / rundir.DOOR))
        assert sweep(tmp_path).removed == (path,)


def test_a_stale_lock_with_a_living_pid_is_swept_for_only_the_lock_counts(tmp_path: Path) -> None:
    path = left_behind(tmp_path)
    (path / "lock").write_text(json.dumps({"pid": os.getpid(), "command": "reused"}))
    assert sweep(tmp_path).removed == (path,)


def test_a_lock_that_says_nonsense_is_still_an_occupant(tmp_path: Path) -> None:
    run = make(tmp_path, 1, "x")
    os.ftruncate(run.lock_fd, 0)
    assert [(one.pid, one.command) for one in sweep(tmp_path).in_use] == [(None, "")]
    os.close(run.lock_fd)


@given(st.binary(max_size=300))
@settings(database=None)
def test_any_bytes_in_a_lock_are_read_without_a_crash(data: bytes) -> None:
    fd = os.memfd_create("lock")
    os.write(fd, data)
    assert rundir.occupant(Path("/x"), fd).path == Path("/x")
    os.close(fd)


def test_a_directory_without_a_lock_is_swept(tmp_path: Path) -> None:
    path = left_behind(tmp_path)
    (path / "lock").unlink()
    assert sweep(tmp_path).removed == (path,)


def test_a_directory_that_is_just_being_made_is_left_alone_and_swept_when_abandoned(tmp_path: Path) -> None:
    young = tmp_path / ".new-0a0b"
    (young / "root").mkdir(parents=True)
    assert sweep(tmp_path) == Swept((), (), ())
    os.utime(young, (time.time() - 120, time.time() - 120))
    assert sweep(tmp_path).removed == (young,)


def test_links_are_not_followed(tmp_path: Path) -> None:
    elsewhere, base_ = tmp_path / "elsewhere", tmp_path / "nslab"
    base_.mkdir()
    victim = left_behind(elsewhere)
    (base_ / "link").symlink_to(victim)
    inner = left_behind(base_)
    (inner / "root").rmdir()
    (inner / "root").symlink_to(victim / "root")
    (inner / "lock").unlink()
    (inner / "lock").symlink_to(victim / "lock")
    sweep(base_)
    assert sorted(os.listdir(victim)) == ["lock", "root"]
    assert (base_ / "link").is_symlink()


def test_files_of_somebodys_in_a_run_directory_are_not_deleted(tmp_path: Path) -> None:
    path = left_behind(tmp_path)
    (path / "root" / "precious").write_text("x")
    assert sweep(tmp_path) == Swept((), (), kept=(path,))
    assert (path / "root" / "precious").read_text() == "x"


@pytest.mark.as_root
def test_a_foreign_owners_directory_is_passed_over(tmp_path: Path) -> None:
    path = left_behind(tmp_path)
    os.chown(path, 65534, 65534)
    assert sweep(tmp_path) == Swept((), (), ())
    assert path.exists()


def test_a_base_that_is_not_there_has_nothing_to_sweep(tmp_path: Path) -> None:
    assert sweep(tmp_path / "nosuch") == Swept((), (), ())


def test_whoever_leaves_last_takes_the_base_along(tmp_path: Path) -> None:
    runs = [make(tmp_path / "nslab", 1, "nslab") for _ in range(2)]
    for run, there in zip(runs, (True, False), strict=True):
        os.close(run.lock_fd)
        rundir.leave(run.path)
        assert (tmp_path / "nslab").exists() is there


def test_who_makes_a_run_directory_while_others_leave_finds_a_base(tmp_path: Path) -> None:
    def come_and_go(count: int) -> int:
        for _ in range(count):
            run = make(tmp_path / "nslab", 1, "nslab")
            os.close(run.lock_fd)
            rundir.leave(run.path)
        return count

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(come_and_go, [100] * 4)) == 400
    assert not (tmp_path / "nslab").exists()


def test_removing_twice_is_no_error(tmp_path: Path) -> None:
    path = left_behind(tmp_path)
    remove(path)
    remove(path)


def test_a_full_disk_leaves_nothing_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock can't be written; the kernel's own refusal is tested with a whole lab, in test_limits.py."""

    def full(_fd: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError):
        make(tmp_path, 1, "x")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("environ", "uid", "path"),
    [
        ({"XDG_RUNTIME_DIR": "/tmp"}, 0, "/run/nslab"),
        ({"XDG_RUNTIME_DIR": "/tmp", "HOME": "/home/a"}, 1000, "/tmp/nslab"),
        ({"XDG_RUNTIME_DIR": "/nosuch", "HOME": "/tmp/a"}, 1000, "/tmp/a/.local/state/nslab/run"),
        ({"XDG_STATE_HOME": "/tmp/state", "HOME": "/home/a"}, 1000, "/tmp/state/nslab/run"),
        ({"HOME": "/dev/null"}, 1000, "/tmp/nslab-1000"),
    ],
)
def test_the_base_is_the_runtime_directory_or_the_state_home(environ: dict[str, str], uid: int, path: str) -> None:
    assert base(environ, uid) == Path(path)


@pytest.mark.as_user
def test_where_no_home_can_be_written_the_base_is_in_tmp() -> None:
    assert base({"HOME": "/sys"}, 1000) == Path("/tmp/nslab-1000")


def test_who_uses_a_base_alone_keeps_others_waiting_but_not_for_ever(tmp_path: Path) -> None:
    def seconds_for(most: float) -> float:
        began = time.monotonic()
        with alone(tmp_path, most):
            return time.monotonic() - began

    assert seconds_for(9) < 1
    with ThreadPoolExecutor(1) as other:
        with alone(tmp_path, 0):
            assert 0.2 <= other.submit(seconds_for, 0.2).result() < 1
            waiting = other.submit(seconds_for, 9)
            time.sleep(0.3)
            assert not waiting.done()
        assert 0.3 <= waiting.result() < 1


def test_where_there_is_no_base_nobody_is_kept_waiting(tmp_path: Path) -> None:
    with alone(tmp_path / "gone", 9):
        assert not (tmp_path / "gone").exists()


@pytest.mark.as_root
def test_a_base_that_somebody_else_made_first_is_not_used(tmp_path: Path) -> None:
    parent = tmp_path / "nslab-0"
    parent.mkdir()
    os.chown(parent, 65534, 65534)
    with pytest.raises(PermissionError):
        make(parent, 1, "test")
    assert list(parent.iterdir()) == []
