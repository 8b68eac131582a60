"""What the commands that look at processes share: whom a number on the command line means, and the host to compare with."""

from __future__ import annotations

import os

from nslab.errors import NslabError
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, read_process

PROC = "/proc"
INIT = 1


class NoSuchProcess(NslabError):
    """A number on the command line that is no process's."""

    code = "no-such-process"


class NoProcessNumber(NslabError):
    """A word on the command line where a process's number should be."""

    code = "no-process-number"


class ProcessRefused(NslabError):
    """A process whose namespaces the kernel does not tell this user."""

    code = "process-refused"


class ProcessRefusedToRoot(ProcessRefused):
    """The same where sudo helps nobody: root lacks CAP_SYS_PTRACE, as in a container, or a security module says no."""

    code = "process-refused-to-root"


def existing_process(root: ProcRoot, pid: str) -> Process:
    """The process that a person named, whatever of it may be read. Raises NoProcessNumber, NoSuchProcess."""
    if not (pid.isascii() and pid.isdigit()):
        raise NoProcessNumber(given=pid)
    found = read_process(root, int(pid))
    if found is None:
        raise NoSuchProcess(pid=pid)
    return found


def named_process(root: ProcRoot, pid: str) -> Process:
    """The process that a person named. Raises as `existing_process`, or ProcessRefused where none of its namespaces may be read."""
    found = existing_process(root, pid)
    unread = [one for kind in Kind if isinstance(one := found.namespaces.of(kind), Unread)]
    if len(unread) == len(Kind):
        refused = ProcessRefused if os.geteuid() else ProcessRefusedToRoot
        raise refused(pid=pid, comm=found.comm, errno=unread[0].name)
    return found


def host_pid(root: ProcRoot) -> int:
    """The process whose namespaces are called A: the machine's first where it may be read, else this very command's."""
    init = read_process(root, INIT)
    readable = init is not None and not isinstance(init.namespaces.user, Unread)
    return INIT if readable else os.getpid()
