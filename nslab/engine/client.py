"""A lab, seen from its owner: start one, ask it for things, end it.

Requests block until the lab answers, which takes milliseconds; an application with an event loop makes them from worker
threads, and they are served one at a time. Events have a socket of their own, so that a loop can watch it. Every fd that comes
out of here is close-on-exec and the caller's to close.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time

from msgspec import Struct

from nslab.engine import protocol
from nslab.engine.failures import LabError, LabGone, LabSilent
from nslab.engine.protocol import Hello, Probed, Reply, Request, Running
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Argument, Outcome, Plan, Step
from nslab.kernel.process import pidfd_open, pidfd_send_signal
from nslab.kernel.uts import UtsNames

START_SECONDS = 15.0
ANSWER_SECONDS = 10.0
END_SECONDS = 2.0

# What Python needs to find itself; nothing else of a person's environment gets near a lab.
KEPT_VARIABLES = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "HOME")


class Told(LabError):
    """An error that the lab or its keeper answered, with the code it has there."""

    def __init__(self, refused: protocol.Refused) -> None:
        super().__init__(**refused.facts)
        self.code = refused.code
        self.plan = refused.plan
        self.outcomes = refused.outcomes


class Task(Struct, frozen=True):
    """A process in the lab: the lab's number for it, its pidfd, its terminal's master (-1: none), and how it was made."""

    pid: int
    pidfd: int
    master: int
    plan: Plan
    outcomes: tuple[Outcome, ...]


class Lab:
    """A running lab. A context manager: leaving it ends the lab and everything in it."""

    def __init__(
        self, keeper: subprocess.Popen[bytes], control: socket.socket, events: socket.socket, status: socket.socket
    ) -> None:
        self._keeper = keeper
        self._control, self._status = control, status
        self.events = events
        self.pid = -1
        self.proc = -1
        self.ids = 0
        self._ended: dict[int, int] = {}
        self._collecting = threading.Lock()
        self._asking = threading.Lock()

    @classmethod
    def start(cls) -> Lab:
        """A new lab. Raises LabError: what the kernel refused, where, and what it means."""
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(3)]
        ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        numbers = [str(sock.fileno()) for sock in theirs]
        command = [
            sys.executable,
            "-m",
            "nslab.engine.keeper",
            *numbers,
            str(os.getpid()),
            os.path.basename(sys.argv[0] or "nslab"),
        ]
        keeper = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("NSLAB_DEBUG") else subprocess.DEVNULL,
            pass_fds=[sock.fileno() for sock in theirs],
            env={name: value for name in KEPT_VARIABLES if (value := os.environ.get(name)) is not None},
            start_new_session=True,
        )
        for sock in theirs:
            sock.close()
        lab = cls(keeper, *ours)
        try:
            lab._greet()
        except BaseException:
            lab.close()
            raise
        return lab

    def _greet(self) -> None:
        """Wait for the lab's hello and the keeper's word, or for either's refusal."""
        deadline = time.monotonic() + START_SECONDS
        waiting = {self._control, self._status}
        while waiting:
            ready, _, _ = select.select(list(waiting), [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise LabSilent(seconds=int(START_SECONDS))
            if self._status in ready:
                waiting.discard(self._status)
                self.pid = self._keeper_says()
            if self._control in ready:
                waiting.discard(self._control)
                reply, fds = self._receive()
                if not isinstance(reply, Hello):
                    raise protocol.ProtocolError(str(reply))
                self.proc, self.ids = fds[0], reply.ids

    def _keeper_says(self) -> int:
        packet = protocol.receive(self._status, protocol.KEEPER_NEWS)
        match packet and packet[0]:
            case protocol.Ready(pid):
                return pid
            case protocol.Refused() as refused:
                raise Told(refused)
            case _:
                raise LabGone(why="the keeper ended at once")

    def spawn(self, process: Process, pipes: tuple[int, ...] = ()) -> Task:
        """A program in the lab itself. Raises LabError."""
        return self._task(protocol.Spawn(process), pipes)

    def create(self, spec: Spec, pipes: tuple[int, ...] = ()) -> Task:
        """A container, complete but for its program. `pipes` go to the streams `spec.process.pipes`. Raises LabError."""
        return self._task(protocol.Create(spec), pipes)

    def start_container(self, name: str) -> Task:
        """Let a created container execute its program. Raises LabError (ProgramMissing …)."""
        return self._task(protocol.Start(name))

    def run(self, spec: Spec, pipes: tuple[int, ...] = ()) -> Task:
        """Create and start. The plan and outcomes are those of the whole. Raises LabError."""
        created = self.create(spec, pipes)
        try:
            started = self.start_container(spec.name)
        except LabError:
            protocol.close_all([fd for fd in (created.pidfd, created.master) if fd >= 0])
            raise
        os.close(started.pidfd)
        return Task(created.pid, created.pidfd, created.master, started.plan, started.outcomes)

    def attach(self, pid: int, process: Process, pipes: tuple[int, ...] = ()) -> Task:
        """A program in the namespaces of the lab's process `pid`. Raises LabError."""
        return self._task(protocol.Exec(pid, process), pipes)

    def signal(self, name: str, number: int) -> None:
        """Signal a container's first process. Raises LabError."""
        self._ask(protocol.Signal(name, number))

    def delete(self, name: str) -> None:
        """Kill what is left of a container and give its room back. Raises LabError."""
        self._ask(protocol.Delete(name))

    def put(self, path: str, data: bytes, mode: int = 0o644) -> None:
        """Write a file in the lab. Raises LabError."""
        fd = os.memfd_create("nslab-put", os.MFD_CLOEXEC)
        try:
            os.write(fd, data)
            self._ask(protocol.Put(path, mode), (fd,))
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
        reply, _ = self._ask(protocol.Probe(pid, Step("probe", "init", call, args), without, for_children))
        if not isinstance(reply, Probed):
            raise protocol.ProtocolError(str(reply))
        return reply.errno

    def names(self, pids: tuple[int, ...]) -> tuple[UtsNames | None, ...]:
        """The UTS names of the lab's processes, None for one that is gone. Raises LabError."""
        reply, _ = self._ask(protocol.Names(pids))
        if not isinstance(reply, protocol.Named):
            raise protocol.ProtocolError(str(reply))
        return reply.names

    def collect(self) -> None:
        """Take in the events that have come. Raises LabGone."""
        while select.select([self.events], [], [], 0)[0]:
            packet = protocol.receive(self.events, protocol.EVENTS)
            if packet is None:
                raise LabGone(why="its PID 1 has ended")
            self._ended[packet[0].pid] = packet[0].status

    def ended(self, pid: int) -> int | None:
        """The wait(2) status of a process that the lab started, once it is known; None before. Raises LabGone."""
        with self._collecting:
            self.collect()
            return self._ended.get(pid)

    def wait(self, pid: int, seconds: float | None = None) -> int | None:
        """As `ended`, but waits; None after `seconds`. Raises LabGone."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while (status := self.ended(pid)) is None:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return None
            select.select([self.events], [], [], min(left or 0.2, 0.2))  # another thread may take our event in
        return status

    def close(self) -> None:
        """End the lab: its keeper sees the socket close, kills it, and sweeps. Returns when that is done."""
        for sock in (self._control, self.events, self._status):
            with contextlib.suppress(OSError):
                sock.close()
        if self.proc >= 0:
            os.close(self.proc)
            self.proc = -1
        try:
            self._keeper.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._force()

    def _force(self) -> None:
        """Kill a lab whose keeper does not come to its end, and the keeper; the next start sweeps their directory."""
        if self.pid > 0:
            with contextlib.suppress(OSError):
                lab = pidfd_open(self.pid)
                pidfd_send_signal(lab, signal.SIGKILL)
                os.close(lab)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._keeper.wait(END_SECONDS)
            return
        self._keeper.kill()
        self._keeper.wait()

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _task(self, request: Request, pipes: tuple[int, ...] = ()) -> Task:
        reply, fds = self._ask(request, pipes)
        if not isinstance(reply, Running):
            raise protocol.ProtocolError(str(reply))
        return Task(reply.pid, fds[0], fds[1] if len(fds) > 1 else -1, reply.plan, reply.outcomes)

    def _ask(self, request: Request, fds: tuple[int, ...] = ()) -> tuple[Reply, list[int]]:
        """One request and its reply. Raises Told, LabGone, LabSilent."""
        with self._asking:
            reply, received = self._exchange(request, fds)
        if isinstance(reply, protocol.Refused):
            raise Told(reply)
        return reply, received

    def _exchange(self, request: Request, fds: tuple[int, ...]) -> tuple[Reply, list[int]]:
        try:
            protocol.send(self._control, request, fds)
            ready, _, _ = select.select([self._control], [], [], ANSWER_SECONDS)
            if not ready:
                raise LabSilent(seconds=int(ANSWER_SECONDS))
            return self._receive()
        except OSError as error:
            raise LabGone(why=str(error.strerror)) from error

    def _receive(self) -> tuple[Reply, list[int]]:
        packet = protocol.receive(self._control, protocol.REPLIES)
        if packet is None:
            raise LabGone(why="its PID 1 has ended")
        return packet
