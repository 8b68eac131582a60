"""Where this machine's cgroup v2 tree lies, as a process sees it, and what it has in v1 instead. Source: mountinfo, cgroups(7)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from nslab.kernel import procfs
from nslab.kernel.procfs import Mount

V1_OPTIONS = frozenset({"rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode"})
"""Words among the options of a v1 hierarchy that are no controllers; `name=` and `release_agent=` hold an `=`."""


class Hierarchy(Struct, frozen=True):
    """`directory` is where cgroup v2 is mounted last, None where it is not. `elsewhere` are controllers that v1 has taken."""

    directory: Path | None
    elsewhere: frozenset[str]


def hierarchy() -> Hierarchy:
    """As this process sees it. Raises OSError where there is no /proc."""
    with procfs.own_process() as process:
        return of_mounts(procfs.read_mountinfo(process))


def of_mounts(mounts: Sequence[Mount]) -> Hierarchy:
    """The same, of lines of mountinfo. `blkio` of v1 is `io` of v2; `cpuacct` is in `cpu`."""
    points = [mount.point for mount in mounts if mount.fstype == "cgroup2"]
    options = {option for mount in mounts if mount.fstype == "cgroup" for option in mount.super_options.split(",")}
    taken = {option for option in options - V1_OPTIONS if option and "=" not in option}
    if "blkio" in taken:
        taken.add("io")
    return Hierarchy(Path(points[-1]) if points else None, frozenset(taken))
