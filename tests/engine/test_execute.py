"""The executor: stretches or single steps, refused, lost, and never-run steps; and what is left when a plan fails."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from nslab.engine.client import Lab, Told
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Done, Lost, NeverRun
from nslab.kernel.namespaces import Kind

Run = Callable[..., Any]
Changed = Callable[..., Lab]
ALL = tuple(Kind)

ONE_BY_ONE = """
class Stepped(execute.Execution):
    def advance(self, until=None):
        end = len(self.plan) if until is None else until
        while len(self.outcomes) < end and self.failure is None:
            super().advance(len(self.outcomes) + 1)
runtime.Execution = inquiry.Execution = Stepped
"""

# Kills the process that would make step AT, before it is asked to.
KILL_AT = """
import os, signal, time
class Killing(execute.Execution):
    def advance(self, until=None):
        end = len(self.plan) if until is None else until
        if {at} <= end and len(self.plan) > 50:
            super().advance({at})
            if self.failure is None and len(self.outcomes) == {at}:
                os.kill(self.pid, signal.SIGKILL)
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        super().advance(end)
runtime.Execution = Killing
"""

CHANGED_PLAN = """
original = runtime.plan
def changed(spec, ground):
    steps = original(spec, ground)
    return {change}
runtime.plan = changed
"""

LOOK = (
    "readlink /proc/self/ns/* | cut -d: -f1; cat /proc/self/mountinfo | cut -d' ' -f5-; hostname; id; pwd; "
    "grep -E 'Cap|NoNew|Seccomp' /proc/self/status; ls /proc/self/fd; cat /proc/self/uid_map; ls -l /dev"
)


def box(*args: str, kinds: tuple[Kind, ...] = ALL) -> Spec:
    return Spec("box", Process(args or ("true",), pipes=(), terminal=True), kinds)


def alive_and_empty(lab: Lab, in_lab: Run) -> bool:
    """The lab serves, and holds no process and no room of a container."""
    told = in_lab(lab, "ls /run/nslab; ps -e -o comm=; grep -c nslab /proc/mounts")
    return bool(told.out.split() == ["lab", "sh", "ps", "0"])


def test_one_step_at_a_time_makes_the_same_container_as_one_go(
    shared_lab: Lab, in_box: Run, changed_lab: Changed
) -> None:
    at_once = in_box(shared_lab, LOOK, ALL, hostname="boxed")
    with changed_lab(ONE_BY_ONE) as stepped:
        assert in_box(stepped, LOOK, ALL, hostname="boxed") == at_once
        assert at_once.status == 0


def test_attaching_and_spawning_work_one_step_at_a_time(changed_lab: Changed, in_lab: Run, attached: Run) -> None:
    with changed_lab(ONE_BY_ONE) as lab:
        task = lab.run(box("sleep", "100"))
        assert attached(lab, task.pid, "echo in").out == "in\n"
        assert in_lab(lab, "echo out").out == "out\n"
        assert lab.probe(task.pid, "chdir", ("/nosuch",)) == errno.ENOENT
        lab.delete("box")
        os.close(task.pidfd)
        os.close(task.master)


def test_a_refused_step_ends_the_plan_with_its_errno_and_nothing_stays(changed_lab: Changed, in_lab: Run) -> None:
    change = "tuple(s for s in steps if s.id != 'private')"
    with changed_lab(CHANGED_PLAN.format(change=change)) as lab:
        with pytest.raises(Told) as refused:
            lab.run(box(kinds=(Kind.MNT,)))  # in a user namespace of its own the kernel would have made it a slave
        assert (refused.value.code, refused.value.facts["step"]) == ("step-refused", "pivot")
        last = refused.value.outcomes[-1]
        assert isinstance(last, Done)
        assert (last.id, last.errno) == ("pivot", errno.EINVAL)
        assert alive_and_empty(lab, in_lab)


def test_a_clone_that_is_refused_is_told_and_nothing_stays(changed_lab: Changed, in_lab: Run) -> None:
    patch = """
    import errno
    def refused(actor, *words):
        raise OSError(errno.ENOSPC, "limit") if "pid" in words else OSError(errno.EPERM, "no")
    original = calls.do_clone3
    execute.TABLE["clone3"] = lambda actor, *words: refused(actor, *words) if "net" in words else original(actor, *words)
    """
    with changed_lab(patch) as lab:
        with pytest.raises(Told) as refused:
            lab.run(box())
        assert refused.value.code == "namespace-limit"
        assert alive_and_empty(lab, in_lab)


@pytest.mark.parametrize("at", [6, 7, 12, 20, 40])
def test_a_step_whose_process_died_is_lost_and_nothing_stays(at: int, changed_lab: Changed, in_lab: Run) -> None:
    with changed_lab(KILL_AT.format(at=at)) as lab:
        with pytest.raises(Told) as refused:
            lab.run(box())
        assert refused.value.code == "step-lost"
        failed = refused.value.outcomes[-1]
        lab_steps = ("write_proc",)
        step = refused.value.plan[len(refused.value.outcomes) - 1]
        assert isinstance(failed, Lost) or step.call in lab_steps
        assert alive_and_empty(lab, in_lab)


def test_a_container_killed_between_create_and_start_is_told_at_the_start(lab: Lab, in_lab: Run) -> None:
    task = lab.create(box())
    in_lab(lab, f"kill -9 {task.pid}")
    with pytest.raises(Told) as refused:
        lab.start_container("box")
    assert refused.value.code == "step-lost"
    assert alive_and_empty(lab, in_lab)
    os.close(task.pidfd)
    os.close(task.master)


def test_a_step_behind_execve_is_never_run(changed_lab: Changed, in_lab: Run) -> None:
    change = "(*steps, execute.Step('late', 'init', 'chdir', ('/',)))"
    with changed_lab(CHANGED_PLAN.format(change=change)) as lab:
        with pytest.raises(Told) as refused:
            lab.run(box())
        assert refused.value.outcomes[-1] == NeverRun("late")
        assert alive_and_empty(lab, in_lab)


def test_a_step_that_is_moved_before_execve_can_be_a_second_execve(changed_lab: Changed, in_lab: Run) -> None:
    change = "tuple(s for s in steps if s.id != 'cloexec')"
    with changed_lab(CHANGED_PLAN.format(change=change)) as lab:
        task = lab.run(box())
        assert lab.wait(task.pid, 5) == 0
        lab.delete("box")
        os.close(task.pidfd)
        os.close(task.master)


def test_a_joiner_that_is_refused_leaves_nothing(changed_lab: Changed, in_lab: Run) -> None:
    patch = """
    import errno
    def refused(*_):
        raise OSError(errno.EPERM, "no")
    execute.TABLE["setns"] = refused
    """
    with changed_lab(patch) as lab:
        task = lab.run(box("sleep", "100"))
        with pytest.raises(Told) as refused:
            lab.attach(task.pid, Process(("true",), pipes=(), terminal=True))
        assert refused.value.facts["step"] == "setns"
        lab.delete("box")
        assert alive_and_empty(lab, in_lab)
        os.close(task.pidfd)
        os.close(task.master)


def test_a_hundred_births_and_failures_leave_no_descriptor_in_pid_1(lab: Lab, in_lab: Run) -> None:
    count = "ls /proc/1/fd | wc -l"
    before = int(in_lab(lab, count).out)
    for _ in range(25):
        task = lab.run(box())
        lab.delete("box")
        lab.probe(1, "chdir", ("/",))
        with pytest.raises(Told):
            lab.run(box("/nosuch"))
        with pytest.raises(Told):
            lab.attach(9999, Process(("true",)))
        os.close(task.pidfd)
        os.close(task.master)
    deadline = time.monotonic() + 5  # of a child that was just killed PID 1 may hold the pidfd until it has reaped it
    while (after := int(in_lab(lab, count).out)) > before + 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert after <= before + 2  # the looking shell's own, not yet closed
