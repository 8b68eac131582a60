"""Between a person's standard streams and a container's: copying, signals, window size, until the program ends.

The container never gets a descriptor of the machine's: a terminal of the person's inside could be typed into (CVE-2017-5226), a
file could be opened again with more rights. So what is a terminal here is a pseudoterminal of the container's own there, what is
a pipe or file here is a pipe there, and the relay copies.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import termios
import tty
from collections.abc import Iterator

from msgspec import Struct

from nslab.engine.client import Lab, Task
from nslab.engine.spec import Process
from nslab.kernel.pty import WindowSize, set_size

FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
CHUNK = 1 << 16
STDIN, STDOUT, STDERR = range(3)


class Streams(Struct, frozen=True):
    """Which of our streams are terminals, and the pipes made for those that are not."""

    terminal: bool
    pipes: tuple[int, ...]
    theirs: tuple[int, ...]
    ours: tuple[int, ...]


def open_streams() -> Streams:
    """Pipes for what is no terminal here. A terminal is given only where a person types: standard input is one."""
    terminal = os.isatty(STDIN)
    pipes = tuple(number for number in range(3) if not (terminal and os.isatty(number)))
    ends = [os.pipe2(os.O_CLOEXEC) for _ in pipes]
    theirs = tuple(end[0] if number == STDIN else end[1] for number, end in zip(pipes, ends, strict=True))
    ours = tuple(end[1] if number == STDIN else end[0] for number, end in zip(pipes, ends, strict=True))
    return Streams(terminal, pipes, theirs, ours)


def process_for(args: tuple[str, ...], streams: Streams) -> Process:
    """The OCI process for a command with these streams."""
    size = window_size() if streams.terminal else WindowSize()
    return Process(args, pipes=streams.pipes, terminal=streams.terminal, size=size)


def window_size() -> WindowSize:
    """Our own terminal's size."""
    columns, rows = os.get_terminal_size(STDIN)
    return WindowSize(rows, columns)


class Relay:
    """One program's streams, copied until it has ended and its last word is out."""

    def __init__(self, lab: Lab, task: Task, streams: Streams, name: str) -> None:
        self._lab, self._task, self._name = lab, task, name
        named = dict(zip(streams.pipes, streams.ours, strict=True))
        self._input = named.pop(STDIN, task.master)
        self._outputs = {fd: number for number, fd in named.items()}
        if task.master >= 0:
            self._outputs[task.master] = STDOUT if os.isatty(STDOUT) else STDIN
        self._pending = b""
        self._reading = True
        self._status: int | None = None

    def run(self) -> int:
        """Copy until the end. Returns wait(2)'s status. Raises LabGone, BrokenPipeError where our own reader has left."""
        with signal_pipe() as signals:
            while self._status is None or self._outputs:
                self._turn(signals)
        return self._status

    def _turn(self, signals: int) -> None:
        sources = {self._lab.events.fileno(), signals, *self._outputs}
        if self._reading and not self._pending:
            sources.add(STDIN)
        sinks = [self._input] if self._pending else []
        patience = None if self._status is None else 0.05  # once it has ended, only what is in the pipes already
        ready, writable, _ = select.select(sources, sinks, [], patience)
        if self._status is not None and not ready:
            self._outputs.clear()
        if signals in ready:
            self._signalled(os.read(signals, 64))
        for fd in [fd for fd in self._outputs if fd in ready]:
            self._copy_out(fd)
        if STDIN in ready:
            self._take_in()
        if writable:
            self._give()
        if self._lab.events.fileno() in ready:
            self._status = self._lab.ended(self._task.pid)

    def _copy_out(self, fd: int) -> None:
        try:
            data = os.read(fd, CHUNK)
        except OSError:
            data = b""  # EIO: the terminal's last user has closed it
        if not data:
            del self._outputs[fd]
            return
        number = self._outputs[fd]
        while data:
            data = data[os.write(number, data) :]

    def _take_in(self) -> None:
        self._pending = os.read(STDIN, 4096)
        if not self._pending:
            self._end_input()

    def _give(self) -> None:
        try:
            self._pending = self._pending[os.write(self._input, self._pending) :]
        except OSError:
            self._pending = b""  # EPIPE, EIO: nobody reads any more, as the program is free to decide
            self._end_input()

    def _end_input(self) -> None:
        self._reading = False
        if self._input != self._task.master:
            os.close(self._input)

    def _signalled(self, numbers: bytes) -> None:
        for number in numbers:
            if number == signal.SIGWINCH:
                if self._task.master >= 0:
                    set_size(self._task.master, window_size())
            elif self._status is None:
                self._lab.signal(self._name, number)


@contextlib.contextmanager
def signal_pipe() -> Iterator[int]:
    """The numbers of signals as bytes to read, instead of what they do to a process by default."""
    read, write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    before = {number: signal.signal(number, lambda _number, _frame: None) for number in (*FORWARDED, signal.SIGWINCH)}
    former = signal.set_wakeup_fd(write)
    try:
        yield read
    finally:
        signal.set_wakeup_fd(former)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(read)
        os.close(write)


@contextlib.contextmanager
def raw_terminal(wanted: bool) -> Iterator[None]:
    """Every key goes through, Ctrl-C too; on leaving, however, the terminal is as it was."""
    if not wanted:
        yield
        return
    before = termios.tcgetattr(STDIN)
    try:
        tty.setraw(STDIN)
        yield
    finally:
        termios.tcsetattr(STDIN, termios.TCSADRAIN, before)
