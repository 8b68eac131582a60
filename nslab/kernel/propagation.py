"""How a mount passes on what is mounted below it, from mountinfo's optional fields. See mount_namespaces(7), proc_pid_mountinfo(5).

Peer groups are numbered across all mount namespaces: one number seen in two of them is one group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct


class Propagation(Struct, frozen=True):
    """The propagation of one mount. A private one has neither group nor master.

    `group` is the peer group with which it exchanges mounts, `master` the one from which it takes and to which it gives
    nothing. `dominant` is the nearest group above its master that the process can see; None where that is the master itself.
    """

    group: int | None = None
    master: int | None = None
    dominant: int | None = None
    unbindable: bool = False

    def __str__(self) -> str:
        """As mountinfo has it; `private` for a mount of which it says nothing."""
        fields = (("shared", self.group), ("master", self.master))
        told = [f"{name}:{number}" for name, number in fields if number is not None]
        return " ".join(told) or ("unbindable" if self.unbindable else "private")

    @property
    def private(self) -> bool:
        """Whether it neither gives nor takes."""
        return self.group is None and self.master is None


def propagation(optional: Iterable[str]) -> Propagation:
    """From fields such as `shared:1`, `master:2`; those that this nslab doesn't know are for newer readers, and ignored."""
    tags = dict(_tag(field) for field in optional)
    return Propagation(
        tags.get("shared"), tags.get("master"), tags.get("propagate_from"), unbindable="unbindable" in tags
    )


def _tag(field: str) -> tuple[str, int | None]:
    name, _, number = field.partition(":")
    return name, int(number) if number.isdecimal() else None


def masters(mounts: Iterable[Propagation]) -> dict[int, int]:
    """For each peer group that is a slave as well, its master. All mounts of a group have the same."""
    return {one.group: one.master for one in mounts if one.group is not None and one.master is not None}


def reaches(source: Propagation, target: Propagation, above: Mapping[int, int]) -> bool:
    """Whether what is mounted below `source` turns up below `target`; `above` are the masters of peer groups.

    A peer gets it, and so does a slave, and its slaves and peers in turn.
    """
    if source.group is None:
        return False
    if source.group in (target.group, target.dominant):
        return True
    met: set[int] = set()
    group = target.master
    while group is not None and group not in met:
        if group == source.group:
            return True
        met.add(group)
        group = above.get(group)
    return False
