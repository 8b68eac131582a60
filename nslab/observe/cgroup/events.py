"""What happened between two looks at a group's events files, by comparing what they count."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import asdict

from nslab.kernel.cgroup2.core import CgroupEvents
from nslab.kernel.cgroup2.memory import MemoryEvents
from nslab.kernel.cgroup2.pids import PidsEvents
from nslab.observe.cgroup.values import Changed


class EventFiles(Struct, frozen=True):
    """The files of a group that count events; None is one that it has not. `own_memory` is of its own limits alone."""

    cgroup: CgroupEvents | None = None
    memory: MemoryEvents | None = None
    own_memory: MemoryEvents | None = None
    pids: PidsEvents | None = None


FILES = {
    "cgroup": "cgroup.events",
    "memory": "memory.events",
    "own_memory": "memory.events.local",
    "pids": "pids.events",
}
"""The kernel's name of each."""


def changes(path: str, id_: int, before: EventFiles, now: EventFiles, at: float) -> Iterator[Changed]:
    """What is otherwise than before. A new group, or one that has got a controller just now, has counted from 0.

    A counter that fell belongs to a controller that was taken away and given back, and has counted from 0, too.
    """
    for field, file in FILES.items():
        earlier = _values(getattr(before, field))
        for key, value in _values(getattr(now, field)).items():
            was = earlier.get(key, 0)
            if value < was and field != "cgroup":  # flags go down, counters don't
                was = 0
            if value != was:
                yield Changed(path, id_, file, key, was, value, at)


def _values(file: CgroupEvents | MemoryEvents | PidsEvents | None) -> dict[str, int]:
    return {} if file is None else {key: int(value) for key, value in asdict(file).items() if value is not None}
