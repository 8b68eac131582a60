"""The control groups of a lab's containers, as its PID 1 sees them: limits changed, deaths explained, groups removed."""

from __future__ import annotations

import contextlib
import errno
import os
import time

from nslab.engine.failures import limit_refused
from nslab.engine.resources import GROUPS, INIT, SHELLS, Resources, group_of
from nslab.kernel import procfs
from nslab.kernel.cgroup2 import knobs
from nslab.kernel.cgroup2.formats import MalformedCgroup, parse_limit
from nslab.kernel.cgroup2.memory import parse_memory_events
from nslab.kernel.cgroups import read_cgroup, unified

EMPTY_SECONDS = 0.5  # PID 1 waits: what takes longer stays for the lab's end
LOOK_AGAIN_SECONDS = 0.005
FILE_BYTES = 4096


def of_process(proc: int, pid: int) -> str | None:
    """The control group for who joins a process: that one's own, but never that of the lab's PID 1, where shells have their leaf.

    None without cgroup v2. Raises OSError where the process is gone.
    """
    process = procfs.open_process(proc, pid)
    try:
        place = unified(read_cgroup(process))
    finally:
        os.close(process)
    if place is None:
        return None
    return group_of(SHELLS) if place.path in ("/", f"/{INIT}") else f"{GROUPS}{place.path}"


def write(name: str, resources: Resources) -> None:
    """Write a container's limits, one after another. Raises LimitRefused, of the first that the kernel refuses."""
    for file, value in resources.knobs:
        try:
            with knobs.opened(group_of(name)) as group:
                knobs.write_knob(group, file, value)
        except OSError as error:
            raise limit_refused(group_of(name), file, value, number=error.errno or errno.EIO) from error


def memory_kills(name: str) -> int:
    """How many in a container's group the kernel has killed for its memory.max, since it was made; 0 where nobody can tell.

    memory.events has both: that this group met its limit and nothing could be won back, and that somebody in it was killed.
    """
    try:
        events = parse_memory_events(read(name, "memory.events"))
        return events.oom_kill if events.oom else 0
    except (OSError, MalformedCgroup):
        return 0


def memory_max(name: str) -> int | None:
    """What memory.max of a container's group says, in bytes; None for no limit, or if nobody can tell."""
    try:
        return parse_limit(read(name, "memory.max"))
    except (OSError, MalformedCgroup):
        return None


def remove(name: str) -> None:
    """Kill all that is left in a container's group, and remove it. What is refused stays, and goes when the lab does.

    A group that was killed is never used again: clone3(2) into it would kill the child at once. The next is a new one.
    """
    deadline = time.monotonic() + EMPTY_SECONDS
    with contextlib.suppress(OSError), knobs.opened(group_of(name)) as group:  # it may not be made yet
        knobs.kill(group)
    while True:
        try:
            os.rmdir(group_of(name))
        except OSError as error:
            if error.errno == errno.EBUSY and time.monotonic() < deadline:
                time.sleep(LOOK_AGAIN_SECONDS)
                continue
        return


def read(name: str, file: str) -> bytes:
    """The beginning of a file of a container's group. Raises OSError."""
    descriptor = os.open(f"{group_of(name)}/{file}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, FILE_BYTES)
    finally:
        os.close(descriptor)
