"""What the lab finds out where its processes are: one call's answer, names that only a UTS namespace's own see, rights."""

from __future__ import annotations

import os

from nslab.engine import protocol
from nslab.engine.attach import children_probe_plan, probe_plan
from nslab.engine.calls import Actor
from nslab.engine.execute import Execution
from nslab.engine.failures import plan_refusal
from nslab.engine.protocol import Probed, Reply
from nslab.engine.steps import Done
from nslab.kernel import procfs, uts
from nslab.kernel.namespaces import Kind, setns
from nslab.kernel.pidfd import pidfd_open
from nslab.kernel.syscalls import SyscallError


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
    """Visit each process's UTS namespace and come back: PID 1 has one thread, and nothing else of it moves."""
    home = os.open("self/ns/uts", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
    try:
        return protocol.Named(tuple(names_of(pid, home) for pid in pids))
    finally:
        os.close(home)


def names_of(pid: int, home: int) -> uts.UtsNames | None:
    """The UTS names where `pid` is, read from inside; `home` is the way back. None where it is gone or can't be joined.

    Raises Astray.
    """
    try:
        target = pidfd_open(pid)
    except SyscallError:
        return None
    try:
        setns(target, Kind.UTS.clone_flag)
    except SyscallError:
        return None
    finally:
        os.close(target)
    try:
        return uts.names()
    finally:
        come_home(home)


def come_home(home: int) -> None:
    """Back into the lab's own UTS namespace. Raises Astray: a PID 1 that stayed would name and be named by another's."""
    try:
        setns(home, Kind.UTS.clone_flag)
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
