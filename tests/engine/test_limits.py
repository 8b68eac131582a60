"""A machine that gives less: namespaces, descriptors, room. Each time a clear error and nothing left."""

from __future__ import annotations

import inspect
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from nslab.engine.client import Lab, Told
from nslab.engine.failures import LabError
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind

ROOT = os.geteuid() == 0
NSLAB = f'"{sys.executable}" -m nslab --lang en run -- echo started'
OWNER_NEEDS = 9
KEEPER_NEEDS = 8
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


def leave_free(most: int) -> None:
    """Lower the limit so that `most` more descriptors can be opened: it bounds their numbers, and some may lie beyond."""
    used = {int(name) for name in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{name}")}
    free = [number for number in range(4096) if number not in used][:most]
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (max(free, default=-1) + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )


@contextmanager
def descriptors(most: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    leave_free(most)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


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


def spawn_one(lab: Lab) -> None:
    task = lab.spawn(Process(("true",), pipes=(), terminal=True))
    os.close(task.pidfd)
    os.close(task.master)


@pytest.mark.parametrize("most", [OWNER_NEEDS, OWNER_NEEDS + 1, 32])
def test_an_owner_with_descriptors_enough_gets_its_lab(most: int) -> None:
    with descriptors(most), Lab.start() as lab:
        spawn_one(lab)


@pytest.mark.parametrize("most", range(OWNER_NEEDS))
def test_an_owner_with_too_few_descriptors_is_told_that(most: int) -> None:
    with pytest.raises(LabError) as refused, descriptors(most), Lab.start() as lab:
        spawn_one(lab)
    assert refused.value.code == "too-few-descriptors"


def keeper_with(most: int) -> str:
    """For `changed_lab`: the keeper may open `most` descriptors, and the lab, which is born of it, about as many."""
    return f"import os, resource\n{inspect.getsource(leave_free)}\nleave_free({most})\n"


@pytest.mark.parametrize("most", [KEEPER_NEEDS, KEEPER_NEEDS + 1, 24])
def test_a_keeper_with_descriptors_enough_makes_the_lab(most: int, changed_lab: Callable[..., Lab]) -> None:
    with changed_lab(keeper_with(most)) as lab:
        spawn_one(lab)


@pytest.mark.parametrize("most", range(KEEPER_NEEDS))
def test_a_keeper_with_too_few_descriptors_is_told_as_that(most: int, changed_lab: Callable[..., Lab]) -> None:
    with pytest.raises(LabError) as refused, changed_lab(keeper_with(most)) as lab:
        spawn_one(lab)
    assert refused.value.code == "too-few-descriptors" or refused.value.facts["errno"] == "EMFILE"


NO_ROOM = """
import os, resource
{leave_free}
receive = protocol.receive
def cramped(sock, decoder):
    if decoder is not protocol.REQUESTS:
        return receive(sock, decoder)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    leave_free({most})
    try:
        return receive(sock, decoder)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
protocol.receive = cramped
"""


@pytest.mark.parametrize("most", [0, 2])
def test_pipes_that_the_lab_has_no_room_for_are_refused_and_the_lab_lives_on(
    most: int, changed_lab: Callable[..., Lab], in_lab: Callable[..., Any]
) -> None:
    """Once they were taken for a hostile packet, and the lab ended."""
    patch = "from nslab.engine import protocol\n" + NO_ROOM.format(leave_free=inspect.getsource(leave_free), most=most)
    with changed_lab(patch) as lab:
        for _ in range(2):
            with pytest.raises(Told) as refused:
                in_lab(lab, "echo never")
            assert refused.value.code == "too-few-descriptors"
        spawn_one(lab)


def test_a_terminal_that_the_lab_has_no_room_for_is_refused_and_nothing_of_it_runs(
    changed_lab: Callable[..., Lab], in_lab: Callable[..., Any]
) -> None:
    patch = """
    original = execute.receive_fds
    state = {"left": 1}
    def without(sock, most_bytes, most_fds):
        data, fds, flags = original(sock, most_bytes, most_fds)
        if fds and state["left"]:
            state["left"] = 0
            execute.os.close(fds.pop())
        return data, fds, flags
    execute.receive_fds = without
    """
    with changed_lab(patch) as lab:
        with pytest.raises(Told) as refused:
            lab.run(Spec("box", Process(("sleep", "1000"), pipes=(), terminal=True), tuple(Kind)))
        assert refused.value.code == "too-few-descriptors"
        assert in_lab(lab, "ls /run/nslab; ps -e -o comm=").out.split() == ["lab", "sh", "ps"]


def test_a_pidfd_that_can_not_be_sent_is_refused_and_the_container_is_gone(
    changed_lab: Callable[..., Lab], in_lab: Callable[..., Any]
) -> None:
    """Once the owner heard of a refusal while the container ran."""
    patch = """
    import errno
    original = runtime.os.dup
    class Os:
        def __getattr__(self, name):
            return getattr(os, name)
        def dup(self, fd):
            runtime.os = os
            raise OSError(errno.EMFILE, "no room")
    import os
    runtime.os = Os()
    """
    with changed_lab(patch) as lab:
        with pytest.raises(Told) as refused:
            lab.run(Spec("box", Process(("sleep", "1000"), pipes=(), terminal=True), tuple(Kind)))
        assert refused.value.code == "too-few-descriptors"
        assert in_lab(lab, "ls /run/nslab; ps -e -o comm=").out.split() == ["lab", "sh", "ps"]


def test_an_owner_without_room_for_a_container_has_none_left_in_the_lab(lab: Lab, in_lab: Callable[..., Any]) -> None:
    with descriptors(1), pytest.raises(LabError) as refused:
        lab.run(Spec("box", Process(("sleep", "1000"), pipes=(), terminal=True), tuple(Kind)))
    assert refused.value.code == "too-few-descriptors"
    assert in_lab(lab, "ls /run/nslab; ps -e -o comm=").out.split() == ["lab", "sh", "ps"]


def test_many_containers_do_not_run_out_of_descriptors(lab: Lab) -> None:
    tasks = [
        lab.run(Spec(f"box{number}", Process(("sleep", "100"), pipes=(), terminal=True), (Kind.PID, Kind.UTS)))
        for number in range(50)
    ]
    for number, task in enumerate(tasks):
        lab.delete(f"box{number}")
        os.close(task.pidfd)
        os.close(task.master)
