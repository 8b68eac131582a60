"""Processes by descriptor: a number may be another process's by now, a pidfd never is. See pidfd_open(2), Linux 5.3."""

from __future__ import annotations

from nslab.kernel.syscalls import invoke


def pidfd_open(pid: int) -> int:
    """A pidfd, close-on-exec. Raises SyscallError; ESRCH: no such process."""
    return invoke("pidfd_open", pid, 0)


def pidfd_send_signal(pidfd: int, number: int) -> int:
    """Signal the process behind a pidfd, never one that took over its number. Raises SyscallError; ESRCH: it has ended."""
    return invoke("pidfd_send_signal", pidfd, number, None, 0)
