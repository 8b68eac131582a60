"""What a world is called: by its container, its service, or the process that leads it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from msgspec import Struct

from nslab.kernel import procfs
from nslab.kernel.cgroups import CgroupLine, read_cgroup
from nslab.observe.container_names import Names
from nslab.observe.containers import Container, container_of, service_of
from nslab.observe.machine.worlds import World
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan
from nslab.words import printable


class Label(Struct, frozen=True):
    """A world's name, and what it belongs to. Of the worlds of one container or service only the oldest bears its name."""

    name: str
    container: Container | None = None
    container_name: str | None = None
    service: str | None = None

    @property
    def owner(self) -> str:
        """The name of the container or service that it is in; empty where it is in none."""
        if self.container is not None:
            return self.container_name or self.container.short
        return self.service or ""

    @property
    def is_owner(self) -> bool:
        """Whether it bears that name."""
        return bool(self.owner) and self.name == printable(self.owner)


def labels(root: ProcRoot, scan: Scan, worlds: Sequence[World], names: Names) -> tuple[Label, ...]:
    """A label for each world, in their order, which is from old to new."""
    named: set[Container | str] = set()
    found = []
    for world in worlds:
        lines = _cgroups(root, world.leader)
        container, service = container_of(lines), service_of(lines)
        name = names.of(container, scan) if container else None
        label = Label(printable(world.leader.comm), container, name, service)
        key = container or service
        if key is not None and key not in named:
            named.add(key)
            label = Label(printable(label.owner), container, name, service)
        found.append(label)
    return tuple(found)


def _cgroups(root: ProcRoot, process: Process) -> tuple[CgroupLine, ...]:
    """None where the process has ended, or where a recording has no such file."""
    try:
        directory = procfs.open_process(root.fd, process.pid)
    except OSError:
        return ()
    try:
        return read_cgroup(directory)
    except OSError:
        return ()
    finally:
        os.close(directory)
