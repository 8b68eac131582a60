"""Processes by descriptor: a number may be another process's by now, a pidfd never is. See pidfd_open(2), Linux 5.3."""

from __future__ import annotations

from nslab.kernel.syscalls import invoke


def pidfd_open(pid: int) -> int:
    """A pidfd, close-on-exec. Raises SyscallError; ESRCH: no such process."""
    return invoke("pidfd_open", pid, 0)


def pidfd_numbers(pidfd: int) -> tuple[int, ...]:
    """The process's number in each PID namespace from /proc's down to its own; () once it has ended. Raises OSError.

    Source: the line NSpid of /proc/self/fdinfo/FD, see pidfd_open(2); a process that is gone has 0 or -1 there.
    """
    with open(f"/proc/self/fdinfo/{pidfd}", "rb") as file:
        lines = dict(line.split(b":", 1) for line in file.read().splitlines() if b":" in line)
    numbers = tuple(map(int, lines.get(b"NSpid", b"").split()))
    return numbers if numbers and numbers[0] > 0 else ()


def pidfd_send_signal(pidfd: int, number: int) -> int:
    """Signal the process behind a pidfd, never one that took over its number. Raises SyscallError; ESRCH: it has ended."""
    return invoke("pidfd_send_signal", pidfd, number, None, 0)
