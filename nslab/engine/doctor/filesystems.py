"""Mounts that containers need: a /proc of their own, and an overlay that does what an image layer must do."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from nslab.engine.doctor.findings import Finding, limited, missing, ok
from nslab.engine.doctor.namespaces import nothing
from nslab.engine.doctor.surroundings import in_wsl
from nslab.engine.doctor.trial import attempt
from nslab.kernel import procfs
from nslab.kernel.mounts import MountFlag, mount
from nslab.kernel.namespaces import Kind

PRIVATE = int(MountFlag.REC | MountFlag.PRIVATE)
CGROUP_ROOT = "/sys/fs/cgroup"


def proc_mount(probe: str) -> Finding:
    """A fresh procfs in a new PID namespace. Refused where the outer /proc has masks, as in an ordinary container."""
    return _tried(probe, "proc-masked", _mount_proc, Kind.PID, Kind.MNT)


def mqueue_mount(probe: str) -> Finding:
    """A file system of POSIX message queues in a new IPC namespace. A kernel may have namespaces and no such queues."""
    return _tried(probe, "no-mqueue", _mount_mqueue, Kind.IPC, Kind.MNT)


def overlay(probe: str) -> Finding:
    """An overlay on a tmpfs, in which a file is changed, another deleted, and a directory renamed.

    The last needs user xattrs, which tmpfs has only from Linux 6.6 on; containers do without.
    """
    finding = _tried(probe, "no-overlay", _change_files, Kind.MNT)
    if finding.state == "ok" and attempt(_rename_directory, Kind.MNT):
        return limited(probe, "overlay-without-xattrs", release=os.uname().release)
    return finding


def cgroup2(probe: str) -> Finding:
    """The unified hierarchy, alone, as systemd calls it, or beside v1, which then has most controllers. Lessons run with either."""
    with procfs.own_process() as process:
        mounts = procfs.read_mountinfo(process)
    fstype = next((mount.fstype for mount in reversed(mounts) if mount.point == CGROUP_ROOT), "nothing")
    if fstype != "cgroup2":
        beside = next((mount.point for mount in reversed(mounts) if mount.fstype == "cgroup2"), None)
        if in_wsl():
            return limited(probe, "wsl-cgroup1", found=fstype)
        return limited(probe, "cgroup-hybrid", path=beside) if beside else limited(probe, "cgroup1", found=fstype)
    controllers = Path(CGROUP_ROOT, "cgroup.controllers").read_text().split()
    return ok(probe, controllers=" ".join(controllers))


def _tried(probe: str, cause: str, action: Callable[[], None], *kinds: Kind) -> Finding:
    if attempt(nothing, *kinds):
        return missing(probe, "needs-user-namespaces")
    refusal = attempt(action, *kinds)
    return missing(probe, cause, **refusal.facts) if refusal else ok(probe)


def _mount_proc() -> None:
    mount(None, "/", None, PRIVATE, None)
    mount("proc", "/proc", "proc", 0, None)


def _mount_mqueue() -> None:
    mount(None, "/", None, PRIVATE, None)
    mount("mqueue", "/proc", "mqueue", 0, None)  # over any directory that is surely there


def _mount_overlay() -> None:
    """Over any directory that is surely there: nobody else sees it."""
    mount(None, "/", None, PRIVATE, None)
    mount("trial", "/proc", "tmpfs", 0, "size=1m")
    os.chdir("/proc")
    for name in ("lower", "lower/directory", "upper", "work", "merged"):
        os.mkdir(name)
    for name in ("lower/changed", "lower/deleted"):
        Path(name).write_text("below")
    mount("trial", "/proc/merged", "overlay", 0, "lowerdir=lower,upperdir=upper,workdir=work,userxattr")


def _change_files() -> None:
    _mount_overlay()
    Path("merged/changed").write_text("above")
    os.unlink("merged/deleted")


def _rename_directory() -> None:
    _mount_overlay()
    os.mkdir("merged/made")
    os.rename("merged/made", "merged/renamed")
