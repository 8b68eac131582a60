"""What the lab does for containers, in the runtime specification's words: create, start, kill, delete; and attach (docker exec)."""

from __future__ import annotations

import contextlib
import os
import select
import socket
from collections.abc import Callable
from signal import SIGKILL

from msgspec import Struct, structs

from nslab.engine import groups, protocol
from nslab.engine.attach import attach_plan, spawn_plan
from nslab.engine.calls import Actor
from nslab.engine.changes import Change, changed
from nslab.engine.execute import Ended, Execution, Record, put_to_end
from nslab.engine.failures import (
    AddressTaken,
    NameTaken,
    NoAccount,
    NoSuchContainer,
    NotDivided,
    Ungrouped,
    plan_refusal,
)
from nslab.engine.ground import Ground, place
from nslab.engine.inquiry import foreign
from nslab.engine.joins import pidfd_of
from nslab.engine.plan import plan
from nslab.engine.protocol import Advanced, Reply, Running
from nslab.engine.resources import MAKE, SHELLS, Resources, group_of
from nslab.engine.spec import Network, Process, Spec, checked
from nslab.engine.steps import STREAMS, Done
from nslab.kernel import mounts
from nslab.kernel.namespaces import Kind
from nslab.kernel.pidfd import pidfd_open, pidfd_send_signal

MOST_ACCOUNTS = 64  # the latest; a lab that lives for days must not grow


Answer = tuple[Reply, tuple[int, ...]]
"""A reply, and the fds beside it, which whoever sends them closes."""


def address_of(network: Network) -> str:
    """The address without the length of its prefix."""
    return network.address.partition("/")[0]


def over(pidfd: int) -> bool:
    """Whether the process has ended, or is not born yet."""
    if pidfd < 0:
        return True
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(0))


class Created(Struct, frozen=True):
    """A container that waits to be started, or to be born. Its first process is the execution's."""

    spec: Spec
    execution: Execution

    @property
    def pid(self) -> int:
        """The lab's number for its first process; -1 before it is born."""
        return self.execution.pid

    @property
    def pidfd(self) -> int:
        """Its first process; not to be closed."""
        return self.execution.pidfd

    @property
    def grouped(self) -> bool:
        """Whether a control group was made for it."""
        return made_group(self.execution)

    def put_to_end(self) -> int | None:
        """Kill its first process. The wait(2) status; None where it was waited for before."""
        return self.execution.abandon()


class Started(Struct, frozen=True):
    """A container whose program runs, or ran, in its first process.

    `grouped`: a control group was made for it. `others`: see execute.put_to_end.
    """

    spec: Spec
    pid: int
    pidfd: int
    grouped: bool
    others: Ended

    def put_to_end(self) -> int | None:
        """As Created's, and close the pidfd."""
        return put_to_end(self.pid, self.pidfd, self.others)


class Runtime:
    """The containers of a lab. `born` and `ended` are told of processes that the owner knows, by the lab's numbers."""

    def __init__(
        self,
        ground: Ground,
        proc: int,
        profile: bytes,
        born: Callable[[int], object],
        ended: Ended,
    ) -> None:
        self._ground, self._proc, self._profile = ground, proc, profile
        self._born, self._ended = born, ended
        self._containers: dict[str, Created | Started] = {}
        self._accounts: dict[int, Record] = {}
        self._helper: socket.socket | None = None
        self._kills: dict[
            str, int
        ] = {}  # in a container's group for want of memory, before we killed its first process

    def run(self, spec: Spec, changes: tuple[Change, ...], fds: list[int]) -> Answer:
        """Create a container and start it."""
        spec = self._admitted(spec)
        execution = self._execution(spec, changes, fds)
        answer = self._executed(execution, spec)
        if isinstance(answer[0], Running):
            self._containers[spec.name] = started(spec, execution, self._ended)
        return answer

    def create(self, spec: Spec, changes: tuple[Change, ...], fds: list[int]) -> Answer:
        """A container, up to but not including execve."""
        spec = self._admitted(spec)
        execution = self._execution(spec, changes, fds)
        answer = self._executed(execution, spec, execution.index("exec"))
        if isinstance(answer[0], Running):
            self._containers[spec.name] = Created(spec, execution)
        return answer

    def conceive(self, spec: Spec, changes: tuple[Change, ...]) -> Reply:
        """A container's plan, of which no step is made yet."""
        spec = self._admitted(spec)
        execution = self._execution(spec, changes, [])
        self._containers[spec.name] = Created(spec, execution)
        return advanced(execution)

    def advance(self, name: str, until: int) -> Reply:
        """Make the next steps of a container, up to the one before `until`. Raises NoSuchContainer, NameTaken where it runs.

        What was made stays, also when a step is refused: whoever steps wants to look at it, and deletes it afterwards.
        """
        container = self._container(name)
        if isinstance(container, Started):
            raise NameTaken(name=name)
        execution, before = container.execution, container.pid
        execution.advance(min(until, len(execution.plan)))
        if execution.pid != before:
            self._born(execution.pid)
        return advanced(execution)

    def start(self, name: str) -> Answer:
        """Let a created container execute its program. Raises NoSuchContainer, NameTaken where it runs already."""
        container = self._container(name)
        if isinstance(container, Started):
            raise NameTaken(name=name)
        del self._containers[name]
        answer = self._executed(container.execution, container.spec)
        if isinstance(answer[0], Running):
            self._containers[name] = started(container.spec, container.execution, self._ended)
        return answer

    def spawn(self, process: Process, fds: list[int]) -> Answer:
        """A program in the lab itself."""
        group = group_of(SHELLS) if self._ground.divided else None
        return self._launch(Execution(spawn_plan(process, group), self._actor(process, fds)))

    def attach(self, pid: int, process: Process, fds: list[int]) -> Answer:
        """A program in the namespaces of the process `pid`."""
        actor = self._actor(process, fds)
        actor.fds["target"] = pidfd_open(pid)
        try:
            group = groups.of_process(self._proc, pid) if self._ground.divided else None
            return self._launch(Execution(attach_plan(process, foreign(self._proc, pid), group), actor))
        finally:
            os.close(actor.fds["target"])

    def employ(self, fds: list[int]) -> None:
        """Take the net helper's socket; it stays when the request's own descriptor is closed. Raises ProtocolError, OSError."""
        if len(fds) != 1:
            raise protocol.ProtocolError("a helper to employ, and not one fd")
        if self._helper is not None:
            self._helper.close()
        self._helper = socket.socket(fileno=os.dup(fds[0]))

    def update(self, name: str, resources: Resources) -> None:
        """Write limits of a container that has a group. Raises NoSuchContainer, Ungrouped, LimitRefused."""
        if self._container(name).spec.resources is None:
            raise Ungrouped(name=name)
        groups.write(name, resources)

    def memory_max_of(self, pid: int) -> int | None:
        """The memory.max for which the kernel killed in the group of the container whose first process this is, if it did.

        Where we killed that process ourselves, only if the kernel has killed since.
        """
        for name, container in reversed(self._containers.items()):  # an earlier one may have had the same number
            if container.pid == pid:
                grown = container.grouped and groups.memory_kills(name) > self._kills.get(name, 0)
                return groups.memory_max(name) if grown else None
        return None

    def signal(self, name: str, number: int) -> None:
        """Signal a container's first process. Raises NoSuchContainer, SyscallError."""
        container = self._container(name)
        if number == SIGKILL and container.grouped:
            self._kills[name] = groups.memory_kills(name)
        pidfd_send_signal(container.pidfd, number)

    def delete(self, name: str) -> None:
        """Kill a container's first process and give its room back. Raises NoSuchContainer.

        With a PID namespace or a control group of its own, all of the container ends with that process. Without either its other
        processes are the lab's from then on, and end with it: nothing tells them from a daemon that the learner started.
        """
        container = self._container(name)
        del self._containers[name]
        self._kills.pop(name, None)
        grouped = container.grouped
        status = container.put_to_end()
        if status is not None:  # else it ended before, and was told of
            self._ended(container.pid, status)
        give_back(container.spec, grouped=grouped)

    def account(self, pid: int) -> Reply:
        """How a process of ours came to be. Raises NoAccount."""
        if pid not in self._accounts:
            raise NoAccount(pid=pid)
        record = self._accounts[pid]
        return protocol.Accounted(record.plan, record.outcomes)

    def _admitted(self, spec: Spec) -> Spec:
        """A container as it will be made. Where the lab divides its group, each has one of its own: it is not born beside PID 1,
        and what it sees of the others' is read-only. Raises NslabError as `checked` does."""
        if self._ground.divided and spec.resources is None:
            spec = structs.replace(spec, resources=Resources())
        return checked(spec)

    def _execution(self, spec: Spec, changes: tuple[Change, ...], fds: list[int]) -> Execution:
        if spec.name in self._containers:
            raise NameTaken(name=spec.name)
        if spec.resources is not None and not self._ground.divided:
            raise NotDivided(name=spec.name)
        if spec.network and (holder := self._holder(spec.network)):
            raise AddressTaken(address=address_of(spec.network), of=holder)
        steps, actor = changed(plan(spec, self._ground), changes), self._actor(spec.process, fds)
        with contextlib.ExitStack() as opened:
            for name in {join.of for join in spec.joins}:
                # Of our own: should the other be deleted meanwhile, its number could be another descriptor's by then.
                actor.fds[pidfd_of(name).name] = os.dup(self._first_process(name))
                opened.callback(os.close, actor.fds[pidfd_of(name).name])
            execution = Execution(steps, actor, self._ended)
            execution.held = opened.pop_all()
        return execution

    def _holder(self, network: Network) -> str | None:
        """The container that has this address on this bridge: as long as it runs, or others share its network namespace."""
        shared = {of for one in self._containers.values() if not over(one.pidfd) and (of := one.spec.joined(Kind.NET))}
        for name, other in self._containers.items():
            has = other.spec.network
            same = has and (has.bridge, address_of(has)) == (network.bridge, address_of(network))
            if same and (not over(other.pidfd) or name in shared):
                return name
        return None

    def _first_process(self, name: str) -> int:
        """A container's pidfd, not to be closed. Raises NoSuchContainer, also where it is not born yet."""
        pidfd = self._container(name).pidfd
        if pidfd < 0:
            raise NoSuchContainer(name=name)
        return pidfd

    def _actor(self, process: Process, fds: list[int]) -> Actor:
        """The lab as the maker of calls, holding the pipes that came with a request."""
        named = {STREAMS[number]: fd for number, fd in zip(process.pipes, fds, strict=False)}
        actor = Actor(self._proc, named, self._profile)
        actor.helper = self._helper
        return actor

    def _launch(self, execution: Execution) -> Answer:
        """Execute a plan to its end: a process that belongs to no container of ours."""
        answer = self._executed(execution, None)
        if isinstance(answer[0], Running):
            os.close(execution.take_pidfd())
            execution.close()
        return answer

    def _executed(self, execution: Execution, spec: Spec | None, until: int | None = None) -> Answer:
        """Execute a plan, by default to its end. A refused step undoes what it came to, and so does an error of our own."""
        try:
            execution.advance(until)
            if execution.failure is None:
                return self._running(execution)
            outcomes = execution.outcomes
        except BaseException:
            undo(execution, spec)
            raise
        undo(execution, spec)
        error = plan_refusal(execution.plan, outcomes)
        return protocol.Refused(error.code, error.facts, execution.plan, outcomes), ()

    def _running(self, execution: Execution) -> Answer:
        """The reply for a live process. Its fds are the sender's to close. Raises OSError (EMFILE), changing nothing."""
        pidfd = os.dup(execution.pidfd)
        self._born(execution.pid)
        self._accounts[execution.pid] = execution.record
        while len(self._accounts) > MOST_ACCOUNTS:
            del self._accounts[next(iter(self._accounts))]
        master = execution.take_master()
        return Running(execution.pid), (pidfd,) if master < 0 else (pidfd, master)

    def _container(self, name: str) -> Created | Started:
        if name not in self._containers:
            raise NoSuchContainer(name=name)
        return self._containers[name]


def started(spec: Spec, execution: Execution, others: Ended) -> Started:
    """What an execution that came to its end leaves: the container."""
    execution.close()
    return Started(spec, execution.pid, execution.take_pidfd(), made_group(execution), others)


def advanced(execution: Execution) -> Advanced:
    """How far an execution has come."""
    return Advanced(execution.plan, execution.outcomes, execution.pid)


def made_group(execution: Execution) -> bool:
    """Whether the kernel agreed to a plan's making of a control group: one of that name may be somebody else's."""
    return any(isinstance(one, Done) and (one.id, one.errno) == (MAKE, 0) for one in execution.outcomes)


def undo(execution: Execution, spec: Spec | None) -> None:
    """Leave nothing of what a plan came to."""
    grouped = made_group(execution)
    execution.abandon()
    if spec is not None:
        give_back(spec, grouped=grouped)


def give_back(spec: Spec, *, grouped: bool) -> None:
    """Unmount and remove what make_room made. By name, never by walking: a mount of the learner's could lead into /usr.

    With a control group that was made for it, whoever is left in there is killed: that tells them from others.
    """
    if grouped:
        groups.remove(spec.name)
    if not spec.has(Kind.MNT):
        return
    for undo in (lambda: mounts.umount2(place(spec), mounts.MNT_DETACH), lambda: os.rmdir(place(spec))):
        try:
            undo()
        except OSError:
            pass  # not made yet, or the learner got there first; the lab's end takes it
