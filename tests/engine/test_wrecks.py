"""What a learner may do to the lab in a host shell: the machine stays whole, the owner is told, the end comes in time."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nslab.engine import stages
from nslab.engine.client import Lab, LabError, Task
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind
from tests.engine.conftest import may_tell

Run = Callable[..., Any]
WITHIN_SECONDS = 2.0


def shell(lab: Lab, script: str) -> Task:
    """A host shell: a terminal of its own, as the screen's."""
    return lab.spawn(Process(("sh", "-c", script), pipes=(), terminal=True))


def drained(master: int, seconds: float = 10) -> str:
    """Everything that the terminal says until its last user has closed it."""
    said, deadline = b"", time.monotonic() + seconds
    while select.select([master], [], [], max(0.0, deadline - time.monotonic()))[0]:
        try:
            said += os.read(master, 1 << 16)
        except OSError:
            break
    return said.decode(errors="replace")


@pytest.fixture
def closed_in_time(lab: Lab) -> Callable[[], None]:
    def close() -> None:
        started = time.monotonic()
        lab.close()
        assert time.monotonic() - started < WITHIN_SECONDS

    return close


def release(*tasks: Task) -> None:
    for task in tasks:
        os.close(task.pidfd)
        os.close(task.master)


@pytest.mark.parametrize(
    ("script", "status"), [("exit", 0), ("exit 3", 3 << 8), ("kill -9 $$", 9), ("kill -HUP $$", 1)]
)
def test_a_shell_that_ends_says_how_and_another_can_be_started(
    script: str, status: int, lab: Lab, closed_in_time: Callable[[], None]
) -> None:
    first = shell(lab, script)
    assert lab.wait(first.pid, 5) == status
    second = shell(lab, "echo again")
    assert "again" in drained(second.master)
    release(first, second)
    closed_in_time()


def test_killing_everything_ends_the_shells_and_not_the_lab(
    lab: Lab, in_lab: Run, closed_in_time: Callable[[], None]
) -> None:
    other = shell(lab, "sleep 1000")
    box = lab.run(Spec("box", Process(("sleep", "1000"), pipes=(), terminal=True), (Kind.PID, Kind.MNT)))
    wrecker = shell(lab, "kill -9 -1")
    assert lab.wait(other.pid, 5) == 9
    assert lab.wait(box.pid, 5) == 9
    assert lab.wait(wrecker.pid, 5) is not None
    assert in_lab(lab, "echo alive").out == "alive\n"
    release(other, box, wrecker)
    closed_in_time()


@pytest.mark.parametrize(
    "script",
    [
        "umount -a",
        "umount -a -l",
        "umount -l /proc; umount -l /dev; umount -l /run; umount -l /tmp",
        "mount --move /proc /mnt; mount -t tmpfs none /run; mount -t tmpfs none /dev",
        "timeout 1 rm -rf --no-preserve-root /",  # in /usr alone there are a hundred thousand refusals
        "rm -rf /run/* /dev/* /tmp/* /etc /var",
        "cd /; pivot_root . mnt; umount -l /mnt",
        "hostname x; ip link set lo down; mount --make-rprivate /",
    ],
)
def test_a_lab_taken_apart_harms_nobody_and_ends_in_time(
    script: str, lab: Lab, closed_in_time: Callable[[], None]
) -> None:
    there = {path: sorted(os.listdir(path)) for path in ("/", "/usr", "/etc", "/dev", "/run")}
    wrecker = shell(lab, script)
    drained(wrecker.master, 30)
    assert lab.wait(wrecker.pid, 5) is not None
    with may_tell(
        "step-refused", "lab", "step-lost", "program-missing"
    ):  # how much of the lab is left depends on the script
        release(shell(lab, "true"))
    assert lab.names((1,))[0] is not None
    release(wrecker)
    closed_in_time()
    now = {path: sorted(os.listdir(path)) for path in there}
    assert {path: set(there[path]) - set(now[path]) for path in there if path != "/run"} == {
        path: set() for path in there if path != "/run"
    }


def test_a_full_tmpfs_is_the_learners_own(lab: Lab, in_lab: Run, closed_in_time: Callable[[], None]) -> None:
    told = in_lab(
        lab,
        "head -c 700M /dev/zero >/tmp/full; head -c 700M /dev/zero >/root/full; head -c 90M /dev/zero >/run/full; df",
    )
    assert told.out.count("No space left") == 3
    with pytest.raises(LabError):
        lab.put("/root/file", b"x" * 100_000)
    task = shell(lab, "echo still")
    assert "still" in drained(task.master)
    box = lab.run(Spec("box", Process(("true",), pipes=(), terminal=True), tuple(Kind)))
    release(task, box)
    closed_in_time()


def test_running_out_of_inodes_is_the_learners_own(lab: Lab, in_lab: Run, closed_in_time: Callable[[], None]) -> None:
    told = in_lab(lab, "mkdir /run/a && cd /run/a && seq 30000 | xargs touch 2>&1 | tail -1")
    assert "No space left" in told.out
    task = shell(lab, "echo still")
    assert "still" in drained(task.master)
    release(task)
    closed_in_time()


def processes(lab: Lab) -> int:
    """How many live at one moment by the lab's own proc; what else runs on this machine is no matter.

    A listing isn't one moment: who ended in it and who took its place are both there. But who is in two of them lived between.
    """
    first, second = set(os.listdir(lab.proc)), set(os.listdir(lab.proc))
    return len([name for name in first & second if name.isdigit()])


UNCOUNTED = 1  # PID 1 is another user's to RLIMIT_NPROC


def most_processes(lab: Lab, until: int, seconds: float = 5) -> int:
    """The most that were seen at once, until there were `until`."""
    most, deadline = 0, time.monotonic() + seconds
    while most < until and time.monotonic() < deadline:
        most = max(most, processes(lab))
        time.sleep(0.01)
    return most


def test_a_fork_bomb_bounded_by_ulimit_ends_with_the_lab(lab: Lab, closed_in_time: Callable[[], None]) -> None:
    again = "ulimit -u 60; b() { b | b & }; while :; do b; done"  # one burst may die out before it is counted
    bomb = lab.spawn(Process(("bash", "-c", again), pipes=(), terminal=True))
    assert most_processes(lab, until=40) >= 40
    assert most_processes(lab, until=61 + UNCOUNTED, seconds=0.3) <= 60 + UNCOUNTED
    release(bomb)
    closed_in_time()


def test_a_fork_bomb_without_a_limit_of_its_own_meets_the_labs(
    lab: Lab, in_lab: Run, closed_in_time: Callable[[], None]
) -> None:
    """RLIMIT_NPROC counts per user namespace since Linux 5.14, and the lab's root may not raise it."""
    told = in_lab(
        lab, "bash -c 'ulimit -Su; ulimit -Hu; ulimit -Hu 100000 || prlimit --nproc=9999 --pid $$ || echo no'"
    )
    assert (told.lines[:2], told.lines[-1]) == ([str(stages.MOST_PROCESSES)] * 2, "no")
    bomb = shell(lab, "b() { b | b & }; b; sleep 1")
    assert most_processes(lab, until=200) >= 200
    most = stages.MOST_PROCESSES + UNCOUNTED
    assert most_processes(lab, until=most + 1, seconds=1) <= most
    release(bomb)
    lab.close()


@pytest.mark.parametrize("number", ["TERM", "KILL", "STOP"])
def test_processes_that_ignore_signals_or_left_their_session_end_too(
    number: str, lab: Lab, closed_in_time: Callable[[], None]
) -> None:
    script = (
        "trap '' HUP TERM INT; (trap '' HUP TERM; setsid sh -c 'trap \"\" TERM HUP; sleep 1000' & ); "
        f"(sleep 1000 & kill -{number} $!); while :; do sleep 1; done"
    )
    task = shell(lab, script)
    time.sleep(0.2)
    release(task)
    closed_in_time()


def test_a_flood_of_output_that_nobody_reads_does_not_stop_the_lab(
    lab: Lab, in_lab: Run, closed_in_time: Callable[[], None]
) -> None:
    flood = shell(lab, "yes")
    time.sleep(0.1)
    assert in_lab(lab, "echo alive").out == "alive\n"
    release(flood)
    closed_in_time()


def test_the_lab_ends_while_its_programs_hold_files_open_in_their_own_mounts(
    lab: Lab, in_lab: Run, closed_in_time: Callable[[], None]
) -> None:
    task = shell(
        lab, "mount -t tmpfs none /mnt; cd /mnt; exec 5>file; unshare -m sh -c 'mount -t tmpfs none /mnt; sleep 1000'"
    )
    time.sleep(0.1)
    release(task)
    closed_in_time()
    assert "/mnt" not in Path("/proc/self/mountinfo").read_text().split()
