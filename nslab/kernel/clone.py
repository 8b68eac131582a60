"""clone3(2): a child in new namespaces, with a pidfd, and optionally as a sibling.

The facts that shape this module:

- The raw call bypasses glibc's fork(), so neither Python's nor libc's fork handlers run in the child. That is sound only in a
  process with one thread, whose locks nobody else can hold: the lab and its keeper are such processes, the application is not.
- The child shares no memory with its parent but what was mapped MAP_SHARED. It must leave by execve(2) or os._exit(2): an
  exception that climbs out of it would run its parent's code a second time.
- CLONE_PARENT makes the child a sibling: whoever waits for the caller waits for the child too, and the caller may end.
"""

from __future__ import annotations

import ctypes
import signal
import struct

from nslab.kernel.syscalls import invoke

CLONE_PIDFD = 0x0000_1000
CLONE_PARENT = 0x0000_8000

CLONE_ARGS = struct.Struct("=11Q")  # struct clone_args, version 2 (88 bytes, Linux 5.7)


def clone3(flags: int) -> tuple[int, int]:
    """Return (pid, pidfd) in the parent and (0, -1) in the child.

    `flags` are CLONE_NEW* and CLONE_PARENT bits; CLONE_PIDFD is added. The child's end raises SIGCHLD.
    Raises SyscallError. ENOSPC: a limit on namespaces. EPERM: no right to make them. See clone3(2).
    """
    pidfd = ctypes.c_int(-1)
    exit_signal = 0 if flags & CLONE_PARENT else int(signal.SIGCHLD)  # a sibling takes its caller's exit signal
    fields = (flags | CLONE_PIDFD, ctypes.addressof(pidfd), 0, 0, exit_signal, 0, 0, 0, 0, 0, 0)
    args = ctypes.create_string_buffer(CLONE_ARGS.pack(*fields), CLONE_ARGS.size)
    pid = invoke("clone3", args, CLONE_ARGS.size)
    return (pid, pidfd.value) if pid else (0, -1)
