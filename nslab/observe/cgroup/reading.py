"""Reading a group held open: its files, put together to one value. Each controller is there as a whole, or None."""

from __future__ import annotations

import time

from nslab.kernel.cgroup2.core import parse_cgroup_events
from nslab.kernel.cgroup2.cpu import parse_cpu_max, parse_cpu_stat
from nslab.kernel.cgroup2.formats import parse_limit, parse_number
from nslab.kernel.cgroup2.io import parse_io_max, parse_io_stat
from nslab.kernel.cgroup2.memory import parse_memory_events, parse_memory_stat
from nslab.kernel.cgroup2.pids import parse_pids_events
from nslab.kernel.cgroup2.pressure import parse_pressure
from nslab.observe.cgroup.events import EventFiles
from nslab.observe.cgroup.open_group import File, FileMissing, OpenGroup
from nslab.observe.cgroup.values import Group, Io, Memory, Pids, Pressures, Share, Swap

CGROUP_EVENTS = File("cgroup.events", parse_cgroup_events)
MEMORY_EVENTS = File("memory.events", parse_memory_events)
OWN_MEMORY_EVENTS = File("memory.events.local", parse_memory_events)
PIDS_EVENTS = File("pids.events", parse_pids_events)
EVENT_NAMES = frozenset(file.name for file in (CGROUP_EVENTS, MEMORY_EVENTS, PIDS_EVENTS))
"""Whichever changes, what it counts is read; nothing comes from memory.events.local alone, and it counts first."""

_CPU_STAT = File("cpu.stat", parse_cpu_stat)
_CPU_WEIGHT = File("cpu.weight", parse_number)
_CPU_MAX = File("cpu.max", parse_cpu_max)
_MEMORY_CURRENT = File("memory.current", parse_number)
_MEMORY_HIGH = File("memory.high", parse_limit)
_MEMORY_MAX = File("memory.max", parse_limit)
_MEMORY_PEAK = File("memory.peak", parse_number)
_MEMORY_STAT = File("memory.stat", parse_memory_stat)
_SWAP_CURRENT = File("memory.swap.current", parse_number)
_SWAP_MAX = File("memory.swap.max", parse_limit)
_PIDS_CURRENT = File("pids.current", parse_number)
_PIDS_MAX = File("pids.max", parse_limit)
_PIDS_PEAK = File("pids.peak", parse_number)
_IO_STAT = File("io.stat", parse_io_stat)
_IO_MAX = File("io.max", parse_io_max)
_CPU_PRESSURE = File("cpu.pressure", parse_pressure)
_MEMORY_PRESSURE = File("memory.pressure", parse_pressure)
_IO_PRESSURE = File("io.pressure", parse_pressure)


def read_group(group: OpenGroup, *, in_detail: bool) -> Group:
    """The group now. Raises GroupGone; MalformedCgroup where this is no control group."""
    controllers = group.begin()
    cpu = group.read(_CPU_STAT)
    read_at = time.monotonic()
    seen = Group(
        path=group.path,
        id=group.id,
        read_at=read_at,
        controllers=controllers,
        events=group.read(CGROUP_EVENTS),
        cpu=cpu,
        share=_share(group),
        memory=_memory(group, in_detail=in_detail),
        pids=_pids(group),
        io=_io(group),
        pressure=Pressures(group.read(_CPU_PRESSURE), group.read(_MEMORY_PRESSURE), group.read(_IO_PRESSURE)),
        denied=tuple(sorted(group.denied)),
    )
    group.end()
    return seen


def read_events(group: OpenGroup) -> EventFiles:
    """Only what the group's events files count. Raises GroupGone."""
    group.begin()
    memory, own_memory = group.read(MEMORY_EVENTS), group.read(OWN_MEMORY_EVENTS)
    seen = EventFiles(group.read(CGROUP_EVENTS), memory, own_memory, group.read(PIDS_EVENTS))
    group.end()
    return seen


def event_files(group: Group) -> EventFiles:
    """The same, of a group that was read."""
    memory, pids = group.memory, group.pids
    all_, own = (None, None) if memory is None else (memory.events, memory.own_events)
    return EventFiles(group.events, all_, own, None if pids is None else pids.events)


def _share(group: OpenGroup) -> Share | None:
    try:
        return Share(group.need(_CPU_WEIGHT), group.need(_CPU_MAX))
    except FileMissing:
        return None


def _memory(group: OpenGroup, *, in_detail: bool) -> Memory | None:
    try:
        return Memory(
            current=group.need(_MEMORY_CURRENT),
            high=group.need(_MEMORY_HIGH),
            max=group.need(_MEMORY_MAX),
            peak=group.read(_MEMORY_PEAK),
            swap=_swap(group),
            events=group.need(MEMORY_EVENTS),
            own_events=group.read(OWN_MEMORY_EVENTS),
            stat=group.need(_MEMORY_STAT) if in_detail else None,
        )
    except FileMissing:
        return None


def _swap(group: OpenGroup) -> Swap | None:
    try:
        return Swap(group.need(_SWAP_CURRENT), group.need(_SWAP_MAX))
    except FileMissing:
        return None


def _pids(group: OpenGroup) -> Pids | None:
    try:
        return Pids(group.need(_PIDS_CURRENT), group.need(_PIDS_MAX), group.read(_PIDS_PEAK), group.need(PIDS_EVENTS))
    except FileMissing:
        return None


def _io(group: OpenGroup) -> Io | None:
    try:
        return Io(group.need(_IO_STAT), group.read(_IO_MAX))
    except FileMissing:
        return None
