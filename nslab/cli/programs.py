"""The program of one `nslab run`: in a lab of its own, with a door for others if it has a name, or in the lab of another."""

from __future__ import annotations

import contextlib
import select
from collections.abc import Iterator
from pathlib import Path

from nslab.engine.client import Lab, Task
from nslab.engine.door import Door
from nslab.engine.protocol import Ended
from nslab.engine.spec import Spec
from nslab.engine.visit import Visit, claimed


class Host:
    """A program in the lab that was made for it, and the visitors that come in by its door."""

    def __init__(self, lab: Lab, task: Task, door: Door | None) -> None:
        self._lab, self._door, self.task = lab, door, task

    @property
    def news(self) -> tuple[int, ...]:
        """Where the lab tells of ends, and visitors ask."""
        return self._door.descriptors if self._door else (self._lab.events.fileno(),)

    def hear(self, ready: set[int]) -> Ended | None:
        """Let visitors in and see them off; how the own program ended."""
        if self._door:
            self._door.attend(ready)
        else:
            self._lab.collect()
        return self._lab.known_end(self.task.pid)


class Guest:
    """A program in the lab of another."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self.task = visit, visit.task

    @property
    def news(self) -> tuple[int, ...]:
        """Where the lab's owner tells of its end."""
        return (self._visit.fileno(),)

    def hear(self, _ready: set[int]) -> Ended | None:
        """How it ended."""
        return self._visit.ended()


@contextlib.contextmanager
def door_of(lab: Lab, spec: Spec, wanted: bool) -> Iterator[Door | None]:
    """A door while the block runs, if one is wanted. Raises NameInUse, OSError."""
    door = None
    if wanted:
        with claimed(spec.name, Path(lab.directory).parent):
            door = Door(lab, spec.name)
    try:
        yield door
    finally:
        if door:
            door.close()


def stay(door: Door) -> None:
    """Keep the lab while guests are in it: what they share outlives the one it was made for. Raises LabGone."""
    while door.guests:
        poll = select.poll()
        for fd in door.descriptors:
            poll.register(fd, select.POLLIN)
        door.attend(fd for fd, _ in poll.poll())
