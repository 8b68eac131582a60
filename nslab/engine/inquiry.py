"""What the lab finds out where its processes are: one call's answer, what only those in a namespace can read, links, rights."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import TypeVar

from nslab.engine import protocol
from nslab.engine.attach import children_probe_plan, probe_plan, read_plan
from nslab.engine.calls import TEXT_BYTES, Actor
from nslab.engine.execute import Execution
from nslab.engine.failures import plan_refusal
from nslab.engine.protocol import Probed, Reply
from nslab.engine.steps import Done, Plan
from nslab.kernel import packets, procfs, rtnetlink, uts
from nslab.kernel.namespaces import Kind, setns
from nslab.kernel.pidfd import pidfd_open
from nslab.kernel.syscalls import SyscallError

Found = TypeVar("Found")


class Astray(Exception):
    """PID 1 can't come back from a namespace that it visited: the lab must end."""


def probe(proc: int, profile: bytes, request: protocol.Probe) -> Reply:
    """Make one call where a process is. Raises OSError where there is no such process."""
    actor = Actor(proc, {}, profile)
    try:
        actor.fds["target"] = pidfd_open(request.pid)
        rights = tuple(number for number in capabilities(proc, request.pid) if number not in request.without)
        make_plan = probe_plan
        if request.for_children:
            actor.fds["children"] = os.open(
                f"{request.pid}/ns/pid_for_children", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc
            )
            make_plan = children_probe_plan
        answer = last_step(make_plan(request.step, foreign(proc, request.pid), rights), actor)
        return Probed(answer.errno, answer.value) if isinstance(answer, Done) else answer
    finally:
        protocol.close_all(tuple(actor.fds.values()))


def read(proc: int, profile: bytes, request: protocol.Read) -> Reply:
    """A file of /proc as a reader in one of a process's namespaces finds it. Raises OSError.

    The reader is a child that ends: PID 1 itself goes nowhere, least of all into another time.
    """
    actor = Actor(proc, {}, profile)
    try:
        actor.fds["target"] = pidfd_open(request.pid)
        actor.fds["text"] = os.memfd_create("text", os.MFD_CLOEXEC)
        kinds = tuple(kind for kind in foreign(proc, request.pid) if kind is request.kind)
        answer = last_step(read_plan(kinds, request.path), actor)
        if not isinstance(answer, Done):
            return answer
        if answer.errno:
            raise OSError(answer.errno, os.strerror(answer.errno), request.path)
        return protocol.Content(os.pread(actor.fds["text"], TEXT_BYTES, 0).decode(errors="replace"))
    finally:
        protocol.close_all(tuple(actor.fds.values()))


def last_step(plan: Plan, actor: Actor) -> Done | protocol.Refused:
    """What became of a plan's last step, or why it did not come to that. No process of the plan's is left."""
    execution = Execution(plan, actor)
    try:
        execution.advance()
        last = execution.outcomes[-1]
        if isinstance(last, Done) and last.id == plan[-1].id:
            return last
        error = plan_refusal(execution.plan, execution.outcomes)
        return protocol.Refused(error.code, error.facts, execution.plan, execution.outcomes)
    finally:
        execution.abandon()


def names(proc: int, pids: tuple[int, ...]) -> Reply:
    """The UTS names where these processes are, read from inside. Raises Astray."""
    return protocol.Named(visited(proc, pids, Kind.UTS, uts.names))


def sockets(proc: int, request: protocol.OpenSockets) -> tuple[Reply, tuple[int, ...]]:
    """A socket in the network namespace of each of these processes, for whoever asked. Raises Astray."""
    pids, make = request.pids, rtnetlink.open_socket if request.family == "netlink" else packets.open_socket
    sockets = visited(proc, pids, Kind.NET, lambda: make().detach())
    opened = tuple(pid for pid, fd in zip(pids, sockets, strict=True) if fd is not None)
    return protocol.Opened(opened), tuple(fd for fd in sockets if fd is not None)


def visited(proc: int, pids: tuple[int, ...], kind: Kind, look: Callable[[], Found]) -> tuple[Found | None, ...]:
    """What `look` finds in each process's namespace; None where it is gone or can't be joined. Raises Astray.

    PID 1 goes there itself and comes back: it has one thread, and nothing else of it moves.
    """
    home = os.open(f"self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
    try:
        return tuple(visit(pid, kind, home, look) for pid in pids)
    finally:
        os.close(home)


def visit(pid: int, kind: Kind, home: int, look: Callable[[], Found]) -> Found | None:
    """What `look` finds where `pid` is; `home` is the way back. Raises Astray."""
    try:
        target = pidfd_open(pid)
    except SyscallError:
        return None
    try:
        setns(target, kind.clone_flag)
    except SyscallError:
        return None
    finally:
        os.close(target)
    try:
        with contextlib.suppress(OSError):  # no descriptor left, say: as if it could not be joined
            return look()
        return None
    finally:
        come_home(home, kind)


def come_home(home: int, kind: Kind) -> None:
    """Back into the lab's own namespace. Raises Astray: a PID 1 that stayed would change, and be changed by, another's."""
    try:
        setns(home, kind.clone_flag)
    except SyscallError as error:
        raise Astray from error


def foreign(proc: int, pid: int) -> tuple[Kind, ...]:
    """The kinds of which a process has a namespace of its own. Joining one's own user namespace would be EINVAL."""

    def link(number: int | str, kind: Kind) -> str:
        return os.readlink(f"{number}/ns/{kind}", dir_fd=proc)

    return tuple(kind for kind in Kind if link(pid, kind) != link("self", kind))


def capabilities(proc: int, pid: int) -> tuple[int, ...]:
    """The effective set of a process, by number."""
    process = procfs.open_process(proc, pid)
    try:
        mask = procfs.read_status(process).cap_effective
    finally:
        os.close(process)
    return tuple(number for number in range(64) if mask >> number & 1)
