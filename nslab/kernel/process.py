"""The calling process: prctl(2), ids, limits, its title, and what execve(2) hands on of it."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

from nslab.kernel.syscalls import invoke

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NAME = 15
PR_SET_NO_NEW_PRIVS = 38

ARG_START = 48 - 3  # in /proc/PID/stat, counted from the third field, the first behind the name in brackets

CLOSE_RANGE_CLOEXEC = 4
LAST_FD = 0xFFFF_FFFF


def prctl(option: int, value: int = 0) -> int:
    """prctl(2) with one argument; the unused ones are 0, as newer options demand. Raises SyscallError."""
    return invoke("prctl", option, value, 0, 0, 0)


def set_name(name: str) -> int:
    """What /proc/PID/comm shows, 15 bytes at most."""
    return invoke("prctl", PR_SET_NAME, name, 0, 0, 0)


def set_ids(uid: int, gid: int) -> None:
    """Real, effective, and saved ids, the group's while there is the right to. Raises OSError (EINVAL: not mapped)."""
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def overwrite_arguments(title: str) -> None:
    """What /proc/PID/cmdline shows of the caller, instead of its command line; /proc/PID/environ shows nothing any more.

    Both files read the process's own memory, at the places that /proc/PID/stat tells. What was a variable is an empty string
    for getenv(3) and for programs started without an environment of their own. See proc_pid_stat(5). Raises OSError.
    """
    with open("/proc/self/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    arg_start, arg_end, env_start, env_end = (int(field) for field in fields[ARG_START : ARG_START + 4])
    # A last byte that is no NUL is setproctitle(3)'s mark: the kernel then shows one string, up to its NUL.
    length = arg_end - arg_start
    shown = title.encode()[: length - 2].ljust(length - 1, b"\0") + b"."
    ctypes.memmove(arg_start, shown, length)
    ctypes.memset(env_start, 0, env_end - env_start)


def close_range(first: int, last: int) -> int:
    """Close every fd from `first` to `last`. Raises SyscallError (EINVAL: `last` is before `first`)."""
    return invoke("close_range", first, last, 0)


def close_on_exec_from(first: int) -> int:
    """Mark every fd from `first` close-on-exec: the last step before execve(2), see CVE-2024-21626. Raises SyscallError."""
    return invoke("close_range", first, LAST_FD, CLOSE_RANGE_CLOEXEC)


CATCHABLE = tuple(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})


def limit_processes(most: int) -> None:
    """How many processes and threads the caller's user may have in its user namespace; no way back without CAP_SYS_RESOURCE.

    Counted per namespace since Linux 5.14: what the user runs elsewhere is not among them. See RLIMIT_NPROC, getrlimit(2).
    """
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_NPROC, (bound, bound))


def default_signals() -> None:
    """Undo every handler, every ignored and every blocked signal, whoever set them.

    execve(2) hands ignored and blocked ones on: Python ignores SIGPIPE, nohup(1) SIGHUP, a shell SIGINT in the background. And a
    handler makes PID 1 of a namespace mortal, for only a signal without one is kept from it. See signal(7), pid_namespaces(7).
    """
    for number in CATCHABLE:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
