"""Memory's files: cgroup-v2.rst, "Memory Interface Files". Amounts are in bytes; single ones are read by `formats`."""

from __future__ import annotations

from msgspec import Struct

from nslab.kernel.cgroup2.formats import flat_keyed, known_number, later_number


class MemoryStat(Struct, frozen=True):
    """What memory.current is made of, from memory.stat. Below these are many more keys.

    `anon` is what programs have for themselves. `file` is the page cache, **with** `shmem` in it, which is tmpfs and shared
    memory and can't be dropped. `kernel` is what the kernel has for the group; None before Linux 5.18.
    """

    anon: int
    file: int
    shmem: int
    kernel: int | None


class MemoryEvents(Struct, frozen=True):
    """memory.events: how often, in the group and all below, since it was made. memory.events.local leaves out what is below.

    There, `low` to `oom` are of the group's own limits, whoever of those below met them, and kills of its own processes.
    `max`: the limit was met, and memory had to be won back. `oom`: that failed. `oom_kill`: processes killed.
    `oom_group_kill`: groups killed as a whole (memory.oom.group); None before Linux 5.17.
    """

    low: int
    high: int
    max: int
    oom: int
    oom_kill: int
    oom_group_kill: int | None


def parse_memory_stat(content: bytes) -> MemoryStat:
    """memory.stat. Raises MalformedCgroup."""
    fields = flat_keyed(content)
    anon, file, shmem = (known_number(fields, key) for key in (b"anon", b"file", b"shmem"))
    return MemoryStat(anon, file, shmem, later_number(fields, b"kernel"))


def parse_memory_events(content: bytes) -> MemoryEvents:
    """memory.events, memory.events.local. Raises MalformedCgroup."""
    fields = flat_keyed(content)
    low, high, max_, oom, oom_kill = (
        known_number(fields, key) for key in (b"low", b"high", b"max", b"oom", b"oom_kill")
    )
    return MemoryEvents(low, high, max_, oom, oom_kill, later_number(fields, b"oom_group_kill"))
