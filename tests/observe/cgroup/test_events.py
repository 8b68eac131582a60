"""What counts as having happened between two looks at a group's events files."""

from __future__ import annotations

from nslab.kernel.cgroup2.core import CgroupEvents
from nslab.kernel.cgroup2.memory import MemoryEvents
from nslab.kernel.cgroup2.pids import PidsEvents
from nslab.observe.cgroup.events import EventFiles, changes


def told(before: EventFiles, now: EventFiles) -> list[tuple[str, str, int, int]]:
    return [(one.file, one.key, one.before, one.now) for one in changes("a", 7, before, now, 1.0)]


def test_a_new_group_has_counted_from_0() -> None:
    now = EventFiles(CgroupEvents(True, False), MemoryEvents(0, 0, 3, 1, 1, None), PidsEvents(0))
    assert told(EventFiles(), now) == [
        ("cgroup.events", "populated", 0, 1),
        ("memory.events", "max", 0, 3),
        ("memory.events", "oom", 0, 1),
        ("memory.events", "oom_kill", 0, 1),
    ]


def test_what_the_groups_own_limits_did_is_told_apart_from_what_befell_those_below() -> None:
    below = MemoryEvents(0, 0, 3, 1, 1, None)
    own = MemoryEvents(0, 0, 2, 0, 0, None)
    before = EventFiles(memory=below, own_memory=MemoryEvents(0, 0, 0, 0, 0, None))
    assert told(before, EventFiles(memory=below, own_memory=own)) == [("memory.events.local", "max", 0, 2)]


def test_a_flag_may_fall_and_that_is_told() -> None:
    before, now = (EventFiles(cgroup=CgroupEvents(populated, frozen=None)) for populated in (True, False))
    assert told(before, now) == [("cgroup.events", "populated", 1, 0)]


def test_a_counter_that_fell_began_anew() -> None:
    assert told(EventFiles(pids=PidsEvents(9)), EventFiles(pids=PidsEvents(2))) == [("pids.events", "max", 0, 2)]
    assert told(EventFiles(pids=PidsEvents(9)), EventFiles(pids=PidsEvents(0))) == []


def test_a_controller_taken_away_is_no_event() -> None:
    assert told(EventFiles(pids=PidsEvents(9)), EventFiles()) == []
