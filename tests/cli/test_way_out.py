"""The way out of a container that no signal ends: which keys and signals lead there, and who is told."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from nslab.cli.way_out import WayOut, unheard
from nslab.kernel.pidfd import pidfd_open
from nslab.words import Lang, Words, words_for
from tests.cli.runs import SECONDS, first_line, on_terminal, running

IGNORED = "nslab.cli.way_out.unheard"
ASKED = (signal.SIGINT, signal.SIGTERM)
FIRST = ("--ns", "all", "--", "tail", "-f", "/etc/passwd")  # says something by itself; a shell would have handlers


@pytest.fixture
def words() -> Words:
    return words_for("en")


@pytest.fixture
def sleeper() -> Iterator[int]:
    """A process that is no namespace's first, by its pidfd."""
    with subprocess.Popen(["sleep", "100"]) as process:
        pidfd = pidfd_open(process.pid)
        yield pidfd
        os.close(pidfd)
        process.kill()


def test_three_ctrl_right_brackets_within_a_second_lead_out(words: Words, sleeper: int) -> None:
    times = iter((0.0, 0.5, 1.4, 1.45, 1.5))
    way_out = WayOut(sleeper, "sleep", words, lambda: next(times))
    assert [way_out.typed(b"\x1d") for _ in range(5)] == [False, False, False, True, True]


@pytest.mark.parametrize("keys", [b"\x1d\x1d", b"\x1d\x1dx\x1d", b"\x1d\x03\x1d\x03\x1d", b"]]]", b""])
def test_other_keys_do_not(keys: bytes, words: Words, sleeper: int) -> None:
    assert not WayOut(sleeper, "sleep", words, lambda: 0.0).typed(keys)


def test_who_is_no_namespaces_first_process_hears_every_signal(
    words: Words, sleeper: int, capfd: pytest.CaptureFixture[str]
) -> None:
    way_out = WayOut(sleeper, "sleep", words)
    assert not unheard(sleeper, signal.SIGINT)
    assert not way_out.typed(b"\x03\x03\x03\x03")
    assert not any(way_out.signalled(signal.SIGTERM) for _ in range(4))
    assert capfd.readouterr().err == ""


def test_what_has_ended_is_not_said_to_be_deaf() -> None:
    with subprocess.Popen(["true"]) as process:
        pidfd = pidfd_open(process.pid)
    assert not unheard(pidfd, signal.SIGINT)
    os.close(pidfd)


def test_a_third_ctrl_c_in_a_row_tells_the_way_out_once(
    words: Words, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(IGNORED, lambda _pidfd, _number: True)
    way_out = WayOut(-1, "sleep", words)
    way_out.typed(b"\x03x\x03\x03")
    assert capfd.readouterr().err == ""
    way_out.typed(b"\x03\x03\x03\x03")
    way_out.typed(b"x\x03\x03\x03")
    assert capfd.readouterr().err == f"\r\n{words('run.unheard.keys', program='sleep')}\r\n"


def test_tail_as_pid_1_is_left_by_keys_after_it_was_told_how() -> None:
    with on_terminal(*FIRST) as terminal:
        terminal.expect("root:")
        terminal.type("\x03\x03\x03")
        terminal.expect("pid_namespaces(7)")
        terminal.type("\x1d\x1d\x1d")
        assert terminal.wait() == 128 + signal.SIGKILL
        assert terminal.restored


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_who_has_left_by_keys_is_told_so_on_a_line_of_its_own(lang: Lang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NSLAB_LANG", lang)
    with on_terminal(*FIRST) as terminal:
        terminal.expect("root:")
        terminal.type("\x1d\x1d\x1d")
        terminal.wait()
    said = terminal.said.decode().split("\r\n")
    assert said[-2:] == [words_for(lang)("run.left", program="tail"), ""]


def test_the_way_out_is_open_behind_a_paste_that_nobody_reads() -> None:
    with on_terminal("--ns", "all", "--", "sh", "-c", "stty raw -echo; echo ready; exec sleep 100") as terminal:
        terminal.expect("ready")
        for _ in range(4):
            terminal.type("pasted\n" * 1000)
        terminal.type("\x1d\x1d\x1d")
        assert terminal.wait() == 128 + signal.SIGKILL


def test_pid_1_with_a_handler_keeps_its_ctrl_c_and_nothing_is_told() -> None:
    script = "trap 'echo got' INT; trap 'exit 4' QUIT; echo ready; while :; do sleep 0.1; done"
    with on_terminal("--ns", "all", "--", "sh", "-c", script) as terminal:
        terminal.expect("ready")
        for _ in range(3):
            terminal.type("\x03")
            terminal.expect("got")
        terminal.type("\x1c")
        assert terminal.wait() == 4
        assert b"pid_namespaces" not in terminal.said


@pytest.mark.parametrize("number", ASKED)
def test_where_nobody_types_the_third_signal_ends_it_and_the_first_says_so(number: signal.Signals) -> None:
    with running(*FIRST, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert first_line(process).startswith(b"root:")
        process.send_signal(number)
        assert process.stderr is not None
        assert b"pid_namespaces(7)" in process.stderr.readline()
        assert process.poll() is None
        process.send_signal(number)
        process.send_signal(ASKED[0])
        process.send_signal(ASKED[1])
        assert process.wait(SECONDS) == 128 + signal.SIGKILL
        assert process.stderr.read() == b""


@contextlib.contextmanager
def full_device() -> Iterator[int]:
    with open("/dev/full", "wb") as file:
        yield file.fileno()


@contextlib.contextmanager
def pipe_without_a_reader() -> Iterator[int]:
    read, write = os.pipe()
    os.close(read)
    yield write
    os.close(write)


@contextlib.contextmanager
def pipe_that_is_full() -> Iterator[int]:
    read, write = os.pipe()
    os.set_blocking(write, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(write, bytes(4096))
    os.set_blocking(write, True)
    yield write
    os.close(read)
    os.close(write)


@pytest.mark.parametrize("stderr", [full_device, pipe_without_a_reader, pipe_that_is_full])
def test_the_way_out_is_open_where_it_can_not_be_told(stderr: Callable[[], AbstractContextManager[int]]) -> None:
    with stderr() as file, running(*FIRST, stdin=subprocess.DEVNULL, stderr=file) as process:
        assert first_line(process).startswith(b"root:")
        for _ in range(2):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 128 + signal.SIGKILL
