"""Pseudoterminals of the devpts that this test runs on."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import termios
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nslab.kernel import pty
from nslab.kernel.pty import WindowSize


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    master = pty.open_master("/dev/ptmx")
    slave = pty.open_slave(master)
    yield master, slave
    os.close(master)
    os.close(slave)


def test_both_ends_are_close_on_exec(terminal: tuple[int, int]) -> None:
    assert [os.get_inheritable(end) for end in terminal] == [False, False]


def test_what_is_typed_at_the_master_is_read_at_the_slave(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    os.write(master, b"typed\n")
    assert os.read(slave, 64) == b"typed\n"


def test_the_slave_is_reached_by_the_master_and_not_by_a_path(terminal: tuple[int, int]) -> None:
    assert os.isatty(terminal[1])
    assert os.fstat(terminal[1]).st_ino == os.stat(os.ttyname(terminal[1])).st_ino


def test_the_size_is_rows_then_columns(terminal: tuple[int, int]) -> None:
    pty.set_size(terminal[0], WindowSize(rows=7, columns=33))
    assert os.get_terminal_size(terminal[1]) == os.terminal_size((33, 7))


def test_only_a_session_leader_gets_a_controlling_terminal(inside: Callable[..., Any]) -> None:
    def action() -> int:
        return pty.set_controlling_terminal(pty.open_slave(pty.open_master("/dev/ptmx")))

    assert inside(action) == f"errno {errno.EPERM}"


def test_a_resize_signals_the_foreground_process(inside: Callable[..., Any]) -> None:
    def action() -> list[int]:
        os.setsid()
        master = pty.open_master("/dev/ptmx")
        pty.set_controlling_terminal(pty.open_slave(master))
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})
        pty.set_size(master, WindowSize(rows=9, columns=9))
        came = signal.sigtimedwait({signal.SIGWINCH}, 5)
        return [came.si_signo if came else 0, fcntl.ioctl(master, termios.TIOCOUTQ, b"\0" * 4)[0]]

    assert inside(action) == [signal.SIGWINCH, 0]
