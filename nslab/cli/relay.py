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
from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec import Struct

from nslab.cli.stdout import refused
from nslab.cli.way_out import WayOut
from nslab.engine.client import Task
from nslab.engine.protocol import Ended
from nslab.engine.spec import Process
from nslab.kernel.pidfd import pidfd_send_signal
from nslab.kernel.pty import WindowSize, set_size
from nslab.kernel.syscalls import SyscallError

FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
READ_BYTES = 1 << 16
WRITE_BYTES = select.PIPE_BUF  # a pipe that poll(2) calls writable takes as much without blocking
LAST_WORDS_BYTES = (
    1 << 16
)  # what a pipe can hold: more than that was written after the program's end, by a child of its
LAST_WORDS_MS = 50
TYPED_AHEAD_BYTES = 1 << 16
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


class Output(Struct):
    """What the program says on one descriptor, on its way to one of ours. `left` bounds it once the program has ended."""

    source: int
    sink: int
    pending: bytes = b""
    left: int | None = None

    def take(self) -> None:
        """Read more. At the end, or what is taken for it, the source becomes -1."""
        most = READ_BYTES if self.left is None else min(self.left, READ_BYTES)
        try:
            self.pending = os.read(self.source, most)
        except BlockingIOError:
            return
        except OSError:
            self.pending = b""  # EIO: the terminal's last user has closed it
        if self.left is not None:
            self.left -= len(self.pending)
        if not self.pending:
            self.source = -1

    def give(self) -> None:
        """Write some of it. Raises BrokenPipeError where nobody reads our standard output any more, OutputRefused."""
        try:
            self.pending = self.pending[os.write(self.sink, self.pending[:WRITE_BYTES]) :]
        except OSError as error:
            if self.sink == STDOUT:
                raise refused(error) from error
            self.pending, self.source = b"", -1


class Program(Protocol):
    """A program that runs in a lab, ours or another's, as far as its streams are concerned."""

    @property
    def task(self) -> Task:
        """Its process."""
        ...

    @property
    def news(self) -> tuple[int, ...]:
        """Descriptors: when one is readable, `hear` has something to do."""
        ...

    def hear(self, ready: set[int]) -> Ended | None:
        """Take in the news on these. How the program ended, once it has. Raises LabGone."""
        ...


class Relay:
    """One program's streams, copied until it has ended and its last word is out. Nothing here waits but for poll(2)."""

    def __init__(self, program: Program, streams: Streams, way_out: WayOut) -> None:
        self._program, self._terminal, self._way_out = program, streams.terminal, way_out
        self._task = task = program.task
        named = dict(zip(streams.pipes, streams.ours, strict=True))
        self._input = named.pop(STDIN, task.master)
        os.set_blocking(self._input, False)  # a program that does not read must not keep signals waiting
        self._outputs = [Output(fd, number) for number, fd in named.items()]
        if task.master >= 0:
            self._outputs.append(Output(task.master, STDOUT if os.isatty(STDOUT) else STDIN))
        self._typed = b""
        self._most_typed = TYPED_AHEAD_BYTES if streams.terminal else 1  # what a program leaves unread hides no way out
        self._reading = True
        self._end: Ended | None = None

    def run(self) -> Ended:
        """Copy until the end, and say how it ended. Raises LabGone, OutputRefused, BrokenPipeError: our own reader left."""
        with signal_pipe() as signals, raw_terminal(self._terminal):
            while self._end is None or self._outputs:
                self._turn(signals)
        self._way_out.tell_left()
        return self._end

    def _turn(self, signals: int) -> None:
        poll, idle = select.poll(), None if self._end is None else LAST_WORDS_MS
        wanted = {signals: select.POLLIN, **self._wanted()}
        for fd, mask in wanted.items():
            poll.register(fd, mask)
        events = poll.poll(idle)  # an end and a failure are for whoever waits for the descriptor, to read or to write
        readable = {fd for fd, mask in events if mask & ~select.POLLOUT}
        writable = {fd for fd, mask in events if mask & ~select.POLLIN}
        with contextlib.suppress(BlockingIOError):  # poll(2) overlooks one that came just before a key: always read
            self._signalled(os.read(signals, 64))
        for output in self._outputs:
            if output.pending and output.sink in writable:
                output.give()
            elif not output.pending and output.source in readable:
                output.take()
        if STDIN in readable and wanted[STDIN] & select.POLLIN:
            self._take_in()
        if self._typed and self._input in writable:
            self._give()
        if self._end is None and (news := readable & {*self._program.news}):
            self._hear(news)
        if self._end is not None and not events:
            self._drop(lambda output: not output.pending)
        self._drop(lambda output: output.source < 0 and not output.pending)

    def _wanted(self) -> dict[int, int]:
        """What to wait for: {descriptor: POLLIN | POLLOUT}. A descriptor can be a source and a sink: a terminal is."""
        wanted: dict[int, int] = {}

        def want(fd: int, mask: int) -> None:
            wanted[fd] = wanted.get(fd, 0) | mask

        for output in self._outputs:
            want(*((output.sink, select.POLLOUT) if output.pending else (output.source, select.POLLIN)))
        if self._end is None:
            for fd in self._program.news:
                want(fd, select.POLLIN)
            if self._typed:
                want(self._input, select.POLLOUT)
            if self._reading and len(self._typed) < self._most_typed:
                want(STDIN, select.POLLIN)
        return wanted

    def _hear(self, news: set[int]) -> None:
        self._end = self._program.hear(news)
        if self._end is not None:
            for output in self._outputs:
                output.left = LAST_WORDS_BYTES

    def _drop(self, over: Callable[[Output], bool]) -> None:
        self._outputs = [output for output in self._outputs if not over(output)]

    def _take_in(self) -> None:
        try:
            taken = os.read(STDIN, WRITE_BYTES)
        except OSError:
            taken = b""  # EIO: the terminal has gone; EISDIR: it is no stream at all
        if taken:
            self._typed += taken
            if self._terminal and self._way_out.typed(taken):
                self._send(signal.SIGKILL)
            return
        if self._terminal:
            self._hang_up()
        self._end_input()

    def _hang_up(self) -> None:
        """The person's terminal is gone. The program is told, as if it had been its own, and everything ends with it."""
        self._send(signal.SIGHUP)
        self._end = Ended(self._task.pid, int(signal.SIGHUP))
        self._outputs.clear()

    def _give(self) -> None:
        try:
            self._typed = self._typed[os.write(self._input, self._typed) :]
        except BlockingIOError:
            pass
        except OSError:
            self._typed = b""  # EPIPE, EIO: nobody reads any more, as the program is free to decide
            self._end_input()

    def _end_input(self) -> None:
        self._reading = False
        if self._input != self._task.master:
            os.close(self._input)

    def _signalled(self, numbers: bytes) -> None:
        for number in numbers:
            if number != signal.SIGWINCH:
                self._send(signal.SIGKILL if self._way_out.signalled(number) else number)
            elif self._task.master >= 0:
                with contextlib.suppress(OSError):  # the terminal has gone
                    set_size(self._task.master, window_size())

    def _send(self, number: int) -> None:
        with contextlib.suppress(SyscallError):  # it has ended
            pidfd_send_signal(self._task.pidfd, number)


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
        tty.setraw(STDIN, termios.TCSADRAIN)  # what was typed ahead is kept
        yield
    finally:
        with contextlib.suppress(termios.error):  # EIO: it has gone
            termios.tcsetattr(STDIN, termios.TCSADRAIN, before)
