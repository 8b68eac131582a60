"""Trials: what a child may do is told, what it leaves is nothing."""

from __future__ import annotations

import errno
import os
import signal
import time
from pathlib import Path

import pytest

from nslab.engine.doctor import trial
from nslab.engine.doctor.trial import Refusal, attempt
from nslab.kernel.mounts import mount
from nslab.kernel.namespaces import Kind


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


def test_an_action_that_works_is_no_refusal() -> None:
    assert attempt(lambda: None, *Kind) is None


def test_the_action_is_done_as_root_and_as_pid_1_of_the_new_namespaces() -> None:
    def check() -> None:
        if (os.getuid(), os.getgid(), os.getpid()) != (0, 0, 1):
            raise OSError(errno.EDOM, "not root, or not PID 1")

    assert attempt(check, Kind.PID) is None


def test_a_refused_call_is_named_with_its_errno() -> None:
    refusal = attempt(lambda: mount("none", "/no/such/place", "tmpfs", 0, None), Kind.MNT)
    assert refusal == Refusal("mount", errno.ENOENT)
    assert refusal.facts["errno"] == "ENOENT"


def test_a_child_that_dies_is_a_refusal() -> None:
    assert attempt(lambda: os.kill(os.getpid(), signal.SIGKILL)) == Refusal("", errno.ECHILD)


def test_a_child_that_hangs_is_ended_and_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "DEADLINE_SECONDS", 0.2)
    begun, before = time.monotonic(), children()
    assert attempt(signal.pause) == Refusal("", errno.ETIMEDOUT)
    assert time.monotonic() - begun < 5
    assert children() == before


def test_an_error_in_the_action_itself_does_not_let_a_second_copy_of_us_go_on() -> None:
    assert attempt(lambda: 1 / 0) == Refusal("", errno.ECHILD)


def test_trials_leave_no_process_no_descriptor_and_no_mount() -> None:
    def state() -> tuple[str, list[str], str]:
        return children(), os.listdir("/proc/self/fd"), Path("/proc/self/mountinfo").read_text()

    before = state()
    attempt(lambda: mount("trial", "/proc", "tmpfs", 0, None), Kind.MNT)
    attempt(lambda: os.kill(os.getpid(), signal.SIGKILL))
    assert state() == before


@pytest.mark.as_root
def test_roots_own_id_is_never_mapped() -> None:
    def check() -> None:
        if any(line.split()[1] == "0" for line in Path("/proc/self/uid_map").read_text().splitlines()):
            raise OSError(errno.EDOM, "host root is inside")

    assert attempt(check) is None
