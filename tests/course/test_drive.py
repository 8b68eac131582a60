"""The driver against real shells on real ptys."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nslab.course.drive import Busy, Done, Drain, Driver, Ended, Late
from nslab.course.foreground import Foreground, foreground


class Terminal:
    """A shell on a pty of its own, driven through the master."""

    def __init__(self, home: Path, shell: tuple[str, ...]) -> None:
        self.home = home
        self.master, slave = pty.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, b"\x18\x00\x50\x00\x00\x00\x00\x00")  # 24 rows, 80 columns
        self.process = subprocess.Popen(
            ("setsid", "--ctty", *shell),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=home,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm", "LANG": "C.UTF-8"},
        )
        os.close(slave)
        self.pause = Drain([self.master])
        self.driver = Driver({"host": self.master}, self.pause)

    def type(self, keys: bytes, seconds: float = 0.2) -> None:
        os.write(self.master, keys)
        self.pause(seconds)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 5.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "did not come about"
            self.pause(0.02)

    def program(self) -> str:
        now = foreground(self.master)
        return now.program if now else ""

    def close(self) -> None:
        group = foreground(self.master)
        if group is not None:
            os.killpg(group.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.fixture
def bash(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path, ("bash", "--norc", "--noprofile", "-i"))
    yield terminal
    terminal.close()


def test_a_command_without_a_goal_is_done_when_the_shell_asks_for_the_next(bash: Terminal) -> None:
    assert isinstance(bash.driver.run("host", "sleep 0.3; echo done > made"), Done)
    assert (bash.home / "made").read_text() == "done\n"


def test_a_command_with_a_goal_is_done_when_the_goal_is_reached(bash: Terminal) -> None:
    made = bash.home / "made"
    outcome = bash.driver.run("host", "sleep 0.3; touch made; sleep 30", made.exists)
    assert isinstance(outcome, Done)
    assert outcome.took_s < 5
    bash.wait_for(lambda: bash.program() == "sleep")


def test_commands_follow_one_another_without_losing_a_key(bash: Terminal) -> None:
    for number in range(20):
        assert isinstance(bash.driver.run("host", f"echo {number} >> made"), Done)
    assert (bash.home / "made").read_text().split() == [str(number) for number in range(20)]


def test_a_goal_that_is_not_reached_in_time_is_late_and_names_the_program(bash: Terminal) -> None:
    outcome = bash.driver.run("host", "sleep 30", lambda: False, deadline_s=0.4)
    assert isinstance(outcome, Late)
    assert outcome.program == "sleep"


def test_a_command_that_keeps_the_terminal_is_late(bash: Terminal) -> None:
    outcome = bash.driver.run("host", "sleep 30", deadline_s=0.4)
    assert isinstance(outcome, Late)
    assert outcome.program == "sleep"


def test_a_terminal_that_sleeps_is_busy_and_nothing_is_typed(bash: Terminal) -> None:
    bash.driver.run("host", "sleep 1.2", deadline_s=0.1)
    assert bash.driver.run("host", "touch typed", ready_s=0.2) == Busy("host", "sleep")
    bash.wait_for(lambda: bash.program() == "bash")
    bash.pause(0.3)
    assert not (bash.home / "typed").exists()


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("vim", marks=pytest.mark.program("vim")),
        pytest.param("less", marks=pytest.mark.program("less")),
        pytest.param("top", marks=pytest.mark.program("top")),
    ],
)
def test_a_full_screen_program_is_named_and_gets_no_keys(bash: Terminal, program: str) -> None:
    (bash.home / "text").write_text("line\n" * 200)
    bash.type(f"{program} {'' if program == 'top' else 'text'}\r".encode())
    bash.wait_for(lambda: bash.program() == program)
    bash.pause(0.3)
    assert bash.driver.run("host", "touch typed", ready_s=0.2) == Busy("host", program)
    assert (bash.home / "text").read_text() == "line\n" * 200


@pytest.mark.parametrize("waiting", ["read answer", "x=$(sleep 30)", "sleep 30 & wait"])
def test_a_shell_that_waits_for_something_else_is_busy(bash: Terminal, waiting: str) -> None:
    bash.driver.run("host", waiting, deadline_s=0.2)
    assert bash.driver.run("host", "touch typed", ready_s=0.2) == Busy("host", "bash")
    bash.wait_for(lambda: interrupted(bash, "touch after"))
    assert not (bash.home / "typed").exists()


def interrupted(bash: Terminal, command: str) -> bool:
    """Has it run after a Ctrl-C? One that meets a child between its fork and its execve is lost: hence the question."""
    bash.driver.interrupt("host")
    return isinstance(bash.driver.run("host", command, ready_s=0.5), Done)


def test_what_stands_on_the_line_is_cleared_first(bash: Terminal) -> None:
    bash.type(b"rm -r precious\x01")  # the cursor is at the beginning
    assert isinstance(bash.driver.run("host", "touch made"), Done)
    assert [path.name for path in bash.home.iterdir()] == ["made"]


@pytest.mark.parametrize("begun", [b"echo 'no end\r", b"cat <<EOF\rtext\r", b"\x12made"])
def test_what_a_learner_began_over_several_lines_is_given_up_first(bash: Terminal, begun: bytes) -> None:
    bash.type(begun)
    assert isinstance(bash.driver.run("host", "touch made", over_typing=True), Done)
    assert (bash.home / "made").exists()


def test_a_line_longer_than_the_screen_and_the_kernels_buffer_arrives_whole(bash: Terminal) -> None:
    long = "".join(f"{number:04}" for number in range(1500))
    assert isinstance(bash.driver.run("host", f"echo {long} > made"), Done)
    assert (bash.home / "made").read_text() == long + "\n"


def test_chinese_arrives_whole(bash: Terminal) -> None:
    text = "命名空间" * 50
    assert isinstance(bash.driver.run("host", f"echo {text} > made"), Done)
    assert (bash.home / "made").read_text() == text + "\n"


def test_a_shell_started_in_the_shell_is_typed_to(bash: Terminal) -> None:
    assert isinstance(bash.driver.run("host", "bash --norc"), Done)
    inner = foreground(bash.master)
    assert isinstance(inner, Foreground)
    assert inner.pid != bash.process.pid
    assert isinstance(bash.driver.run("host", "echo $$ > made"), Done)
    assert (bash.home / "made").read_text() == f"{inner.pid}\n"
    assert isinstance(bash.driver.run("host", "exit"), Done)
    assert isinstance(bash.driver.run("host", "echo $$ > made"), Done)
    assert (bash.home / "made").read_text() == f"{bash.process.pid}\n"


@pytest.mark.needs("user-namespaces", "pid-namespaces", "unshare")
def test_a_shell_in_a_pid_namespace_of_its_own_is_typed_to(bash: Terminal) -> None:
    assert isinstance(bash.driver.run("host", "unshare -Urfp bash --norc"), Done)
    assert isinstance(bash.driver.run("host", "echo $$ > made"), Done)
    assert (bash.home / "made").read_text() == "1\n"


@pytest.mark.program("dash", "busybox")
@pytest.mark.parametrize("shell", [("dash", "-i"), ("busybox", "sh", "-i")])
def test_a_shell_without_bash_is_typed_to(tmp_path: Path, shell: tuple[str, ...]) -> None:
    terminal = Terminal(tmp_path, shell)
    try:
        for number in range(5):
            assert isinstance(terminal.driver.run("host", f"echo {number} >> made"), Done)
        assert (tmp_path / "made").read_text().split() == ["0", "1", "2", "3", "4"]
    finally:
        terminal.close()


@pytest.mark.program("dash")
def test_the_builtin_read_of_a_plain_shell_is_no_prompt(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, ("dash", "-i"))
    try:
        terminal.driver.run("host", "read answer", deadline_s=0.2)
        assert terminal.driver.run("host", "touch typed", ready_s=0.2) == Busy("host", "dash")
    finally:
        terminal.close()


def test_a_terminal_whose_shell_has_ended_is_told_so(bash: Terminal) -> None:
    assert bash.driver.run("host", "exit", deadline_s=2.0) == Ended("host")
    bash.process.wait()
    assert bash.driver.run("host", "touch typed", ready_s=0.2) == Ended("host")


def test_a_group_whose_leader_has_ended_is_named_by_a_member(bash: Terminal) -> None:
    bash.driver.run("host", "true | sleep 30", deadline_s=0.2)
    bash.wait_for(lambda: bash.program() == "sleep")


def test_a_flood_of_output_does_not_stop_the_driver(bash: Terminal) -> None:
    assert isinstance(bash.driver.run("host", "seq 200000", deadline_s=10.0), Done)
    assert isinstance(bash.driver.run("host", "touch made"), Done)
    assert (bash.home / "made").exists()


def test_of_what_is_read_unseen_the_line_that_a_terminal_is_in_is_kept(bash: Terminal) -> None:
    lines: dict[int, bytes] = {}
    bash.driver.run("host", "printf 'a line and\\nhalf of one'; exec sleep 60", lambda: True)
    drain = Drain([bash.master], lines)
    deadline = time.monotonic() + 5
    while lines.get(bash.master) != b"half of one" and time.monotonic() < deadline:
        drain(0.05)
    assert lines == {bash.master: b"half of one"}
