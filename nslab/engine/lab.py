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

from nslab.engine import protocol, skeleton
from nslab.engine.attach import attach_plan, children_probe_plan, probe_plan, spawn_plan
from nslab.engine.calls import Actor
from nslab.engine.execute import Execution
from nslab.engine.failures import NameTaken, NoAccount, NoSuchContainer, plan_refusal
from nslab.engine.ground import SKELETON, place
from nslab.engine.plan import plan
from nslab.engine.protocol import Agreed, Ended, Probed, Reply, Request, Running
from nslab.engine.spec import COMPILER_NAMES, Process, Spec, checked
from nslab.engine.stages import Found, ground
from nslab.engine.steps import Done
from nslab.errors import NslabError
from nslab.kernel import mounts, seccomp, uts
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import pidfd_open, pidfd_send_signal, setns
from nslab.kernel.syscalls import SyscallError

MOST_ACCOUNTS = 64  # the latest; a lab that lives for days must not grow

STREAMS = ("stdin", "stdout", "stderr")
PUT_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Lines(Struct, frozen=True):
    """The lab's connections: requests and replies, events, and a pipe whose other end the keeper holds."""

    control: socket.socket
    events: socket.socket
    keeper: int


class Container(Struct):
    """A container that the lab knows: its first process, and the execution that waits to start it."""

    spec: Spec
    pid: int
    pidfd: int
    execution: Execution | None


class Lab:
    """What PID 1 knows and does."""

    def __init__(self, lines: Lines, found: Found, profile: bytes) -> None:
        self._lines = lines
        self._ground = ground(found)
        self._profile = profile
        self._proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._containers: dict[str, Container] = {}
        self._accounts: dict[int, Execution] = {}
        self._told: set[int] = set()
        self._untold: deque[Ended] = deque()
        lines.events.setblocking(False)  # an owner that does not listen must not stop the lab
        skeleton.build(Path(SKELETON), found.inventory)
        if found.inventory.compiler:
            skeleton.name_compiler(Path(COMPILER_NAMES))

    def run(self) -> None:
        """Serve until the owner or the keeper is gone."""
        wakeup_read, wakeup_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(wakeup_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        protocol.send(self._lines.control, protocol.Hello(self._ground.ids), (self._proc,))
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
        """One request. False when the owner has gone, or speaks what no owner of ours would."""
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
        except (OSError, ValueError, seccomp.UnknownMachine) as error:  # ValueError: a path with a NUL
            reply, sent = protocol.Refused("lab", {"why": str(error)}), ()
        except protocol.ProtocolError:
            return False
        try:
            protocol.send(self._lines.control, reply, sent)
        except OSError:
            return False
        finally:
            protocol.close_all(sent)
        return True

    def _answer(self, request: Request, fds: list[int]) -> tuple[Reply, tuple[int, ...]]:
        match request:
            case protocol.Put():
                return self._put(request, fds)
            case protocol.Spawn(process):
                return self._launch(Execution(spawn_plan(process), self._actor(process, fds)))
            case protocol.Create(spec):
                return self._create(checked(spec), fds)
            case protocol.Run(spec):
                return self._run(checked(spec), fds)
            case protocol.Start(name):
                return self._start(name)
            case protocol.Account(pid):
                return self._account(pid), ()
            case protocol.Exec(pid, process):
                return self._attach(pid, process, fds)
            case protocol.Signal(name, number):
                pidfd_send_signal(self._container(name).pidfd, number)
            case protocol.Delete(name):
                self._delete(name)
            case protocol.Probe():
                return self._probe(request), ()
            case protocol.Names(pids):
                return self._names(pids), ()
        return Agreed(), ()

    def _actor(self, process: Process, fds: list[int]) -> Actor:
        """The lab as the maker of calls, holding the pipes that came with a request."""
        named = {STREAMS[number]: fd for number, fd in zip(process.pipes, fds, strict=False)}
        return Actor(self._proc, named, self._profile)

    def _run(self, spec: Spec, fds: list[int]) -> tuple[Reply, tuple[int, ...]]:
        execution = self._execution(spec, fds)
        execution.advance()
        if execution.failure is not None:
            return self._failed(execution, spec)
        self._containers[spec.name] = Container(spec, execution.pid, execution.pidfd, None)
        return self._running(execution, close=True)

    def _execution(self, spec: Spec, fds: list[int]) -> Execution:
        if spec.name in self._containers:
            raise NameTaken(name=spec.name)
        return Execution(plan(spec, self._ground), self._actor(spec.process, fds))

    def _create(self, spec: Spec, fds: list[int]) -> tuple[Reply, tuple[int, ...]]:
        execution = self._execution(spec, fds)
        execution.advance(execution.index("exec"))
        if execution.failure is not None:
            return self._failed(execution, spec)
        self._containers[spec.name] = Container(spec, execution.pid, execution.pidfd, execution)
        return self._running(execution)

    def _start(self, name: str) -> tuple[Reply, tuple[int, ...]]:
        container = self._container(name)
        execution = container.execution
        if execution is None:
            raise NameTaken(name=name)
        execution.advance()
        if execution.failure is not None:
            del self._containers[name]
            return self._failed(execution, container.spec)
        container.execution = None
        return self._running(execution, close=True)

    def _attach(self, pid: int, process: Process, fds: list[int]) -> tuple[Reply, tuple[int, ...]]:
        actor = self._actor(process, fds)
        actor.fds["target"] = pidfd_open(pid)
        try:
            return self._launch(Execution(attach_plan(process, self._foreign(pid)), actor))
        finally:
            os.close(actor.fds["target"])

    def _launch(self, execution: Execution) -> tuple[Reply, tuple[int, ...]]:
        """Execute a plan to its end: a process that belongs to no container of ours."""
        execution.advance()
        if execution.failure is not None:
            return self._failed(execution, None)
        reply = self._running(execution, close=True)
        os.close(execution.pidfd)
        return reply

    def _running(self, execution: Execution, *, close: bool = False) -> tuple[Reply, tuple[int, ...]]:
        """The reply for a live process; its fds are duplicates, the caller closes them once they are sent."""
        self._told.add(execution.pid)
        fds = (os.dup(execution.pidfd), *((execution.master,) if execution.master >= 0 else ()))
        execution.master = -1
        self._accounts[execution.pid] = execution
        while len(self._accounts) > MOST_ACCOUNTS:
            del self._accounts[next(iter(self._accounts))]
        if close:
            execution.close()
        return Running(execution.pid), fds

    def _account(self, pid: int) -> Reply:
        if pid not in self._accounts:
            raise NoAccount(pid=pid)
        execution = self._accounts[pid]
        return protocol.Accounted(execution.plan, execution.outcomes)

    def _failed(self, execution: Execution, spec: Spec | None) -> tuple[Reply, tuple[int, ...]]:
        """Undo what the plan came to, and tell which step was refused."""
        outcomes = execution.outcomes
        self._told.discard(execution.pid)
        execution.abandon()
        if execution.master >= 0:
            os.close(execution.master)
        if spec is not None:
            give_back(spec)
        error = plan_refusal(execution.plan, outcomes)
        return protocol.Refused(error.code, error.facts, execution.plan, outcomes), ()

    def _container(self, name: str) -> Container:
        if name not in self._containers:
            raise NoSuchContainer(name=name)
        return self._containers[name]

    def _delete(self, name: str) -> None:
        container = self._container(name)
        del self._containers[name]
        try:
            pidfd_send_signal(container.pidfd, signal.SIGKILL)
            _, status = os.waitpid(container.pid, 0)
            self._ended(container.pid, status)
        except (SyscallError, ChildProcessError):
            pass  # it ended before, and was told of
        if container.execution is not None:
            container.execution.close()
        os.close(container.pidfd)
        give_back(container.spec)

    def _foreign(self, pid: int) -> tuple[Kind, ...]:
        """The kinds of which a process has a namespace of its own. Joining one's own user namespace would be EINVAL."""

        def link(number: int | str, kind: Kind) -> str:
            return os.readlink(f"{number}/ns/{kind}", dir_fd=self._proc)

        return tuple(kind for kind in Kind if link(pid, kind) != link("self", kind))

    def _probe(self, request: protocol.Probe) -> Reply:
        actor = Actor(self._proc, {"target": pidfd_open(request.pid)}, self._profile)
        rights = tuple(number for number in self._capabilities(request.pid) if number not in request.without)
        execution = None
        try:
            make_plan = probe_plan
            if request.for_children:
                actor.fds["children"] = os.open(
                    f"{request.pid}/ns/pid_for_children", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc
                )
                make_plan = children_probe_plan
            execution = Execution(make_plan(request.step, self._foreign(request.pid), rights), actor)
            execution.advance()
            last = execution.outcomes[-1]
            if isinstance(last, Done) and last.id == request.step.id:
                return Probed(last.errno)
            return self._failed(execution, None)[0]
        finally:
            if execution is not None:
                execution.abandon()
            protocol.close_all(tuple(actor.fds.values()))

    def _names(self, pids: tuple[int, ...]) -> Reply:
        """Visit each process's UTS namespace and come back: PID 1 has one thread, and nothing else of it moves."""
        home = os.open("self/ns/uts", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc)
        try:
            return protocol.Named(tuple(names_of(pid, home) for pid in pids))
        finally:
            os.close(home)

    def _capabilities(self, pid: int) -> tuple[int, ...]:
        """The effective set of a process, by number."""
        fd = os.open(f"{pid}/status", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc)
        try:
            text = os.read(fd, 1 << 16).decode(errors="replace")
        finally:
            os.close(fd)
        mask = int(text.partition("CapEff:")[2].split()[0], 16)
        return tuple(number for number in range(64) if mask >> number & 1)

    def _put(self, request: protocol.Put, fds: list[int]) -> tuple[Reply, tuple[int, ...]]:
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
        return Agreed(), ()

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
            self._untold.append(Ended(pid, status))
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


def names_of(pid: int, home: int) -> uts.UtsNames | None:
    """The UTS names where `pid` is, read from inside; `home` is the way back. None where it is gone or can't be joined."""
    try:
        target = pidfd_open(pid)
    except SyscallError:
        return None
    try:
        setns(target, Kind.UTS.clone_flag)
        try:
            return uts.names()
        finally:
            setns(home, Kind.UTS.clone_flag)
    except SyscallError:
        return None
    finally:
        os.close(target)


def give_back(spec: Spec) -> None:
    """Unmount and remove what make_room made. By name, never by walking: a mount of the learner's could lead into /usr."""
    if not spec.has(Kind.MNT):
        return
    for undo in (lambda: mounts.umount2(place(spec), mounts.MNT_DETACH), lambda: os.rmdir(place(spec))):
        try:
            undo()
        except OSError:
            pass  # not made yet, or the learner got there first; the lab's end takes it
