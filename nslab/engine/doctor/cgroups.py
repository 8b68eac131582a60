"""Whether the lab's root may make control groups: somebody must have handed one over; the root of the tree is nobody's to part."""

from __future__ import annotations

import os
from pathlib import Path

from nslab.engine.doctor.findings import Finding, limited, ok
from nslab.engine.doctor.namespaces import nothing
from nslab.engine.doctor.trial import attempt
from nslab.engine.ids import root_outside
from nslab.kernel import procfs
from nslab.kernel.cgroup2.knobs import move_in, opened
from nslab.kernel.cgroups import read_cgroup, unified
from nslab.kernel.mounts import MountFlag, mount
from nslab.kernel.namespaces import Kind

SYSTEMD = Path("/run/systemd/system")  # there where systemd is PID 1, see sd_booted(3)
HERE = "/proc"  # over any directory that is surely there: nobody else sees the mount
TRIAL = f"{HERE}/nslab-trial"


def own_cgroup(probe: str) -> Finding:
    """A group of cgroup v2 that this process may part further: made, entered, left, and removed as the lab's root would."""
    if attempt(nothing, Kind.CGROUP):
        return limited(probe, "needs-user-namespaces")
    with procfs.own_process() as process:
        place = unified(read_cgroup(process))
    if place is None:
        return limited(probe, "cgroup1-only")
    if not attempt(_part, Kind.CGROUP, Kind.MNT):
        return ok(probe, path=place.path)
    if SYSTEMD.is_dir():
        return limited(probe, "cgroup-not-delegated", path=place.path)
    return limited(probe, "cgroup-not-owned", path=place.path, directory=directory(place.path), uid=root_outside())


def _part() -> None:
    """The trial's own end would not remove the group: so it is removed before."""
    mount(None, "/", None, int(MountFlag.REC | MountFlag.PRIVATE), None)
    mount("cgroup2", HERE, "cgroup2", 0, None)
    os.mkdir(TRIAL)
    try:
        _enter(TRIAL)
        _enter(HERE)
    finally:
        os.rmdir(TRIAL)


def _enter(group: str) -> None:
    with opened(group) as descriptor:
        move_in(descriptor)


def directory(path: str) -> str:
    """Where the group lies in this machine's files: below the last mount of cgroup v2, whose root may be further down."""
    with procfs.own_process() as process:
        mounts = [one for one in procfs.read_mountinfo(process) if one.fstype == "cgroup2"]
    if not mounts:
        return path
    return os.path.normpath(f"{mounts[-1].point}/{os.path.relpath(path, mounts[-1].root)}")
