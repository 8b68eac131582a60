"""Looking at a subtree of control groups, at a steady beat and whenever something happens in between.

    with GroupSampler(directory) as sampler:
        sampler.look()          # a Snapshot: all groups, now
        sampler.wait(0.25)      # events until then, by poll(2), within milliseconds

Counters are compared at every look as well as when the kernel wakes us: it tells of bursts late and of some last changes
not at all, and a process killed for want of memory must not be missed.
"""

from __future__ import annotations

import resource
import select
import time
from collections.abc import Set as AbstractSet
from contextlib import suppress

from nslab.observe.cgroup.events import EventFiles, changes
from nslab.observe.cgroup.open_group import Allowance, GroupGone, OpenGroup
from nslab.observe.cgroup.reading import EVENT_NAMES, event_files, read_events, read_group
from nslab.observe.cgroup.tree import GroupTree
from nslab.observe.cgroup.values import Came, Event, Snapshot, Went

_NOTHING: frozenset[str] = frozenset()


class GroupSampler:
    """A subtree of control groups. Not for two threads at once; use it as a context manager, or close it."""

    def __init__(self, root: int, most_kept: int | None = None) -> None:
        """`root` is a descriptor of the directory that is to be the top, and stays the caller's.

        `most_kept` descriptors are kept at most, half of RLIMIT_NOFILE by default; a group with all controllers has 21. Raises
        OSError where `root` is no directory, GroupGone where it is no control group.
        """
        half = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2
        self._pending: list[Event] = []
        self._by_descriptor: dict[int, OpenGroup] = {}
        self._events: dict[int, EventFiles] = {}
        self._poll = select.epoll()
        self._tree = GroupTree(root, Allowance(half if most_kept is None else most_kept), self._opened, self._went)
        if self._tree.inotify is not None:
            self._poll.register(self._tree.inotify, select.EPOLLIN)
        try:
            self.look()
        except BaseException:
            self.close()
            raise
        self._pending.clear()  # what was there already has not come

    def fileno(self) -> int:
        """A descriptor for a caller's own loop, readable when something has happened: then, and after each look, wait(0)."""
        return self._poll.fileno()

    def look(self, in_detail: AbstractSet[str] = _NOTHING) -> Snapshot:
        """Read all groups now; of those whose paths are `in_detail`, what their memory is made of, too.

        A group that goes meanwhile is not in it. Raises GroupGone once the root has been removed.
        """
        self._tree.refresh()
        groups = []
        for group in self._tree:
            if not group.open:  # went just now, with one above it
                continue
            try:
                seen = read_group(group, in_detail=group.path in in_detail)
            except GroupGone:
                self._tree.forget(group)
            else:
                self._compare(group, event_files(seen))
                groups.append(seen)
        if not groups:
            raise GroupGone("")
        return Snapshot(tuple(groups), time.monotonic(), tuple(sorted(self._tree.denied)))

    def wait(self, seconds: float) -> tuple[Event, ...]:
        """What has happened since the last call, as soon as there is something; nothing after so many seconds."""
        ready = self._poll.poll(0 if self._pending else seconds)
        woken = {group.id: group for descriptor, _ in ready if (group := self._by_descriptor.get(descriptor))}
        self._tree.refresh()
        woken |= {group.id: group for group in self._tree if group.id not in self._events}
        for group in woken.values():
            if group.open:
                self._notice(group)
        told, self._pending = tuple(self._pending), []
        return told

    def close(self) -> None:
        """Let the subtree go."""
        self._tree.close()
        self._poll.close()

    def _notice(self, group: OpenGroup) -> None:
        try:
            self._compare(group, read_events(group))
        except GroupGone:
            self._tree.forget(group)

    def _compare(self, group: OpenGroup, now: EventFiles) -> None:
        before = self._events.get(group.id)
        if before == now:
            return
        at = time.monotonic()
        if before is None:
            before = EventFiles()
            self._pending.append(Came(group.path, group.id, at))
        self._events[group.id] = now
        self._pending.extend(changes(group.path, group.id, before, now, at))

    def _opened(self, group: OpenGroup, file: str, descriptor: int) -> None:
        if file in EVENT_NAMES:
            self._by_descriptor[descriptor] = group
            with suppress(PermissionError):  # a copy on a disk: nothing will ever happen to it
                self._poll.register(descriptor, select.EPOLLPRI)

    def _went(self, group: OpenGroup) -> None:
        if self._events.pop(group.id, None) is not None:  # one that came and went unseen is not told of
            self._pending.append(Went(group.path, group.id, time.monotonic()))
        self._by_descriptor = {fd: one for fd, one in self._by_descriptor.items() if one is not group}

    def __enter__(self) -> GroupSampler:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
