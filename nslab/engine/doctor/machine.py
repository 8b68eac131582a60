"""The machine itself: its kernel, its room, its limits, and what earlier runs left."""

from __future__ import annotations

import fcntl
import os
import re
import resource
from pathlib import Path

from nslab.engine import rundir
from nslab.engine.doctor.findings import Finding, limited, missing, ok

# cgroup.kill and all that comes before it: overlay in user namespaces 5.11, mount_setattr 5.12.
OLDEST_KERNEL = (5, 14)
LEAST_FREE_MIB = 200
LEAST_FREE_INODES = 10_000
LEAST_OPEN_FILES = 256


def kernel(probe: str) -> Finding:
    """New enough for all that the lab asks of it."""
    release = os.uname().release
    version = tuple(int(number) for number in re.findall(r"\d+", release)[:2])
    if release.endswith(
        "-Microsoft"
    ):  # WSL 1 translates Linux's calls and claims 4.4; WSL 2 says "-microsoft-standard"
        return missing(probe, "wsl1", release=release)
    if version < OLDEST_KERNEL:
        return missing(probe, "old-kernel", release=release, oldest=".".join(map(str, OLDEST_KERNEL)))
    return ok(probe, release=release)


def space(probe: str) -> Finding:
    """Room where progress and run directories are kept."""
    from platformdirs import user_state_path

    path = user_state_path("nslab")
    there = next(parent for parent in (path, *path.parents) if parent.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        return limited(probe, "state-read-only", path=str(there))
    free = os.statvfs(there)
    free_mib = free.f_bavail * free.f_frsize >> 20
    if free_mib < LEAST_FREE_MIB:
        return limited(probe, "little-space", path=str(there), free_mib=free_mib)
    if free.f_files and free.f_favail < LEAST_FREE_INODES:  # f_files is 0 where inodes are made as needed (btrfs)
        return limited(probe, "few-inodes", path=str(there), free=free.f_favail)
    return ok(probe, path=str(there), free_mib=free_mib)


def open_files(probe: str) -> Finding:
    """How many descriptors a process may hold."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < LEAST_OPEN_FILES:
        return limited(probe, "few-open-files", limit=soft, least=LEAST_OPEN_FILES)
    return ok(probe, limit=soft)


def leftovers(probe: str) -> Finding:
    """Run directories whose keeper is gone, and labs that are alive now."""
    parent = rundir.base(dict(os.environ), os.geteuid())
    dead: list[str] = []
    alive: list[str] = []
    for path in rundir.entries(parent):
        (alive if _in_use(path) else dead).append(path.name)
    if dead:
        return limited(probe, "leftovers", count=len(dead), path=str(parent))
    return ok(probe, alive=len(alive))


def _in_use(run: Path) -> bool:
    try:
        lock = os.open(run / rundir.LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: another doctor at the same moment is not a lab
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
