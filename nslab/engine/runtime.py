"""What the lab does for containers, in the runtime specification's words: create, start, kill, delete; and attach (docker exec)."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from msgspec import Struct

from nslab.engine import protocol
from nslab.engine.attach import attach_plan, spawn_plan
from nslab.engine.calls import Actor
from nslab.engine.execute import Execution
from nslab.engine.failures import NameTaken, NoAccount, NoSuchContainer, plan_refusal
from nslab.engine.ground import Ground, place
from nslab.engine.inquiry import foreign
from nslab.engine.plan import plan
from nslab.engine.protocol import Reply, Running
from nslab.engine.spec import Process, Spec, checked
from nslab.kernel import mounts
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import pidfd_open, pidfd_send_signal
from nslab.kernel.syscalls import SyscallError

MOST_ACCOUNTS = 64  # the latest; a lab that lives for days must not grow

STREAMS = ("stdin", "stdout", "stderr")

Answer = tuple[Reply, tuple[int, ...]]
"""A reply, and the fds beside it, which whoever sends them closes."""


class Container(Struct):
    """A container that the lab knows: its first process, and the execution that waits to start it."""

    spec: Spec
    pid: int
    pidfd: int
    execution: Execution | None


class Runtime:
    """The containers of a lab. `born` and `ended` are told of processes that the owner knows, by the lab's numbers."""

    def __init__(
        self,
        ground: Ground,
        proc: int,
        profile: bytes,
        born: Callable[[int], object],
        ended: Callable[[int, int], object],
    ) -> None:
        self._ground, self._proc, self._profile = ground, proc, profile
        self._born, self._ended = born, ended
        self._containers: dict[str, Container] = {}
        self._accounts: dict[int, Execution] = {}

    def run(self, spec: Spec, fds: list[int]) -> Answer:
        """Create a container and start it."""
        execution = self._execution(checked(spec), fds)
        execution.advance()
        if execution.failure is not None:
            return self._failed(execution, spec)
        self._containers[spec.name] = Container(spec, execution.pid, execution.pidfd, None)
        return self._running(execution, close=True)

    def create(self, spec: Spec, fds: list[int]) -> Answer:
        """A container, up to but not including execve."""
        execution = self._execution(checked(spec), fds)
        execution.advance(execution.index("exec"))
        if execution.failure is not None:
            return self._failed(execution, spec)
        self._containers[spec.name] = Container(spec, execution.pid, execution.pidfd, execution)
        return self._running(execution)

    def start(self, name: str) -> Answer:
        """Let a created container execute its program. Raises NoSuchContainer, NameTaken where it runs already."""
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

    def spawn(self, process: Process, fds: list[int]) -> Answer:
        """A program in the lab itself."""
        return self._launch(Execution(spawn_plan(process), self._actor(process, fds)))

    def attach(self, pid: int, process: Process, fds: list[int]) -> Answer:
        """A program in the namespaces of the process `pid`."""
        actor = self._actor(process, fds)
        actor.fds["target"] = pidfd_open(pid)
        try:
            return self._launch(Execution(attach_plan(process, foreign(self._proc, pid)), actor))
        finally:
            os.close(actor.fds["target"])

    def signal(self, name: str, number: int) -> None:
        """Signal a container's first process. Raises NoSuchContainer, SyscallError."""
        pidfd_send_signal(self._container(name).pidfd, number)

    def delete(self, name: str) -> None:
        """Kill what is left of a container and give its room back. Raises NoSuchContainer."""
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

    def account(self, pid: int) -> Reply:
        """How a process of ours came to be. Raises NoAccount."""
        if pid not in self._accounts:
            raise NoAccount(pid=pid)
        execution = self._accounts[pid]
        return protocol.Accounted(execution.plan, execution.outcomes)

    def _execution(self, spec: Spec, fds: list[int]) -> Execution:
        if spec.name in self._containers:
            raise NameTaken(name=spec.name)
        return Execution(plan(spec, self._ground), self._actor(spec.process, fds))

    def _actor(self, process: Process, fds: list[int]) -> Actor:
        """The lab as the maker of calls, holding the pipes that came with a request."""
        named = {STREAMS[number]: fd for number, fd in zip(process.pipes, fds, strict=False)}
        return Actor(self._proc, named, self._profile)

    def _launch(self, execution: Execution) -> Answer:
        """Execute a plan to its end: a process that belongs to no container of ours."""
        execution.advance()
        if execution.failure is not None:
            return self._failed(execution, None)
        reply = self._running(execution, close=True)
        os.close(execution.pidfd)
        return reply

    def _running(self, execution: Execution, *, close: bool = False) -> Answer:
        """The reply for a live process; its fds are duplicates, the caller closes them once they are sent."""
        self._born(execution.pid)
        fds = (os.dup(execution.pidfd), *((execution.master,) if execution.master >= 0 else ()))
        execution.master = -1
        self._accounts[execution.pid] = execution
        while len(self._accounts) > MOST_ACCOUNTS:
            del self._accounts[next(iter(self._accounts))]
        if close:
            execution.close()
        return Running(execution.pid), fds

    def _failed(self, execution: Execution, spec: Spec | None) -> Answer:
        """Undo what the plan came to, and tell which step was refused."""
        outcomes = execution.outcomes
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


def give_back(spec: Spec) -> None:
    """Unmount and remove what make_room made. By name, never by walking: a mount of the learner's could lead into /usr."""
    if not spec.has(Kind.MNT):
        return
    for undo in (lambda: mounts.umount2(place(spec), mounts.MNT_DETACH), lambda: os.rmdir(place(spec))):
        try:
            undo()
        except OSError:
            pass  # not made yet, or the learner got there first; the lab's end takes it
