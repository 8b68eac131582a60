"""The mounts of one namespace as a path meets them: which of several at one place is on top, and what each one hides.

A mount that is covered is still there, and comes to light again when what covers it is unmounted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from nslab.kernel.procfs import Mount

ROOT = "/"


class MountTree:
    """Built from one mountinfo: the mounts below a process's root. One whose parent is not among them is at its top."""

    def __init__(self, mounts: Sequence[Mount]) -> None:
        self.mounts = tuple(mounts)
        self._by_id = {mount.id: mount for mount in mounts}
        self._lying_on = {(mount.parent, mount.point): mount for mount in mounts if mount.parent != mount.id}
        self._hiders = {mount.id: self._hider(mount) for mount in mounts}
        self._hidden: defaultdict[int, list[Mount]] = defaultdict(list)
        self._stacks: defaultdict[str, list[Mount]] = defaultdict(list)
        for mount in mounts:
            self._stacks[mount.point].append(mount)
            if (hider := self._hiders[mount.id]) is not None:
                self._hidden[hider.id].append(mount)

    def points(self) -> frozenset[str]:
        """The paths at which something is mounted."""
        return frozenset(self._stacks)

    def at(self, path: str) -> tuple[Mount, ...]:
        """What is mounted at exactly that path, the one on top first."""
        return tuple(sorted(self._stacks.get(path, ()), key=self._height, reverse=True))

    def hider(self, mount: Mount) -> Mount | None:
        """The mount that keeps every path from leading to this one; None where one does lead to it."""
        return self._hiders[mount.id]

    def hidden_by(self, mount: Mount) -> tuple[Mount, ...]:
        """The mounts that this one keeps from sight."""
        return tuple(self._hidden.get(mount.id, ()))

    def _hider(self, mount: Mount) -> Mount | None:
        covering = self._lying_on.get((mount.id, mount.point))
        if covering is not None:
            return covering
        for parent, child in self._ancestry(mount):
            for path in paths_between(parent.point, child.point):
                covering = self._lying_on.get((parent.id, path))
                if covering is not None:
                    return covering
        return None

    def _ancestry(self, mount: Mount) -> Iterator[tuple[Mount, Mount]]:
        """Each mount on the way to the root with the one below it. The file isn't read at one instant, so beware of circles."""
        met = {mount.id}
        child = mount
        while (parent := self._by_id.get(child.parent)) is not None and parent.id not in met:
            yield parent, child
            met.add(parent.id)
            child = parent

    def _height(self, mount: Mount) -> tuple[bool, int]:
        """Whether it is in sight, and over how many mounts it lies at its place."""
        beneath = 0
        for parent, child in self._ancestry(mount):
            if parent.point != child.point:
                break
            beneath += 1
        return self._hiders[mount.id] is None, beneath


def paths_between(top: str, path: str) -> Iterator[str]:
    """The directories through which `path` is reached, from `top` on; not `path` itself."""
    if path == top:
        return
    yield top
    prefix = "" if top == ROOT else top
    parts = path.removeprefix(prefix).split("/")[1:-1]
    for part in parts:
        prefix = f"{prefix}/{part}"
        yield prefix
