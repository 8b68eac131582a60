"""The relay's parts, without a lab: one direction of copying, closed streams, signals as bytes, the raw terminal."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator

import pytest

from nslab.cli import relay
from nslab.cli.relay import LAST_WORDS_BYTES, STDERR, STDOUT, Output, signal_pipe

Pipe = tuple[int, int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    read, write = os.pipe()
    yield read, write
    for end in (read, write):
        try:
            os.close(end)
        except OSError:
            pass  # the test did


def test_what_is_taken_is_given(pipe: Pipe) -> None:
    sink_read, sink = os.pipe()
    output = Output(pipe[0], sink)
    os.write(pipe[1], b"said")
    output.take()
    output.give()
    assert (os.read(sink_read, 10), output.pending, output.source) == (b"said", b"", pipe[0])
    os.close(sink_read)
    os.close(sink)


def test_the_end_of_the_source_is_seen(pipe: Pipe) -> None:
    output = Output(pipe[0], STDOUT)
    os.close(pipe[1])
    output.take()
    assert output.source == -1


def test_a_source_that_has_nothing_yet_has_not_ended(pipe: Pipe) -> None:
    os.set_blocking(pipe[0], False)
    output = Output(pipe[0], STDOUT)
    output.take()
    assert output.source == pipe[0]


def test_after_the_programs_end_no_more_is_taken_than_a_pipe_holds(pipe: Pipe) -> None:
    output = Output(pipe[0], STDOUT, left=LAST_WORDS_BYTES)
    taken = 0
    while output.source >= 0:
        os.write(pipe[1], b"y" * 10_000)  # a child that goes on talking
        output.take()
        taken += len(output.pending)
    assert taken == LAST_WORDS_BYTES


def test_a_broken_standard_error_is_no_reason_to_end(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_fd: int, _data: bytes) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(os, "write", broken)
    output = Output(pipe[0], STDERR, b"lost")
    output.give()
    assert (output.pending, output.source) == (b"", -1)
    with pytest.raises(BrokenPipeError):
        Output(pipe[0], STDOUT, b"lost").give()


def test_a_closed_stream_becomes_null_and_no_file_takes_its_number() -> None:
    program = (
        "import os; from nslab.cli.main import open_missing; open_missing()\n"
        "from nslab.cli.relay import open_streams\n"
        "print(open_streams().ours, [os.readlink(f'/proc/self/fd/{n}') for n in (0, 2)])"
    )
    command = f'"{sys.executable}" -c "$PROGRAM" <&- 2>&-'
    done = subprocess.run(
        ["sh", "-c", command], env=os.environ | {"PROGRAM": program}, capture_output=True, text=True, check=True
    )
    assert done.stdout.rstrip().endswith("['/dev/null', '/dev/null']")
    assert all(int(number) > 2 for number in done.stdout.partition("(")[2].partition(")")[0].split(",") if number)


def test_signals_become_bytes_and_afterwards_mean_what_they_did() -> None:
    before = {number: signal.getsignal(number) for number in relay.FORWARDED}
    with signal_pipe() as read:
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGWINCH):
            os.kill(os.getpid(), number)
        assert sorted(os.read(read, 64)) == sorted([signal.SIGTERM, signal.SIGUSR1, signal.SIGWINCH])
    assert {number: signal.getsignal(number) for number in relay.FORWARDED} == before


def test_a_terminal_is_raw_inside_and_restored_behind_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    monkeypatch.setattr(relay, "STDIN", slave)
    before = termios.tcgetattr(slave)
    inside = []

    def fail() -> None:
        with relay.raw_terminal(True):
            inside.append(termios.tcgetattr(slave)[3] & termios.ICANON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert inside == [0]
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


def test_a_terminal_that_has_gone_meanwhile_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    monkeypatch.setattr(relay, "STDIN", slave)
    with relay.raw_terminal(True):
        os.close(master)
    os.close(slave)
