"""A lab, seen from its owner: start one, ask it for things, end it.

Requests block until the lab answers, which takes milliseconds; an application with an event loop makes them from worker
threads, and they are served one at a time. Events have a socket of their own, so that a loop can watch it. Every fd that comes
out of here is close-on-exec and the caller's to close.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import socket
import subprocess
import threading
import time

from msgspec import Struct

from nslab.engine import protocol, rundir
from nslab.engine.changes import Change
from nslab.engine.failures import LabError, LabGone, LabSilent, TooFewDescriptors, unexpected, unplanned
from nslab.engine.net_owner import NetHelper
from nslab.engine.protocol import Content, Ended, Family, Hello, Probed, Request, Running
from nslab.engine.recall import Recall
from nslab.engine.requests import Requests, Told, packet
from nslab.engine.resources import Resources
from nslab.engine.spawn import spawn_keeper
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Argument, Step
from nslab.engine.waiting import readable
from nslab.errors import Because
from nslab.kernel.clocks import Clock
from nslab.kernel.memfd import memory_file
from nslab.kernel.namespaces import Kind
from nslab.kernel.pidfd import pidfd_send_signal
from nslab.kernel.syscalls import SyscallError
from nslab.kernel.uts import UtsNames

__all__ = ["Lab", "LabError", "LabGone", "Task", "Told"]

START_SECONDS = 15.0
END_SECONDS = 2.0


class Task(Struct, frozen=True):
    """A process in the lab: the lab's number for it, its pidfd, its terminal's master (-1: none)."""

    pid: int
    pidfd: int
    master: int


class Lab:
    """A running lab. A context manager: leaving it ends the lab and everything in it."""

    def __init__(
        self, keeper: subprocess.Popen[bytes], control: socket.socket, events: socket.socket, status: socket.socket
    ) -> None:
        self._keeper = keeper
        self._control, self._status, self.events = control, status, events
        self._requests = Requests(control)
        self.pid = self.proc = -1
        self.directory = ""  # its run directory
        self._pidfd = -1
        self._net: NetHelper | None = None
        self._ended: dict[int, Ended] = {}
        self._collecting = threading.Lock()
        self._closing = threading.Lock()

    @classmethod
    def start(cls, recall: Recall | None = None, *, limits: bool = False) -> Lab:
        """A new lab, which `recall` may call off from another thread, now or later.

        `limits`: with a control group that it divides, which takes a place for it; see `delegation`.
        Raises LabError: what the kernel refused, where, and what it means; LabSilent after START_SECONDS.
        """
        ours: list[socket.socket] = []
        theirs: list[socket.socket] = []
        try:
            for _ in range(3):
                pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                ours.append(pair[0])
                theirs.append(pair[1])
            keeper = spawn_keeper([sock.fileno() for sock in theirs], limits=limits)
        except OSError as error:
            for sock in ours:
                sock.close()
            raise unplanned(error) from error
        finally:
            for sock in theirs:
                sock.close()
        lab = cls(keeper, *ours)
        if recall is not None:
            recall.hold(lab)
        try:
            lab._greet()
        except BaseException:
            lab.close()
            raise
        return lab

    def _greet(self) -> None:
        """Wait for the lab's hello and the keeper's word, or for either's refusal.

        A lab that ends on the way is told of by the keeper too, and only there with a reason.
        """
        deadline = time.monotonic() + START_SECONDS
        waiting = {self._control, self._status}
        while self.proc < 0 or self.pid < 0:
            ready = readable(waiting, deadline - time.monotonic())
            if not ready:
                raise LabSilent(seconds=int(START_SECONDS))
            if self._status in ready:
                self._hear_keeper()
            elif not self._hear_hello():
                waiting.discard(self._control)

    def _hear_keeper(self) -> None:
        try:
            news = protocol.receive(self._status, protocol.KEEPER_NEWS)
        except (OSError, protocol.ProtocolError):
            news = None
        match news:
            case (protocol.Ready(pid, directory), [pidfd]):
                self.pid, self._pidfd, self.directory = pid, pidfd, directory
            case (protocol.Refused() as refused, fds):
                protocol.close_all(fds)
                raise Told(refused)
            case _:
                protocol.close_all(news[1] if news else ())
                raise LabGone(why=Because("error.lab-gone.because.ended-at-start"))

    def _hear_hello(self) -> bool:
        with contextlib.suppress(LabGone):
            match self._requests.receive():
                case (Hello(), [proc]):
                    self.proc = proc
                case (_, fds):
                    protocol.close_all(fds)
        return self.proc >= 0

    def spawn(self, process: Process, pipes: tuple[int, ...] = ()) -> Task:
        """A program in the lab itself. Raises LabError."""
        return task_of(self._requests, protocol.Spawn(process), pipes)

    def create(self, spec: Spec, pipes: tuple[int, ...] = (), changes: tuple[Change, ...] = ()) -> Task:
        """A container, complete but for its program. `pipes` go to the streams `spec.process.pipes`. Raises LabError."""
        return self._contained(protocol.Create(spec, changes), pipes)

    def conceive(self, spec: Spec, changes: tuple[Change, ...] = ()) -> protocol.Advanced:
        """A container's plan, with `changes`; nothing of it is made yet. Raises LabError."""
        self._provide(spec)
        return self._requests.asked(protocol.Conceive(spec, changes), protocol.Advanced)

    def advance(self, name: str, until: int) -> protocol.Advanced:
        """Make a conceived container's steps before index `until`; what one that is refused left can be looked at.

        `start_container` makes the rest, `delete` undoes all. Raises LabError.
        """
        return self._requests.asked(protocol.Advance(name, until), protocol.Advanced)

    def start_container(self, name: str) -> Task:
        """Let a created container execute its program. Raises LabError (ProgramMissing …)."""
        return task_of(self._requests, protocol.Start(name))

    def run(self, spec: Spec, pipes: tuple[int, ...] = (), changes: tuple[Change, ...] = ()) -> Task:
        """Create and start. Raises LabError (ProgramMissing …)."""
        return self._contained(protocol.Run(spec, changes), pipes)

    def account(self, pid: int) -> protocol.Accounted:
        """How a process of the lab's making came to be: its plan, and what became of each step. Raises LabError."""
        return self._requests.asked(protocol.Account(pid), protocol.Accounted)

    def attach(self, pid: int, process: Process, pipes: tuple[int, ...] = ()) -> Task:
        """A program in the namespaces of the lab's process `pid`. Raises LabError."""
        return task_of(self._requests, protocol.Exec(pid, process), pipes)

    def signal(self, name: str, number: int) -> None:
        """Signal a container's first process. Raises LabError."""
        self._requests.ask(protocol.Signal(name, number))

    def update(self, name: str, resources: Resources) -> None:
        """Change the limits of a container that has some, while it runs. Raises LabError."""
        self._requests.ask(protocol.Update(name, resources))

    def delete(self, name: str) -> None:
        """Kill what is left of a container and give its room back. Raises LabError."""
        self._requests.ask(protocol.Delete(name))

    def put(self, path: str, data: bytes, mode: int = 0o644) -> None:
        """Write a file in the lab. Raises LabError."""
        fd = memory_file("nslab-put", data)
        try:
            self._requests.ask(protocol.Put(path, mode), (fd,))
        finally:
            os.close(fd)

    def probe(
        self,
        pid: int,
        call: str,
        args: tuple[Argument, ...],
        without: tuple[int, ...] = (),
        *,
        for_children: bool = False,
    ) -> int:
        """The errno of one call made where the lab's process `pid` is, 0 for success. Raises LabError."""
        request = protocol.Probe(pid, Step("probe", "init", call, args), without, for_children)
        return self._requests.asked(request, Probed).errno

    def clock(self, pid: int, clock: Clock) -> int:
        """What clock_gettime(2) answers where the lab's process `pid` is, in nanoseconds. Raises LabError."""
        return self._requests.asked(
            protocol.Probe(pid, Step("probe", "init", "clock_gettime", (clock.id,))), Probed
        ).value

    def read(self, pid: int, kind: Kind, path: str) -> str:
        """A file of the lab's /proc, as a reader in the namespace `kind` of the lab's process `pid` finds it. Raises LabError."""
        return self._requests.asked(protocol.Read(pid, kind, path), Content).text

    def names(self, pids: tuple[int, ...]) -> tuple[UtsNames | None, ...]:
        """The UTS names of the lab's processes, None for one that is gone. Raises LabError."""
        return self._requests.asked(protocol.Names(pids), protocol.Named).names

    def sockets(self, pids: tuple[int, ...], family: Family = "netlink") -> dict[int, int]:
        """A netlink or packet socket where each of these processes is, at most MOST_FDS at a time. Raises LabError."""
        reply, fds = self._requests.ask(protocol.OpenSockets(pids, family))
        if not isinstance(reply, protocol.Opened) or len(fds) != len(reply.pids):
            protocol.close_all(fds)
            raise unexpected(reply)
        return dict(zip(reply.pids, fds, strict=True))

    def collect(self) -> None:
        """Take in the events that have come: they wake nobody any more. Raises LabGone."""
        with self._collecting:
            while readable({self.events}, 0):
                event, fds = packet(self.events, protocol.EVENTS)
                protocol.close_all(fds)
                self._ended[event.pid] = event

    def ended(self, pid: int) -> int | None:
        """The wait(2) status of a process that the lab started, once it is known; None before. Raises LabGone."""
        self.collect()
        return None if (end := self.known_end(pid)) is None else end.status

    def known_end(self, pid: int) -> Ended | None:
        """How it ended, by what has been collected: for whoever waits for several, or an end that comes meanwhile wakes nobody."""
        return self._ended.get(pid)

    def wait(self, pid: int, seconds: float | None = None) -> int | None:
        """As `ended`, but waits; None after `seconds`. Raises LabGone."""
        deadline = math.inf if seconds is None else time.monotonic() + seconds
        while (status := self.ended(pid)) is None:
            if (left := deadline - time.monotonic()) <= 0:
                return None
            readable({self.events}, min(left, 0.2))  # another thread may take our event in
        return status

    def interrupt(self) -> None:
        """Have the request that waits for an answer, or the start, fail with LabGone now, and all that come after.

        The lab takes it for its owner's end. Safe from any thread; only `close` is then of use.
        """
        with self._closing:  # a number that is closed under shutdown(2) might be another socket's by then
            for sock in (self._control, self.events, self._status):
                with contextlib.suppress(OSError):  # closed, or its other end is gone: nobody waits there
                    sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the lab: its keeper sees the socket close, kills it, and sweeps. Returns when that is done.

        A keeper or a lab that does not do so by itself within END_SECONDS is made to; after twice that time all is over.
        """
        with self._closing:
            for sock in (self._control, self.events, self._status):
                sock.close()
        if self.proc >= 0:
            os.close(self.proc)
            self.proc = -1
        if self._net:
            self._net.close()
        try:
            self._keeper.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._force()
        if self._pidfd >= 0:
            self._kill_lab()  # it may outlive a keeper that was killed, for a moment
            os.close(self._pidfd)
            self._pidfd = -1
        rundir.leave_for(self.directory)

    def _kill_lab(self) -> None:
        """Kill the lab and wait for its end, which the kernel makes that of everything in it."""
        if self._pidfd >= 0:
            with contextlib.suppress(SyscallError):
                pidfd_send_signal(self._pidfd, signal.SIGKILL)
            readable({self._pidfd}, END_SECONDS)

    def _force(self) -> None:
        """End a lab whose keeper does not. A stopped keeper is woken, so that it sweeps; else the next start does."""
        self._kill_lab()
        self._keeper.send_signal(signal.SIGCONT)
        try:
            self._keeper.wait(END_SECONDS / 2)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _contained(self, request: protocol.Create | protocol.Run, pipes: tuple[int, ...]) -> Task:
        """A container's task; one whose descriptors we had no room for is deleted again."""
        self._provide(request.spec)
        try:
            return task_of(self._requests, request, pipes)
        except TooFewDescriptors:
            with contextlib.suppress(LabError):
                self.delete(request.spec.name)
            raise

    def _provide(self, spec: Spec) -> None:
        """See that the lab has the helper that makes links, where a container wants a network. Raises LabError."""
        if spec.network is None or (self._net and self._net.alive):
            return
        if self._net:
            self._net.close()
        self._net, errands = NetHelper.start(self._pidfd)
        with errands:
            self._requests.ask(protocol.Employ(), (errands.fileno(),))


def task_of(requests: Requests, request: Request, pipes: tuple[int, ...] = ()) -> Task:
    """A request whose answer is a process. Raises LabError."""
    match requests.ask(request, pipes):
        case (Running(pid), [pidfd]):
            return Task(pid, pidfd, -1)
        case (Running(pid), [pidfd, master]):
            return Task(pid, pidfd, master)
        case (reply, fds):
            protocol.close_all(fds)
            raise unexpected(reply)
