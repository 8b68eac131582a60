"""Who is killed, when, and what is left: nothing. The fixture that looks is in conftest.py; a second is what it gives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import pytest

from nslab.engine import rundir
from nslab.engine.client import Lab
from nslab.engine.failures import LabError, LabGone
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind
from tests.engine.conftest import may_tell
from tests.processes import children, command_line

pytestmark = pytest.mark.alone  # what is killed here lies about for a moment, and others would take it for theirs

ALL = tuple(Kind)

CUT_SHORT = (
    "lab-gone",
    "lab",
    "step-lost",
)  # how a death in the middle is told: it depends on how far the lab had come


def sweep() -> None:
    """What the next start does, a minute later: by then a directory that was only begun counts as abandoned."""
    base = rundir.base(dict(os.environ), os.geteuid())
    for young in base.glob(f"{rundir.NEW}*"):
        os.utime(young, (0, 0))
    rundir.sweep(base)


def lived_in(lab: Lab) -> None:
    """A shell and a container, left running."""
    for start in (
        lambda: lab.spawn(Process(("sleep", "1000"), pipes=(), terminal=True)),
        lambda: lab.run(Spec("box", Process(("sh", "-c", "sleep 1000 & sleep 1000"), pipes=(), terminal=True), ALL)),
    ):
        task = start()
        os.close(task.pidfd)
        os.close(task.master)


def test_eight_random_kills_leave_nothing() -> None:
    """CI runs two hundred: python -m tests.engine.kills."""
    command = [sys.executable, str(Path(__file__).with_name("kills.py")), "--count", "8"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)
    assert done.returncode == 0, done.stdout + done.stderr


def signal_keeper(number: int) -> None:
    """Ours: a child of this process that runs the keeper's module."""
    for child in children(os.getpid()):
        if b"nslab.engine.keeper" in command_line(child):
            os.kill(child, number)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("delay", [0.01, 0.05, 0.07, 0.3])
def test_a_keeper_that_is_killed_takes_the_lab_with_it(number: signal.Signals, delay: float) -> None:
    """Before, between, and after its stages."""
    killer = Timer(delay, signal_keeper, (number,))
    killer.start()
    with may_tell(*CUT_SHORT), Lab.start() as lab:
        lived_in(lab)
        with pytest.raises(LabGone):
            lab.wait(4000, 5)
    killer.join()
    sweep()


def test_the_run_directory_that_a_killed_keeper_leaves_is_removed_by_its_owner(lab: Lab) -> None:
    lived_in(lab)
    directory = Path(lab.directory)
    lab._keeper.kill()
    lab._keeper.wait()
    assert directory.exists()
    lab.close()
    assert not directory.exists()


def test_a_lab_that_is_killed_from_outside_is_told_to_its_owner_and_swept(lab: Lab) -> None:
    lived_in(lab)
    os.kill(lab.pid, signal.SIGKILL)
    with pytest.raises(LabGone):
        lab.wait(4000, 5)
    with pytest.raises(LabGone):
        lab.spawn(Process(("true",)))


@pytest.mark.parametrize("who", ["keeper", "lab", "both"])
def test_an_end_comes_in_time_while_the_keeper_or_the_lab_is_stopped(
    who: str, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nslab.engine.client.END_SECONDS", 0.5)
    lived_in(lab)
    stopped = {"keeper": [lab._keeper.pid], "lab": [lab.pid], "both": [lab._keeper.pid, lab.pid]}[who]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    started = time.monotonic()
    lab.close()
    assert time.monotonic() - started < 1.5


def test_a_stopped_lab_is_told_as_one_that_does_not_answer(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nslab.engine.requests.ANSWER_SECONDS", 0.3)
    os.kill(lab.pid, signal.SIGSTOP)
    with pytest.raises(LabError) as silent:
        lab.names((1,))
    assert silent.value.code == "lab-silent"
    os.kill(lab.pid, signal.SIGCONT)
    time.sleep(0.1)
    with pytest.raises(LabGone):  # the late reply must not be taken for that to another request
        lab.names((1, 1))


def test_closing_twice_is_once(lab: Lab) -> None:
    lab.close()
    lab.close()


def test_an_owner_that_dies_takes_everything_with_it() -> None:
    command = [sys.executable, str(Path(__file__).with_name("kills.py")), "--own"]
    owner = subprocess.Popen(command)
    time.sleep(0.4)
    owner.kill()
    owner.wait()


CALLS = {
    "clone3": (1, 2, 3),
    "mount": (1, 9, 40),
    "mkdir": (1, 3, 12),
    "write": (1, 2, 4),
    "pivot_root": (1,),
    "sendmsg": (1, 2),
}


@pytest.mark.parametrize(("call", "k"), [(call, k) for call, ks in CALLS.items() for k in ks])
def test_death_at_the_kth_call_leaves_nothing(call: str, k: int, changed_lab: Callable[..., Lab]) -> None:
    """strace kills each process of the lab before its k-th such call acts, during the start and a container's creation."""
    strace = ("/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when={k}")
    with may_tell(*CUT_SHORT), changed_lab("", *strace) as lab:
        lived_in(lab)
        task = lab.attach(1, Process(("true",), pipes=(), terminal=True))
        os.close(task.pidfd)
        os.close(task.master)
    sweep()


ERRORS = {
    "clone3": "EAGAIN",
    "mount": "EPERM",
    "pivot_root": "EINVAL",
    "sethostname": "EPERM",
    "prctl": "EINVAL",
    "mount_setattr": "ENOSYS",
}


@pytest.mark.parametrize(("call", "name"), ERRORS.items())
def test_a_call_that_is_refused_at_the_start_is_told_by_name(
    call: str, name: str, changed_lab: Callable[..., Lab]
) -> None:
    """Also where it is stage B's, of which the owner has already been told that it is there."""
    strace = ("/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:error={name}:when=1+")
    with pytest.raises(LabError) as refused:
        changed_lab("", *strace)
    assert name in str(refused.value)
    assert call in str(refused.value)


@pytest.mark.parametrize("at", ["stage_a", "stage_b"])
def test_a_stage_that_hangs_is_ended_and_told(
    at: str, changed_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nslab.engine.client.START_SECONDS", 0.5)
    patch = f"""
    import time
    original = stages.{at}
    def hang(*args):
        time.sleep(1000)
        return original(*args)
    stages.{at} = hang
    """
    with pytest.raises(LabError) as silent:
        changed_lab(patch)
    assert silent.value.code == "lab-silent"
    sweep()


def test_twenty_labs_at_once_have_their_own_directories_and_end() -> None:
    with ThreadPoolExecutor(20) as pool:
        labs = list(pool.map(lambda _: Lab.start(), range(20)))
        assert len({lab.pid for lab in labs}) == 20
        names = list(pool.map(lambda lab: lab.names((1,)), labs))
        assert len(names) == 20
        list(pool.map(Lab.close, labs))
