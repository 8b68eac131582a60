"""clone3(2): a child in new namespaces, with a pidfd; if wanted a sibling, in another control group, or with a PID out of the row.

The facts that shape this module:

- The raw call bypasses glibc's fork(), so neither Python's nor libc's fork handlers run in the child. That is sound only in a
  process with one thread, whose locks nobody else can hold: the lab and its keeper are such processes, the application is not.
- The child shares no memory with its parent but what was mapped MAP_SHARED. It must leave by execve(2) or os._exit(2): an
  exception that climbs out of it would run its parent's code a second time.
- A PID that is asked for (set_tid) does not count: the next process has the number that it would have had without. Asking takes
  CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE where the PID namespace's owner is.
- CLONE_PARENT makes the child a sibling: whoever waits for the caller waits for the child too, and the caller may end.
"""

from __future__ import annotations

import ctypes
import errno
import signal
import struct

from nslab.kernel.syscalls import SyscallError, invoke

CLONE_PIDFD = 0x0000_1000
CLONE_PARENT = 0x0000_8000
CLONE_INTO_CGROUP = 0x2_0000_0000

CLONE_ARGS = struct.Struct("=11Q")  # struct clone_args, version 2 (88 bytes, Linux 5.7)


OUT_OF_THE_ROW = range(32767, 32759, -1)
"""PIDs that exist under every usual pid_max, where a lab that counts from 1 hardly gets to; several, for those that are taken."""


def clone3(flags: int, pids: tuple[int, ...] = (), group: int | None = None) -> tuple[int, int]:
    """Return (pid, pidfd) in the parent and (0, -1) in the child.

    `flags` are CLONE_NEW* and CLONE_PARENT bits; CLONE_PIDFD is added. The child's end raises SIGCHLD. `pids` are the numbers
    that it shall have, in the innermost PID namespace first. `group` is a descriptor of the control group that it is born into,
    O_PATH does: not where its parent is, so that no limit is missed by a moment, and nobody is moved. A cgroup namespace made by
    the same call has that group as its root.
    Raises SyscallError. ENOSPC: a limit on namespaces. EPERM: no right to make them, or to choose. EEXIST: such a number is
    taken. EBUSY: the group hands controllers on. EACCES: the caller may not write its cgroup.procs, or that of the nearest one
    above both. See clone3(2).
    """
    pidfd = ctypes.c_int(-1)
    exit_signal = 0 if flags & CLONE_PARENT else int(signal.SIGCHLD)  # a sibling takes its caller's exit signal
    wanted = (ctypes.c_int * len(pids))(*pids)
    set_tid = ctypes.addressof(wanted) if pids else 0
    flags |= CLONE_PIDFD | (0 if group is None else CLONE_INTO_CGROUP)
    fields = (flags, ctypes.addressof(pidfd), 0, 0, exit_signal, 0, 0, 0, set_tid, len(pids), group or 0)
    args = ctypes.create_string_buffer(CLONE_ARGS.pack(*fields), CLONE_ARGS.size)
    pid = invoke("clone3", args, CLONE_ARGS.size)
    return (pid, pidfd.value) if pid else (0, -1)


def clone3_aside(flags: int, levels: int = 2) -> tuple[int, int]:
    """As `clone3`, but the child takes no number from those who come after it, in as many PID namespaces as may be.

    Where the kernel lets nobody choose, it is an ordinary child. Raises SyscallError as `clone3` does.
    """
    for depth in range(levels, 0, -1):
        for number in OUT_OF_THE_ROW:
            try:
                return clone3(flags, (number,) * depth)
            except SyscallError as error:
                if error.errno != errno.EEXIST:
                    break
    return clone3(flags)
