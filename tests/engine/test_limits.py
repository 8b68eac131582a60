"""A machine that gives less: namespaces, descriptors, room. Each time a clear error and nothing left."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nslab.engine.client import Lab
from nslab.engine.failures import LabError
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind

ROOT = os.geteuid() == 0
NSLAB = f'"{sys.executable}" -m nslab --lang en run -- echo started'
UNSHARE = "unshare --map-root-user --user --mount"


def confined(prepare: str, *, back: bool = True) -> subprocess.CompletedProcess[str]:
    """`nslab run` after some preparation as root of a user namespace of its own; `back`: under our own id again."""
    ids = f"--map-user={os.geteuid()} --map-group={os.getegid()}"
    command = f"unshare --user {ids} {NSLAB}" if back else NSLAB
    return subprocess.run(
        ["sh", "-c", f"{UNSHARE} sh -c '{prepare}; exec {command}'"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@contextmanager
def descriptors(most: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.as_user
@pytest.mark.parametrize("kind", ["user", "net", "pid", "uts", "mnt", "ipc", "cgroup", "time"])
def test_a_limit_on_namespaces_is_told_as_one_and_not_as_a_full_disk(kind: str) -> None:
    done = confined(f"echo {1 if kind == 'user' else 0} >/proc/sys/user/max_{kind}_namespaces")
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "limit" in done.stderr
    assert "max_" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.as_root
def test_root_of_a_namespace_where_only_root_is_mapped_has_no_id_to_give() -> None:
    done = confined("mount -t tmpfs none /run", back=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 3), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("inodes", [1, 3])
def test_a_run_directory_that_can_not_be_made_is_told(
    inodes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full from the start, or after the first directory: on a small tmpfs that only the command sees."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    if ROOT:
        mount = f"mount -t tmpfs -o nr_inodes={inodes} none /run"
        command = ["unshare", "--mount", "sh", "-c", f"{mount} && exec {NSLAB}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    else:
        done = confined(f"mount -t tmpfs -o nr_inodes={inodes},mode=777 none {tmp_path}")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 3), done.stderr
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize("most", [8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 24, 32, 64])
def test_too_few_descriptors_are_an_error_or_enough(most: int) -> None:
    """Whoever runs out first, the owner, the keeper, or the lab."""
    already = len(os.listdir("/proc/self/fd"))
    with descriptors(already + most):
        try:
            with Lab.start() as lab:
                task = lab.spawn(Process(("true",), pipes=(), terminal=True))
                os.close(task.pidfd)
                os.close(task.master)
        except LabError as error:
            assert "open files" in str(error) or error.code in ("lab-gone", "step-refused")  # noqa: PT017 - or enough


@pytest.mark.parametrize("most", [3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24])
def test_too_few_descriptors_for_the_keeper_are_told_as_that(most: int, changed_lab: Callable[..., Lab]) -> None:
    patch = f"""
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, ({most}, {most}))
    """
    try:
        with changed_lab(patch) as lab:
            task = lab.spawn(Process(("true",), pipes=(), terminal=True))
            os.close(task.pidfd)
            os.close(task.master)
    except LabError as error:
        assert "open files" in str(error) or "EMFILE" in str(error) or error.code == "lab-gone"  # noqa: PT017 - or enough


def test_many_containers_do_not_run_out_of_descriptors(lab: Lab) -> None:
    tasks = [
        lab.run(Spec(f"box{number}", Process(("sleep", "100"), pipes=(), terminal=True), (Kind.PID, Kind.UTS)))
        for number in range(50)
    ]
    for number, task in enumerate(tasks):
        lab.delete(f"box{number}")
        os.close(task.pidfd)
        os.close(task.master)
