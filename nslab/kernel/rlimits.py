"""What a process may use at most by itself: the lines of /proc/PID/limits. See getrlimit(2), proc_pid_limits(5)."""

from __future__ import annotations

from msgspec import Struct

from nslab.kernel.procfs import MalformedProcfs, read_file

# The kernel's label of each line, fs/proc/base.c lnames, and the name that getrlimit(2) has for it.
LABELS = {
    "Max cpu time": "RLIMIT_CPU",
    "Max file size": "RLIMIT_FSIZE",
    "Max data size": "RLIMIT_DATA",
    "Max stack size": "RLIMIT_STACK",
    "Max core file size": "RLIMIT_CORE",
    "Max resident set": "RLIMIT_RSS",
    "Max processes": "RLIMIT_NPROC",
    "Max open files": "RLIMIT_NOFILE",
    "Max locked memory": "RLIMIT_MEMLOCK",
    "Max address space": "RLIMIT_AS",
    "Max file locks": "RLIMIT_LOCKS",
    "Max pending signals": "RLIMIT_SIGPENDING",
    "Max msgqueue size": "RLIMIT_MSGQUEUE",
    "Max nice priority": "RLIMIT_NICE",
    "Max realtime priority": "RLIMIT_RTPRIO",
    "Max realtime timeout": "RLIMIT_RTTIME",
}
_COLUMNS = (slice(0, 25), slice(26, 46), slice(47, 67), slice(68, None))  # "%-25s %-20s %-20s %-10s"


class ResourceLimit(Struct, frozen=True):
    """One resource limit. `soft` is what holds now, `hard` how far the process may raise it; None is unlimited.

    `unit` is the kernel's word (bytes, files, seconds, us …), empty for a mere level.
    """

    name: str
    soft: int | None
    hard: int | None
    unit: str


def read_limits(process: int) -> tuple[ResourceLimit, ...]:
    """/proc/PID/limits of an opened process directory. Raises OSError."""
    return parse_limits(read_file(process, "limits"))


def parse_limits(content: bytes) -> tuple[ResourceLimit, ...]:
    """One line a limit below the heads; a label newer than this table keeps the kernel's words. Raises MalformedProcfs."""
    return tuple(_limit(line) for line in content.decode().splitlines()[1:])


def _limit(line: str) -> ResourceLimit:
    label, soft, hard, unit = (line[column].strip() for column in _COLUMNS)
    try:
        return ResourceLimit(LABELS.get(label, label), _amount(soft), _amount(hard), unit)
    except ValueError:
        raise MalformedProcfs(f"limits: {line!r}") from None


def _amount(text: str) -> int | None:
    return None if text == "unlimited" else int(text)
