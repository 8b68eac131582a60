"""Writing the files of a group: cgroup-v2.rst. A group is a descriptor of its directory, O_PATH does.

One os.write on a raw descriptor each: a file object writes when it is closed, or later, and the kernel's refusal is lost.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator

from nslab.kernel.syscalls import SyscallError


@contextlib.contextmanager
def opened(path: str | os.PathLike[str], within: int | None = None) -> Iterator[int]:
    """A descriptor of a group's directory while the block runs; `within`: that of one above. Raises OSError."""
    descriptor = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=within)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def write_knob(group: int, file: str, value: str) -> None:
    """Write `value` to a file of the group, whole.

    Raises SyscallError, of open or write, which holds the file and the value. ENOENT: no such file, its controller not being
    handed on by the group above, or no such group any more, as does ENODEV. EACCES, EPERM: the file is another's, or the
    root of the writer's cgroup namespace (nsdelegate). EINVAL, ERANGE: not a value of this file. Others below.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC, dir_fd=group)
    except OSError as error:
        raise SyscallError("open", (file,), error.errno or errno.EIO) from None
    try:
        os.write(descriptor, value.encode())
    except OSError as error:
        raise SyscallError("write", (file, value), error.errno or errno.EIO) from None
    finally:
        os.close(descriptor)


def hand_on(group: int, controller: str) -> None:
    """Give the groups below a controller. One a write: of several, nobody could say which was refused.

    Raises SyscallError. ENOENT: the group has it not. EBUSY: processes are in the group itself, which only the root of
    the hierarchy may have ("No Internal Process Constraint"). EINVAL: no such controller.
    """
    write_knob(group, "cgroup.subtree_control", f"+{controller}")


def move_in(group: int, pid: int = 0) -> None:
    """Move a process, 0 being the caller, into the group. One that has not yet called execve(2) stops where that is frozen.

    Raises SyscallError. EBUSY: the group hands controllers on. ESRCH: no such process. EACCES: the caller may not write the
    cgroup.procs of this group, or that of the nearest one above both ("Delegation Containment").
    """
    write_knob(group, "cgroup.procs", str(pid))


def freeze(group: int, frozen: bool) -> None:
    """Stop all in the group and below, or let them go on. It takes a moment: cgroup.events says when. Raises SyscallError."""
    write_knob(group, "cgroup.freeze", "1" if frozen else "0")


def kill(group: int) -> None:
    """Kill all in the group and below by SIGKILL, frozen ones too. Linux 5.14. Raises SyscallError.

    clone3(2) with CLONE_INTO_CGROUP into a group that this was ever done to kills the child at once: it is not to be used again.
    """
    write_knob(group, "cgroup.kill", "1")
