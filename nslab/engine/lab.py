"""The lab itself: PID 1 of its namespaces. It makes what its owner asks for, waits for every child, and ends with its owner.

One thread, a poll loop, few imports: it is what every container is forked from. Nothing that it holds leads outside: no file of
the machine, no directory, no terminal; only sockets and pipes. It never executes anybody's program itself.
"""

from __future__ import annotations

import os
import select
import signal
import socket
from collections import deque
from pathlib import Path

from msgspec import Struct

from nslab.engine import inquiry, protocol, skeleton
from nslab.engine.failures import unplanned
from nslab.engine.ground import SKELETON
from nslab.engine.protocol import Agreed, Ended, Request
from nslab.engine.runtime import Answer, Runtime
from nslab.engine.spec import COMPILER_NAMES
from nslab.engine.stages import Found, ground
from nslab.errors import NslabError

PUT_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Lines(Struct, frozen=True):
    """The lab's connections: requests and replies, events, and a pipe whose other end the keeper holds."""

    control: socket.socket
    events: socket.socket
    keeper: int


class Lab:
    """What PID 1 knows and does."""

    def __init__(self, lines: Lines, found: Found, profile: bytes) -> None:
        self._lines = lines
        self._proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._profile = profile
        self._told: set[int] = set()
        self._untold: deque[Ended] = deque()
        self._runtime = Runtime(ground(found), self._proc, profile, self._told.add, self._ended)
        lines.events.setblocking(False)  # an owner that does not listen must not stop the lab
        skeleton.build(Path(SKELETON), found.inventory)
        if found.inventory.compiler:
            skeleton.name_compiler(Path(COMPILER_NAMES))

    def run(self) -> None:
        """Serve until the owner or the keeper is gone."""
        wakeup_read, wakeup_write = protocol.wire()
        os.set_blocking(wakeup_write, False)
        signal.set_wakeup_fd(wakeup_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        protocol.send(self._lines.control, protocol.Hello(), (self._proc,))
        control, events = self._lines.control.fileno(), self._lines.events.fileno()
        poll = select.poll()
        for fd in (control, self._lines.keeper, wakeup_read):
            poll.register(fd, select.POLLIN)
        while True:
            if self._untold:
                poll.register(events, select.POLLOUT)
            ready = {fd for fd, _ in poll.poll()}
            if self._lines.keeper in ready:
                return
            if wakeup_read in ready:
                os.read(wakeup_read, 4096)
                self._reap()
            if events in ready:
                poll.unregister(events)
                self._tell()
            if control in ready and not self._serve():
                return

    def _serve(self) -> bool:
        """One request. False ends the lab: its owner has gone, or speaks what no owner of ours would, or PID 1 is astray."""
        try:
            packet = protocol.receive(self._lines.control, protocol.REQUESTS)
            if packet is None:
                return False
            request, fds = packet
            try:
                reply, sent = self._answer(request, fds)
            finally:
                protocol.close_all(fds)
        except NslabError as error:
            reply, sent = protocol.Refused(error.code, error.facts), ()
        except (protocol.ProtocolError, inquiry.Astray):
            return False
        except Exception as error:  # noqa: BLE001 - told to whoever asked: PID 1 must not die of one request, and all with it
            told = unplanned(error)
            reply, sent = protocol.Refused(told.code, told.facts), ()
        return self._reply(reply, sent)

    def _reply(self, reply: protocol.Reply, sent: tuple[int, ...]) -> bool:
        """Answer. A reply that fits into no packet is replaced by that very news. False where the owner has gone."""
        try:
            protocol.send(self._lines.control, reply, sent)
        except NslabError as error:
            return self._reply(protocol.Refused(error.code, error.facts), ())
        except OSError:
            return False
        finally:
            protocol.close_all(sent)
        return True

    def _answer(self, request: Request, fds: list[int]) -> Answer:
        match request:
            case protocol.Put():
                self._put(request, fds)
            case protocol.Probe():
                return inquiry.probe(self._proc, self._profile, request), ()
            case protocol.Read():
                return inquiry.read(self._proc, self._profile, request), ()
            case protocol.Names(pids):
                return inquiry.names(self._proc, pids), ()
            case protocol.Employ():
                self._runtime.employ(fds)
            case protocol.OpenSockets():
                if len(request.pids) > protocol.MOST_FDS:
                    raise protocol.ProtocolError("more sockets than fit beside a packet")
                return inquiry.sockets(self._proc, request)
            case protocol.Account(pid):
                return self._runtime.account(pid), ()
            case protocol.Update(name, resources):
                self._runtime.update(name, resources)
            case protocol.Signal(name, number):
                self._runtime.signal(name, number)
            case protocol.Delete(name):
                self._runtime.delete(name)
            case _:
                return self._make(request, fds)
        return Agreed(), ()

    def _make(self, request: protocol.Maker, fds: list[int]) -> Answer:
        """What brings processes to life."""
        runtime = self._runtime
        match request:
            case protocol.Spawn(process):
                return runtime.spawn(process, fds)
            case protocol.Create(spec, changes):
                return runtime.create(spec, changes, fds)
            case protocol.Run(spec, changes):
                return runtime.run(spec, changes, fds)
            case protocol.Conceive(spec, changes):
                return runtime.conceive(spec, changes), ()
            case protocol.Advance(name, until):
                return runtime.advance(name, until), ()
            case protocol.Start(name):
                return runtime.start(name)
            case protocol.Exec(pid, process):
                return runtime.attach(pid, process, fds)

    def _put(self, request: protocol.Put, fds: list[int]) -> None:
        """Write the file beside the request, replacing what was there."""
        if len(fds) != 1:
            raise protocol.ProtocolError("a file to put, and not one fd")
        os.makedirs(os.path.dirname(request.path), exist_ok=True)
        # Not blocking: the learner may have put a FIFO there, and PID 1 would wait for a reader of it.
        target = os.open(request.path, PUT_FLAGS, request.mode)
        try:
            os.fchmod(target, request.mode)
            offset = 0
            while chunk := os.pread(fds[0], 1 << 16, offset):
                offset += os.write(target, chunk)
        finally:
            os.close(target)

    def _reap(self) -> None:
        """Wait for every child that has ended, adopted orphans of the learner's among them."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._ended(pid, status)

    def _ended(self, pid: int, status: int) -> None:
        """A child has ended: if its owner was told of it, tell of this too."""
        if pid in self._told:
            self._told.discard(pid)
            self._untold.append(Ended(pid, status, self._runtime.memory_max_of(pid)))
            self._tell()

    def _tell(self) -> None:
        """Tell the owner what is to be told, as far as the socket takes it."""
        try:
            while self._untold:
                protocol.send(self._lines.events, self._untold[0])
                self._untold.popleft()
        except BlockingIOError:
            pass  # poll says when there is room again
        except OSError:
            self._untold.clear()  # the owner is going; the control socket says so next
