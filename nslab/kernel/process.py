"""One process: prctl(2), ids, signals by pidfd, close_range(2), host name, and what exec must not inherit."""

from __future__ import annotations

import os
import signal

from nslab.kernel.syscalls import invoke

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NAME = 15
PR_SET_NO_NEW_PRIVS = 38

CLOSE_RANGE_CLOEXEC = 4
LAST_FD = 0xFFFF_FFFF


def prctl(option: int, value: int = 0) -> int:
    """prctl(2) with one argument; the unused ones are 0, as newer options demand. Raises SyscallError."""
    return invoke("prctl", option, value, 0, 0, 0)


def set_name(name: str) -> int:
    """What /proc/PID/comm shows, 15 bytes at most."""
    return invoke("prctl", PR_SET_NAME, name, 0, 0, 0)


def set_ids(uid: int, gid: int) -> int:
    """Real, effective, and saved ids, the group's while there is the right to. Raises OSError (EINVAL: not mapped)."""
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    return 0


def sethostname(name: str) -> int:
    """Rename the caller's UTS namespace. Raises SyscallError. EPERM: no CAP_SYS_ADMIN over it. EINVAL: over 64 bytes."""
    return invoke("sethostname", name, len(os.fsencode(name)))


def setns(fd: int, flags: int) -> int:
    """Join the namespaces `flags` of the process behind a pidfd. Raises SyscallError. See setns(2), Linux 5.8."""
    return invoke("setns", fd, flags)


def pidfd_open(pid: int) -> int:
    """A pidfd, close-on-exec. Raises SyscallError; ESRCH: no such process."""
    return invoke("pidfd_open", pid, 0)


def pidfd_send_signal(pidfd: int, number: int) -> int:
    """Signal the process behind a pidfd, never one that took over its number. Raises SyscallError; ESRCH: it has ended."""
    return invoke("pidfd_send_signal", pidfd, number, None, 0)


def close_on_exec_from(first: int) -> int:
    """Mark every fd from `first` close-on-exec: the last step before execve(2), see CVE-2024-21626. Raises SyscallError."""
    return invoke("close_range", first, LAST_FD, CLOSE_RANGE_CLOEXEC)


def default_signals() -> int:
    """Undo what Python ignores, blocks, or handles, for execve(2) hands ignored and blocked signals on."""
    for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    return 0
