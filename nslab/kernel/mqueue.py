"""POSIX message queues: mq_open(3), which looks its names up in the caller's IPC namespace, whatever is mounted where."""

from __future__ import annotations

import errno

from nslab.kernel.syscalls import LIBC, SyscallError, invoke


def mq_open(name: str, flags: int) -> int:
    """A descriptor of the queue `name`, which begins with a slash. Raises SyscallError.

    ENOENT: no queue of that name in this IPC namespace. ENOSYS: the C library has the call in a part that Python doesn't
    load (glibc before 2.34).
    """
    if not hasattr(LIBC, "mq_open"):
        raise SyscallError("mq_open", (name, flags), errno.ENOSYS)
    return invoke("mq_open", name, flags)
