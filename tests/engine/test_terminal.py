"""Terminals of the lab and of containers: their own devpts, sizes, jobs, and who is told when they hang up."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from nslab.engine.client import Lab, Task
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind
from nslab.kernel.pty import WindowSize, set_size

SECONDS = 10.0
ALL = tuple(Kind)


class Screen:
    """A terminal's master, with somebody who types and reads."""

    def __init__(self, task: Task) -> None:
        self.task, self.said = task, b""

    def type(self, keys: str) -> None:
        os.write(self.task.master, keys.encode())

    def expect(self, word: str) -> str:
        """Read until it has been said; returns what came before and forgets it."""
        deadline = time.monotonic() + SECONDS
        while word.encode() not in self.said:
            assert select.select([self.task.master], [], [], max(0.0, deadline - time.monotonic()))[0], self.said
            self.said += os.read(self.task.master, 1 << 16)
        before, _, self.said = self.said.partition(word.encode())
        return before.decode(errors="replace")


@contextmanager
def terminal(lab: Lab, where: str, *args: str, size: WindowSize | None = None) -> Iterator[Screen]:
    process = Process(args, pipes=(), terminal=True, size=size or WindowSize())
    task = lab.spawn(process) if where == "lab" else lab.run(Spec("box", process, ALL))
    try:
        yield Screen(task)
    finally:
        os.close(task.pidfd)
        os.close(task.master)
        if where == "box":
            lab.delete("box")


@pytest.fixture(params=["lab", "box"])
def where(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_is_a_terminal_on_all_three_streams_with_the_size_asked_for(where: str, shared_lab: Lab) -> None:
    script = "tty; stty size; test -t 0 -a -t 1 -a -t 2 && echo all; ls /dev/pts"
    with terminal(shared_lab, where, "sh", "-c", script, size=WindowSize(33, 111)) as screen:
        assert screen.expect("ptmx").split() == ["/dev/pts/0", "33", "111", "all", "0"]


def test_it_is_the_controlling_terminal_of_a_session_of_its_own(where: str, shared_lab: Lab) -> None:
    with terminal(
        shared_lab, where, "sh", "-c", "echo $$; ps -o sid=,pgid=,tty= -p $$; echo via tty >/dev/tty"
    ) as screen:
        pid, session, group, name, *said = screen.expect("via tty").split()
        assert (session, group, name) == (pid, pid, "pts/0")
        assert said == []


def test_a_resize_is_signalled(where: str, shared_lab: Lab) -> None:
    script = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done"
    with terminal(shared_lab, where, "bash", "-c", script) as screen:
        screen.expect("ready")
        set_size(screen.task.master, WindowSize(12, 34))
        screen.expect("12 34")


def test_ctrl_c_interrupts_the_foreground_job_and_leaves_the_shell(where: str, shared_lab: Lab) -> None:
    with terminal(shared_lab, where, "bash", "--norc", "-i") as screen:
        screen.type("echo re''ady; sleep 100\r")
        screen.expect("ready\r\n")
        time.sleep(0.2)
        screen.type("\x03")
        screen.type("echo status $?\r")
        screen.expect("status 130")


def test_jobs_are_stopped_and_taken_up_again(where: str, shared_lab: Lab) -> None:
    with terminal(shared_lab, where, "bash", "--norc", "-i") as screen:
        assert "no job control" not in screen.expect("# ")
        screen.type("echo re''ady; sleep 100\r")
        screen.expect("ready\r\n")
        time.sleep(0.2)
        screen.type("\x1a")
        screen.expect("Stopped")
        screen.type("bg\r")
        screen.expect("sleep 100 &")
        screen.type("jobs; kill %1; wait; echo go''ne\r")
        screen.expect("gone\r\n")


def test_two_terminals_of_the_lab_do_not_hear_each_other(shared_lab: Lab) -> None:
    with terminal(shared_lab, "lab", "cat") as one, terminal(shared_lab, "lab", "cat") as other:
        one.type("for one\r")
        one.expect("for one")
        other.type("for other\r")
        assert "for one" not in other.expect("for other")


def test_a_master_that_is_closed_hangs_its_shell_up(shared_lab: Lab) -> None:
    with terminal(shared_lab, "lab", "sh", "-c", "echo ready; sleep 100") as screen:
        screen.expect("ready")
        pid = screen.task.pid
    status = shared_lab.wait(pid, 5)
    assert status is not None
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGHUP


def test_chinese_goes_through_in_both_directions(where: str, shared_lab: Lab) -> None:
    with terminal(shared_lab, where, "cat") as screen:
        screen.type("命名空间\r")
        screen.expect("命名空间\r\n命名空间")


def test_a_stream_can_be_a_pipe_beside_a_terminal(shared_lab: Lab) -> None:
    read, write = os.pipe()
    process = Process(("sh", "-c", "echo out; tty; test -t 1 || echo apart >&2"), pipes=(1,), terminal=True)
    task = shared_lab.run(Spec("box", process, ALL), (write,))
    os.close(write)
    screen = Screen(task)
    screen.expect("apart")
    assert shared_lab.wait(task.pid, 5) == 0
    assert os.read(read, 100) == b"out\n/dev/pts/0\n"
    shared_lab.delete("box")
    for fd in (read, task.pidfd, task.master):
        os.close(fd)
