"""What mountinfo of two processes says about one path: does a mount that is made below it pass from one to the other?"""

from __future__ import annotations

from collections.abc import Sequence

from nslab.course.subjects import where
from nslab.course.told import Absent, Told
from nslab.course.world import Propagated
from nslab.kernel.procfs import Mount
from nslab.kernel.propagation import masters, propagation, reaches
from nslab.observe.mount_tree import MountTree


def propagated(path: str, sides: Sequence[tuple[str, Sequence[Mount]]]) -> Propagated | Absent:
    """Between two processes, each with the mounts it sees: by the mounts on top at that path."""
    tops = []
    for process, mounts in sides:
        at = MountTree(mounts).at(path)
        if not at:
            return Absent(Told("absent.no-mount", {"path": path, "where": where(process)}))
        tops.append(propagation(at[0].optional))
    above = masters(propagation(mount.optional) for _, mounts in sides for mount in mounts)
    source, target = tops
    return Propagated(reaches(source, target, above), source, target)
