"""A lab's own part of the tree: made below a place that is ours, handed over to the lab's root, removed when the lab has ended.

    PLACE/nslab-outside/          whoever was in PLACE itself, this program among them, where that was in the way
    PLACE/nslab-<id>/             the lab's root group; <id> is its run directory's, so that leftovers are known by it
          nslab-<id>/init.scope/  the lab's PID 1
          nslab-<id>/host.scope/  shells of the lab: made by the lab, as are those of containers
          nslab-<id>/NAME/        a container with limits: made by the lab, used once

What is handed over is the directory and three files: cgroup-v2.rst, "Model of Delegation". The limits of the lab's root group stay
its owner's.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from nslab.engine.delegation.place import OUTSIDE, Here
from nslab.engine.failures import unplanned
from nslab.engine.resources import INIT
from nslab.kernel.cgroup2.core import parse_controllers, parse_procs
from nslab.kernel.cgroup2.knobs import hand_on, move_in, opened, write_knob
from nslab.kernel.syscalls import SyscallError

PREFIX = "nslab-"
HANDED_OVER = ("", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control")
THREADED = ("cpu", "cpuset", "pids")  # last: with a domain controller handed on, no process can come in
ATTEMPTS = 20
EMPTY_SECONDS = 2.0
LOOK_AGAIN_SECONDS = 0.01


def path_of(place: Here, run_id: str) -> Path:
    """Where the lab with this run directory has its group."""
    return place.directory / (PREFIX + run_id)


def make(place: Here, group: Path, owner: tuple[int, int]) -> None:
    """The lab's group and the leaf of its PID 1, for a root whose uid and gid outside are `owner`. Raises LabError."""
    try:
        with alone(place.directory) as directory:
            open_up(directory, place)
            for made in (group, group / INIT):
                made.mkdir(mode=0o755)
                for name in HANDED_OVER:
                    os.chown(made / name, *owner)
    except OSError as error:
        raise unplanned(error) from error


def open_up(directory: int, place: Here) -> None:
    """Let the place hand its controllers on. Raises SyscallError (EBUSY: others come in faster than they are moved), OSError.

    The root of the machine does so with processes in it; any other group must be empty first. It is emptied before the kernel
    asks for it: cpu, cpuset, and pids it would hand on with processes in it, as a root of threads, and then no other (EOPNOTSUPP).
    """
    for attempt in range(ATTEMPTS):
        if not is_top(directory):
            clear(directory)
        try:
            for controller in sorted(place.controllers, key=THREADED.__contains__):
                hand_on(directory, controller)
            return
        except SyscallError as error:
            if error.errno != errno.EBUSY or attempt == ATTEMPTS - 1:
                raise


def is_top(directory: int) -> bool:
    """Whether it is the root of the machine's tree: that alone has no type. cgroup-v2.rst, cgroup.type."""
    try:
        os.stat("cgroup.type", dir_fd=directory)
    except FileNotFoundError:
        return True
    return False


def clear(directory: int) -> None:
    """Move all that is in a group to its leaf for those outside. Whoever ends or is born meanwhile is for the next attempt."""
    if not parse_procs(read(directory, "cgroup.procs")):
        return
    with contextlib.suppress(FileExistsError):
        os.mkdir(OUTSIDE, 0o755, dir_fd=directory)
    move_all(directory, OUTSIDE)


def move_all(directory: int, name: str, source: str = ".") -> None:
    """Move all processes of one group to another, both below `directory`."""
    with opened(name, directory) as target:
        for pid in filter(None, parse_procs(read(directory, f"{source}/cgroup.procs"))):
            with contextlib.suppress(ProcessLookupError, SyscallError):  # ended; what stays is met at the next attempt
                move_in(target, pid)


def remove(group: Path, seconds: float = EMPTY_SECONDS) -> None:
    """Remove a lab's group and what the lab made in it, deepest first. Whoever is in there gets so long to end. Raises OSError.

    Directories without files of anybody's: a group is removed by rmdir(2), with all its interface files in it.
    """
    deadline = time.monotonic() + seconds
    for path, _, _ in os.walk(group, topdown=False):
        while True:
            try:
                os.rmdir(path)
                break
            except FileNotFoundError:
                break
            except OSError as error:
                if error.errno != errno.EBUSY or time.monotonic() > deadline:
                    raise
            time.sleep(LOOK_AGAIN_SECONDS)


def leave(place: Path) -> None:
    """Let the place be as it was: if no lab is left and we had to clear it, those outside go back. What is refused stays so."""
    with contextlib.suppress(OSError), alone(place) as directory:
        names = os.listdir(directory)
        if OUTSIDE not in names or any(name.startswith(PREFIX) and name != OUTSIDE for name in names):
            return
        for controller in parse_controllers(read(directory, "cgroup.subtree_control")):
            write_knob(directory, "cgroup.subtree_control", f"-{controller}")
        for _ in range(ATTEMPTS):
            move_all(directory, ".", OUTSIDE)
            with contextlib.suppress(OSError):
                os.rmdir(OUTSIDE, dir_fd=directory)
                return


@contextlib.contextmanager
def alone(place: Path) -> Iterator[int]:
    """One at a time among those who divide a place. Raises OSError."""
    directory = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield directory
    finally:
        os.close(directory)


def read(directory: int, name: str) -> bytes:
    """A file of a group. Raises OSError."""
    file = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=directory)
    try:
        return b"".join(iter(lambda: os.read(file, 1 << 16), b""))
    finally:
        os.close(file)
