"""Joining a container: where the program ends up, and that it is as hardened as the container itself."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nslab.engine.client import Lab, Told
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind

Run = Callable[..., Any]
ALL = tuple(Kind)
HARDENING = "grep -E 'Cap|NoNewPrivs|Seccomp' /proc/{pid}/status"


@pytest.fixture
def box(shared_lab: Lab) -> Iterator[int]:
    task = shared_lab.run(Spec("box", Process(("sleep", "1000"), pipes=(), terminal=True), ALL))
    yield task.pid
    shared_lab.delete("box")
    os.close(task.pidfd)
    os.close(task.master)


def test_a_joined_program_is_in_all_of_the_containers_namespaces(shared_lab: Lab, box: int, attached: Run) -> None:
    links = "cd /proc/{}/ns; readlink pid uts mnt net ipc user cgroup time"
    told = attached(shared_lab, box, f"{links.format('self')}; {links.format(1)}")
    assert told.lines[:8] == told.lines[8:]


def test_setns_brings_no_hardening_so_attach_does(shared_lab: Lab, box: int, attached: Run) -> None:
    told = attached(shared_lab, box, f"{HARDENING.format(pid='self')}; {HARDENING.format(pid=1)}")
    half = len(told.lines) // 2
    assert told.lines[:half] == told.lines[half:]
    assert "NoNewPrivs:\t1" in told.lines
    assert "CapEff:\t00000000a80425fb" in told.lines


def test_its_parent_has_no_number_in_the_container_and_it_is_not_pid_1(
    shared_lab: Lab, box: int, attached: Run
) -> None:
    told = attached(shared_lab, box, "echo $$ $PPID")
    pid, parent = map(int, told.out.split())
    assert pid > 1
    assert parent == 0


def test_its_end_is_told_and_the_container_lives_on(shared_lab: Lab, box: int, attached: Run) -> None:
    assert attached(shared_lab, box, "exit 5").status == 5
    assert attached(shared_lab, box, "kill -9 $$").status == 137
    assert attached(shared_lab, box, "kill -0 1 && echo alive").out == "alive\n"


def test_it_gets_a_terminal_of_the_containers_own_devpts(shared_lab: Lab, box: int) -> None:
    task = shared_lab.attach(box, Process(("sh", "-c", "tty; ps -o sid= -p $$"), pipes=(), terminal=True))
    assert shared_lab.wait(task.pid, 5) == 0
    assert os.read(task.master, 4096).startswith(b"/dev/pts/1\r\n")
    os.close(task.pidfd)
    os.close(task.master)


def test_a_process_of_the_lab_itself_can_be_joined(shared_lab: Lab, attached: Run) -> None:
    assert attached(shared_lab, 1, "hostname").out == "lab\n"


def test_a_learners_container_can_be_joined(shared_lab: Lab, attached: Run, in_lab: Run) -> None:
    script = "unshare --uts --pid --fork --mount-proc sh -c 'hostname mine; sleep 20' >/dev/null 2>&1 & sleep 0.3; pgrep -x sleep"
    inner = int(in_lab(shared_lab, script).out.split()[0])
    assert attached(shared_lab, inner, "hostname").out == "mine\n"
    in_lab(shared_lab, "pkill unshare; pkill -9 -x sleep")


def test_a_process_that_is_gone_can_not_be_joined(shared_lab: Lab) -> None:
    with pytest.raises(Told) as refused:
        shared_lab.attach(9999, Process(("true",), pipes=(), terminal=True))
    assert "ESRCH" in str(refused.value)


# Looks at each process that is still called as the lab is, for two seconds: has it more than its streams and its channel?
SPY = """
end=$(($(date +%s) + 2))
while [ $(date +%s) -lt $end ]; do
    for p in /proc/[0-9]*; do
        read -r comm <$p/comm && [ "$comm" = lab ] || continue
        fds=$(ls $p/fd 2>/dev/null || echo denied)
        read -r comm <$p/comm && [ "$comm" = lab ] || continue  # it executed its program while we looked
        for fd in $fds; do
            [ "$fd" = denied ] && echo denied && continue
            [ $fd -lt 3 ] && continue
            case $(readlink $p/fd/$fd) in
                socket:*|"") ;;  # the channel on which it gets its orders; or gone since
                *) echo OPEN ;;
            esac
        done
    done
done 2>/dev/null
exit 0
"""


def spied_on(lab: Lab) -> set[str]:
    """What a container's root, with every right that the lab has to give, saw of a process while that joined."""
    task = lab.run(Spec("box", Process(("sleep", "1000"), pipes=(), terminal=True), (Kind.PID, Kind.MNT)))
    out, write = os.pipe()
    empty = os.pipe()
    spy = lab.attach(task.pid, Process(("sh", "-c", SPY), capabilities=tuple(range(41))), (empty[0], write, write))
    os.close(write)
    hold = ["strace", "-qq", "-f", "-o", "/dev/null", "-e", "inject=close_range:delay_enter=700000", "-p", str(lab.pid)]
    with subprocess.Popen(hold) as slow:
        time.sleep(0.3)
        joined = lab.attach(task.pid, Process(("true",), pipes=(), terminal=True))
        slow.terminate()
    said = b"".join(iter(lambda: os.read(out, 4096), b"")).decode()
    for fd in (out, *empty, task.pidfd, task.master, spy.pidfd, joined.pidfd, joined.master):
        os.close(fd)
    return set(said.split())


def test_until_execve_nobody_looks_into_what_joins_cve_2016_9962(lab: Lab) -> None:
    assert spied_on(lab) == {"denied"}


def test_a_joiner_that_stays_dumpable_would_be_looked_into(changed_lab: Callable[..., Lab]) -> None:
    """Or the test above would prove nothing."""
    patch = """
    original = execute.Execution.__init__
    def without(self, plan, *rest):
        original(self, tuple(step for step in plan if step.id != "undumpable"), *rest)
    execute.Execution.__init__ = without
    """
    with changed_lab(patch) as lab:
        assert "OPEN" in spied_on(lab)
