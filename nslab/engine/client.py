"""A lab, seen from its owner: start one, ask it for things, end it.

Requests block until the lab answers, which takes milliseconds; an application with an event loop makes them from one worker
thread. Events are read from a socket of their own, so a loop can watch it. Every fd that comes out of here is close-on-exec and
the caller's to close.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time

from msgspec import Struct

from nslab.engine import protocol
from nslab.engine.failures import LabError, LabGone, LabSilent
from nslab.engine.protocol import Ended, Hello, Probed, Reply, Request, Running
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Argument, Outcome, Plan, Step
from nslab.kernel.process import pidfd_open, pidfd_send_signal

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

    def probe(self, pid: int, call: str, args: tuple[Argument, ...]) -> int:
        """The errno of one call made where the lab's process `pid` is, 0 for success. Raises LabError."""
        reply, _ = self._ask(protocol.Probe(pid, Step("probe", "init", call, args)))
        if not isinstance(reply, Probed):
            raise protocol.ProtocolError(str(reply))
        return reply.errno

    def next_event(self, seconds: float | None) -> Ended | None:
        """The next event, or None after `seconds`. Raises LabGone."""
        ready, _, _ = select.select([self.events], [], [], seconds)
        if not ready:
            return None
        packet = protocol.receive(self.events, protocol.EVENTS)
        if packet is None:
            raise LabGone(why="its PID 1 has ended")
        return packet[0]

    def wait(self, pid: int, seconds: float | None = None) -> int | None:
        """The wait(2) status of a process of the lab; None after `seconds`. Events of others are dropped. Raises LabGone."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            event = self.next_event(left)
            if event is None:
                return None
            if event.pid == pid:
                return event.status

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
        try:
            protocol.send(self._control, request, fds)
            ready, _, _ = select.select([self._control], [], [], ANSWER_SECONDS)
            if not ready:
                raise LabSilent(seconds=int(ANSWER_SECONDS))
            reply, received = self._receive()
        except OSError as error:
            raise LabGone(why=str(error.strerror)) from error
        if isinstance(reply, protocol.Refused):
            raise Told(reply)
        return reply, received

    def _receive(self) -> tuple[Reply, list[int]]:
        packet = protocol.receive(self._control, protocol.REPLIES)
        if packet is None:
            raise LabGone(why="its PID 1 has ended")
        return packet
