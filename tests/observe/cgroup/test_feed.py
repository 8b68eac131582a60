"""Feeds: this machine's own tree at a beat, and a recording at its pace, or as fast as it is read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event as Flag

import pytest

from nslab.observe.cgroup.feed import Feed, Happened, LiveFeed, ReplayFeed
from nslab.observe.cgroup.open_group import GroupGone
from nslab.observe.cgroup.place import hierarchy
from nslab.observe.cgroup.recording import Frame, Recording

OOM = Path(__file__).parents[1] / "recorded" / "oom.jsonl"


@pytest.fixture
def files(tmp_path: Path) -> Iterator[int]:
    """What reads as a group, as a copy would."""
    (tmp_path / "cgroup.controllers").write_text("cpu\n")
    (tmp_path / "cpu.stat").write_text("usage_usec 5\nuser_usec 0\nsystem_usec 0\n")
    root = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield root
    os.close(root)


def frames(feed: Feed, count: int) -> list[Frame]:
    """So many looks; what is told in between is passed over."""
    found: list[Frame] = []
    while len(found) < count:
        seen = feed.next(Flag())
        assert seen is not None
        found += [seen] if isinstance(seen, Frame) else []
    return found


def test_looks_come_no_sooner_than_their_beat(files: int) -> None:
    feed = LiveFeed(files, 0.05)
    first, second, third = (frame.snapshot.read_at for frame in frames(feed, 3))
    feed.close()
    assert third - first >= 0.09
    assert second > first


def test_the_memory_of_groups_is_read_by_kind_only_where_it_was_asked_for(files: int, tmp_path: Path) -> None:
    for name, content in (
        ("memory.current", "4096\n"),
        ("memory.high", "max\n"),
        ("memory.max", "max\n"),
        ("memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n"),
        ("memory.stat", "anon 1\nfile 2\nshmem 0\n"),
    ):
        (tmp_path / name).write_text(content)
    feed = LiveFeed(files, 0.01)
    (before,) = frames(feed, 1)
    feed.detail = frozenset({""})
    (after,) = frames(feed, 1)
    feed.close()
    found = [frame.snapshot.groups[0].memory for frame in (before, after)]
    assert [memory.stat is None for memory in found if memory] == [True, False]


def test_whoever_stops_it_gets_nothing_more(files: int) -> None:
    feed, stop = LiveFeed(files, 30.0), Flag()
    feed.next(stop)
    stop.set()
    assert feed.next(stop) is None
    feed.close()


def test_a_directory_that_is_no_group_is_refused(tmp_path: Path) -> None:
    root = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    with pytest.raises(GroupGone):
        LiveFeed(root)
    os.close(root)


def test_a_recording_comes_as_it_was_made_and_then_no_more() -> None:
    with OOM.open("rb") as file:
        feed = ReplayFeed(Recording(file), paced=False)
        found = list(iter(lambda: feed.next(Flag()), None))
    assert feed.period_seconds == 0.25
    assert len(found) == len(OOM.read_bytes().splitlines()) - 1
    assert [frame.snapshot.groups[-1].path for frame in found] == ["box"] * len(found)


def test_a_recording_keeps_its_pace_and_is_stopped_in_the_middle() -> None:
    stop = Flag()
    with OOM.open("rb") as file:
        feed = ReplayFeed(Recording(file))
        first, second = feed.next(stop), feed.next(stop)
        stop.set()
        assert feed.next(stop) is None
    assert first is not None
    assert second is not None
    assert second.snapshot.read_at > first.snapshot.read_at


def test_this_machine_is_looked_at_where_it_has_a_tree() -> None:
    directory = hierarchy().directory
    if directory is None:
        assert "cgroup2" not in Path("/proc/self/mountinfo").read_text()
        return
    root = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    feed = LiveFeed(root, 0.01)
    (seen,) = frames(feed, 1)
    feed.close()
    os.close(root)
    assert seen.snapshot.groups[0].path == ""
    assert not isinstance(seen, Happened)
