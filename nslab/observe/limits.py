"""What a process is limited to: by its control group and each one above it, and by its own resource limits.

A limit of cgroup v2 holds for everything below it, so the tightest of all on the way up is the one that counts.
Sources: cgroup-v2.rst; getrlimit(2).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Literal

from msgspec import Struct

from nslab.kernel import procfs
from nslab.kernel.cgroups import CgroupLine, unified
from nslab.kernel.procfs import Mount
from nslab.kernel.rlimits import ResourceLimit, read_limits
from nslab.observe.namespaces import Unread

Unseen = Literal["no-v2", "not-mounted", "outside"]
"""Why the files of a cgroup are not read: no such hierarchy, no mount of it here, or outside the reader's cgroup namespace."""


class CgroupLimit(Struct, frozen=True):
    """A file of a cgroup that limits. `amount` is in bytes, processes, or CPUs; `text` is the file, without its newline.

    `cgroup` is the path of the group whose file it is: the process's own, or one above it.
    """

    file: str
    amount: float
    text: str
    cgroup: str


class Limits(Struct, frozen=True):
    """All limits of one process. `by_cgroup` holds those that are set, the tightest of each file.

    `cgroup` is its path in cgroup v2, None where there is none. `v1` are controllers that hierarchies of version 1 have
    taken: what those limit is not in here.
    """

    cgroup: str | None
    unseen: Unseen | None
    by_cgroup: tuple[CgroupLimit, ...]
    v1: tuple[str, ...]
    by_process: tuple[ResourceLimit, ...] | Unread


def limits_of(process: int, lines: Sequence[CgroupLine], mounts: Sequence[Mount]) -> Limits:
    """The limits of an opened process directory. `lines` are its cgroups, `mounts` the reader's own."""
    line = unified(lines)
    folder = None if line is None else _folder(line, mounts)
    return Limits(
        cgroup=line.path if line else None,
        unseen=folder if isinstance(folder, str) else "no-v2" if folder is None else None,
        by_cgroup=tuple(tightest(*folder)) if isinstance(folder, tuple) else (),
        v1=tuple(sorted(name for one in lines for name in one.controllers if not name.startswith("name="))),
        by_process=_own(process),
    )


def tightest(mount: Path, cgroup: PurePosixPath) -> Iterator[CgroupLimit]:
    """Of each file that limits, the tightest from a group up to the mount; groups that vanish meanwhile have none."""
    for file, amount_of in _FILES.items():
        found = [
            CgroupLimit(file, amount, text, str(group))
            for group in (cgroup, *cgroup.parents)
            if (text := _text(mount / str(group).lstrip("/") / file)) is not None
            and (amount := amount_of(text)) is not None
        ]
        if found:
            yield min(found, key=lambda limit: limit.amount)


def _folder(line: CgroupLine, mounts: Sequence[Mount]) -> tuple[Path, PurePosixPath] | Unseen:
    """Where cgroup v2 is mounted, and the group's path below. A mount may begin at a group of its own."""
    if line.path.startswith("/.."):
        return "outside"
    path = PurePosixPath(line.path)
    for mount in mounts:
        if mount.fstype == "cgroup2" and path.is_relative_to(mount.root):
            return Path(mount.point), "/" / path.relative_to(mount.root)
    return "not-mounted"


def _text(file: Path) -> str | None:
    """None for a file that isn't there: the controller is off, the group is the root, or has just been removed."""
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        return None


def _number(text: str) -> float | None:
    return None if text == "max" else int(text)


def _cpus(text: str) -> float | None:
    """`quota period`, both in microseconds: so many CPUs' time."""
    quota, period = text.split()
    return None if quota == "max" else int(quota) / int(period)


def _listed_cpus(text: str) -> float | None:
    """`0-3,7`: of no use as a limit where it is all that the machine has."""
    count = 0
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        count += int(last or first) - int(first) + 1
    return count if 0 < count < (os.cpu_count() or 0) else None


_FILES: dict[str, Callable[[str], float | None]] = {
    "memory.max": _number,
    "memory.high": _number,
    "memory.swap.max": _number,
    "cpu.max": _cpus,
    "cpuset.cpus.effective": _listed_cpus,
    "pids.max": _number,
}


def _own(process: int) -> tuple[ResourceLimit, ...] | Unread:
    try:
        return read_limits(process)
    except OSError as error:
        return Unread(error.errno or errno.EIO)


def own_mounts() -> tuple[Mount, ...]:
    """The reader's mounts, among them that of cgroup v2."""
    with procfs.own_process() as process:
        return procfs.read_mountinfo(process)
