"""The one executor: it turns a plan's steps into system calls, in the plan's order, by the processes that the plan names.

The lab drives. Each process that the plan brings to life (`joiner`, `init`) waits on its own socket for "make steps i to j",
makes them, writes what became of each on the board, and answers once. So a whole stretch costs one message, and step mode is
the same thing with stretches of one.

Contract of the code after clone3: one thread, nothing imported, nothing allocated that the parent must free; it reads the plan
and the board, speaks on its channel, and leaves by execve(2) or os._exit(2), never by returning.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import signal
import socket
import struct
import time
from collections.abc import Callable

from msgspec import Struct

from nslab.engine.board import ENDED, FRESH, STARTED, Board
from nslab.engine.calls import CALLS, FD_FOLLOWS, Actor
from nslab.engine.errands import NET
from nslab.engine.failures import LabError, TooFewDescriptors
from nslab.engine.protocol import receive_fds
from nslab.engine.siege import SIEGE
from nslab.engine.steps import AT_ONCE, Lost, NeverRun, Outcome, Plan, Step, Unborn, Who
from nslab.errors import Because
from nslab.kernel.pidfd import pidfd_open, pidfd_send_signal
from nslab.kernel.syscalls import SyscallError

TABLE = CALLS | SIEGE | NET

Ended = Callable[[int, int], object]
"""What is told of a child that has ended: its number and wait(2)'s status."""

STRETCH = struct.Struct("=II")
ANSWER = b"!"


class Record(Struct, frozen=True):
    """A plan and what became of its first `made` steps, read off the board only when it is asked for."""

    plan: Plan
    board: Board
    made: int

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of the steps made; the last one failed, if any did."""
        return tuple(outcome(self.plan, self.board, index) for index in range(self.made))


class Execution:
    """A plan being executed: `advance` makes its steps, `outcomes` tells what became of those made so far.

    It owns the pidfd of the process born last and the master of that one's terminal, until they are taken or it is abandoned.
    """

    def __init__(self, plan: Plan, lab: Actor, others: Ended | None = None) -> None:
        """`others` is told of children of the lab that end while `abandon` waits: see `put_to_end`.

        Nothing is made yet. Raises LabError where the plan brings more to life than it has roles for.
        """
        self.plan, self._others = plan, others
        self._made = 0
        self._ended = False  # by a step that failed
        self._ordered: tuple[int, int] | None = None
        self.pid = -1
        self._pidfd = -1
        self._master = -1
        self._lab = lab
        self._board = Board(len(plan))
        self._roles = roles(plan)
        if sum(step.call == "clone3" for step in plan) > len(self._roles):
            raise LabError(why=Because("error.lab.because.births"))
        self._channels: dict[Who, tuple[socket.socket, socket.socket]] = {
            role: socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for role in self._roles
        }
        lab.bear = self._born
        self._unborn = list(self._roles)
        self.held = contextlib.ExitStack()
        """What the plan's processes inherit and the lab keeps for them, closed with the execution."""

    @property
    def failure(self) -> Outcome | None:
        """The step that ended the plan, if one did."""
        return outcome(self.plan, self._board, self._made - 1) if self._ended else None

    @property
    def record(self) -> Record:
        """What was made so far, as a value that holds nothing else of the execution. It may be read after `close`."""
        return Record(self.plan, self._board, self._made)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of the steps made so far; the last one failed, if any did."""
        return self.record.outcomes

    @property
    def pidfd(self) -> int:
        """The pidfd of the process born last, the execution's own; -1 where there is none, or it was taken."""
        return self._pidfd

    def take_pidfd(self) -> int:
        """The pidfd of the process born last, from now on the caller's to close."""
        taken, self._pidfd = self._pidfd, -1
        return taken

    def take_master(self) -> int:
        """The master of the process's terminal, from now on the caller's to close; -1 where it has none."""
        taken, self._master = self._master, -1
        return taken

    def advance(self, until: int | None = None) -> None:
        """Make the steps before index `until`, all by default, or those before the first that fails."""
        end = len(self.plan) if until is None else until
        while (first := self._made) < end and not self._ended:
            step = self.plan[first]
            if step.who in self._unborn:
                self._made, self._ended = first + 1, True
            elif step.who in AT_ONCE:
                if step.call == "clone3":
                    self._order_ahead(first + 1, end)
                attempt(self._lab, step, first, self._board)
                self._collect(first, first + 1)
            else:
                self._run_stretch(step.who, first, self._stretch_end(first, end))
            self._adopt_child()

    def index(self, step_id: str) -> int:
        """Where a step stands. Raises ValueError."""
        return [step.id for step in self.plan].index(step_id)

    def abandon(self) -> int | None:
        """End what the plan brought to life and wait for it. Whatever it was doing, nothing of it stays.

        Its wait(2) status; None where there is none, or it was waited for before.
        """
        status = None
        if self._pidfd >= 0:
            status = put_to_end(self.pid, self.take_pidfd(), self._others)
        if self._master >= 0:
            os.close(self.take_master())
        self.close()
        return status

    def close(self) -> None:
        """Close what only the execution needs. The container, if there is one, lives on."""
        for ours, theirs in self._channels.values():
            ours.close()
            theirs.close()
        self._channels.clear()
        while self._lab.opened:
            os.close(self._lab.opened.pop())
        self._board.close()
        self.held.close()

    def _stretch_end(self, first: int, end: int) -> int:
        """A stretch goes on while the same process acts; one that bears a child ends there, so that the lab can adopt it."""
        who, last = self.plan[first].who, first + 1
        while last < end and self.plan[last].who == who and self.plan[last - 1].call != "clone3":
            last += 1
        return last

    def _order_ahead(self, first: int, end: int) -> None:
        """Order the first stretch of a process that is about to be born: it need not wait for us, nor we for it."""
        if first < end and self._unborn and self.plan[first].who == self._unborn[0]:
            self._ordered = (first, self._stretch_end(first, end))
            self._channels[self._unborn[0]][0].send(STRETCH.pack(*self._ordered))

    def _run_stretch(self, who: Who, first: int, last: int) -> None:
        channel = self._channels[who][0]
        try:
            if self._ordered != (first, last):
                channel.send(STRETCH.pack(first, last))
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                raise
        else:
            self._receive(channel)
        self._collect(first, last)

    def _receive(self, channel: socket.socket) -> None:
        """Wait for the answer, or for the end that close-on-exec or death brings: a reset where an order was left unread.

        Raises TooFewDescriptors where the kernel had no room for the terminal's master that was sent.
        """
        while True:
            try:
                message, fds, _ = receive_fds(channel, 16, 1)
            except ConnectionResetError:
                return
            if message != FD_FOLLOWS:
                return
            if not fds:
                raise TooFewDescriptors
            self._master = fds[0]

    def _collect(self, first: int, last: int) -> None:
        """Count the steps that were made, up to one that failed."""
        for index, (state, number) in enumerate(self._board.answers(first, last), first):
            self._made = index + 1
            step = self.plan[index]
            answered = state == ENDED or (state == STARTED and step.call == "execve")
            if not answered or not step.goes_on(number):
                self._ended = True
                return

    def _adopt_child(self) -> None:
        """Open a pidfd of what was born last; it can't be another process, for only the lab can reap it."""
        if self._ended or self.plan[self._made - 1].call != "clone3":
            return
        last = self._board.done(self._made - 1, "")
        opened, joiner = pidfd_open(last.value), self._pidfd
        self.pid, self._pidfd = last.value, opened
        self._lab.child = last.value  # whose maps the lab writes, whoever bore it
        if joiner >= 0:
            os.close(joiner)  # it ends by itself, its channel being closed
        born = self._unborn.pop(0)
        self._channels[born][1].close()
        for role in self._roles[: self._roles.index(born)]:
            self._channels[role][0].close()

    def _born(self) -> None:
        """The life of a new process: it takes the plan's next role, and never returns."""
        gc.disable()  # a collection could run finalizers of the lab's objects here
        try:
            actor, role = self._lab, self._unborn.pop(0)
            for name, (ours, theirs) in self._channels.items():
                ours.close()
                if name == role:
                    actor.channel = theirs
                elif name not in self._unborn:
                    theirs.close()
            self._serve(actor)
        finally:
            os._exit(1)

    def _serve(self, actor: Actor) -> None:
        channel = actor.channel
        while channel is not None and (order := channel.recv(STRETCH.size)):
            for index in range(*STRETCH.unpack(order)):
                number = attempt(actor, self.plan[index], index, self._board)
                if not self.plan[index].goes_on(number):
                    break
            channel.send(ANSWER)
        os._exit(0)


def outcome(plan: Plan, board: Board, index: int) -> Outcome:
    """What became of one step that was asked for."""
    step, state = plan[index], board.state(index)
    if state == ENDED or (state == STARTED and step.call == "execve"):
        return board.done(index, step.id)
    earlier = [done.call for done in plan[:index]]
    if state == FRESH and earlier.count("clone3") <= roles(plan).index(step.who):
        return Unborn(step.id)
    return NeverRun(step.id) if state == FRESH and "execve" in earlier else Lost(step.id)


def roles(plan: Plan) -> tuple[Who, ...]:
    """The processes that a plan brings to life, in the order of their births."""
    return tuple(dict.fromkeys(step.who for step in plan if step.who not in AT_ONCE))


def put_to_end(pid: int, pidfd: int, others: Ended | None = None) -> int | None:
    """Kill a child, wait for it, and close its pidfd. Its wait(2) status; None where it ended and was waited for before.

    The first process of a PID namespace does not end before everybody in it was waited for, and those that joined it are children
    of ours. So whatever ends meanwhile is waited for too, and told to `others`; without it, only where the child can't be such a
    first process.
    """
    try:
        pidfd_send_signal(pidfd, signal.SIGKILL)
        while (waited := os.waitpid(-1 if others else pid, 0))[0] != pid:
            if others is not None:
                others(*waited)
        return waited[1]
    except (SyscallError, ChildProcessError):
        return None
    finally:
        os.close(pidfd)


def attempt(actor: Actor, step: Step, index: int, board: Board) -> int:
    """Make one step, write its record, and return its errno."""
    started = time.monotonic_ns()
    board.start(index, started)
    number, value = make(actor, step)
    board.end(index, number, (time.monotonic_ns() - started) / 1000, started, value)
    return number


def make(actor: Actor, step: Step) -> tuple[int, int]:
    """Make one step's call: (errno, value)."""
    try:
        return 0, TABLE[step.call](actor, *step.args)
    except OSError as error:
        return error.errno or errno.EIO, -1
    except ValueError:  # Python's own refusal of a string with a NUL, in front of the kernel
        return errno.EINVAL, -1
