"""What the lab finds out where its processes are: one call's answer, names that only a UTS namespace's own see, links, rights."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import TypeVar

from nslab.engine import protocol
from nslab.engine.attach import children_probe_plan, probe_plan
from nslab.engine.calls import Actor
from nslab.engine.execute import Execution
from nslab.engine.failures import plan_refusal
from nslab.engine.protocol import Probed, Reply
from nslab.engine.steps import Done
from nslab.kernel import procfs, rtnetlink, uts
from nslab.kernel.namespaces import Kind, setns
from nslab.kernel.pidfd import pidfd_open
from nslab.kernel.syscalls import SyscallError

Found = TypeVar("Found")


class Astray(Exception):
    """PID 1 can't come back from a namespace that it visited: the lab must end."""


def probe(proc: int, profile: bytes, request: protocol.Probe) -> Reply:
    """Make one call where a process is. Raises OSError where there is no such process."""
    actor = Actor(proc, {}, profile)
    execution = None
    try:
        actor.fds["target"] = pidfd_open(request.pid)
        rights = tuple(number for number in capabilities(proc, request.pid) if number not in request.without)
        make_plan = probe_plan
        if request.for_children:
            actor.fds["children"] = os.open(
                f"{request.pid}/ns/pid_for_children", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc
            )
            make_plan = children_probe_plan
        execution = Execution(make_plan(request.step, foreign(proc, request.pid), rights), actor)
        execution.advance()
        last = execution.outcomes[-1]
        if isinstance(last, Done) and last.id == request.step.id:
            return Probed(last.errno)
        error = plan_refusal(execution.plan, execution.outcomes)
        return protocol.Refused(error.code, error.facts, execution.plan, execution.outcomes)
    finally:
        if execution is not None:
            execution.abandon()
        protocol.close_all(tuple(actor.fds.values()))


def names(proc: int, pids: tuple[int, ...]) -> Reply:
    """The UTS names where these processes are, read from inside. Raises Astray."""
    return protocol.Named(visited(proc, pids, Kind.UTS, uts.names))


def netlink(proc: int, pids: tuple[int, ...]) -> tuple[Reply, tuple[int, ...]]:
    """A netlink socket in the network namespace of each of these processes, for whoever asked. Raises Astray."""
    sockets = visited(proc, pids, Kind.NET, lambda: rtnetlink.open_socket().detach())
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
