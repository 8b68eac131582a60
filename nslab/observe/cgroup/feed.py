"""Where looks come from, one after the other: a subtree at a steady beat, or a recording at the pace at which it was made."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Event as Flag
from typing import Protocol

from msgspec import Struct

from nslab.observe.cgroup.recording import Frame, Recording
from nslab.observe.cgroup.sampler import GroupSampler
from nslab.observe.cgroup.values import Event

PERIOD_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 0.25  # after which whoever stops it is heard


class Happened(Struct, frozen=True):
    """What the kernel told between two looks."""

    events: tuple[Event, ...]


class Feed(Protocol):
    """One thread asks for what is next; `detail` may be set from another."""

    period_seconds: float
    detail: frozenset[str]
    """Paths of groups whose memory is read by kind."""

    def next(self, stop: Flag) -> Frame | Happened | None:
        """What comes next, as soon as it does; None once there is no more, or `stop` was set."""

    def close(self) -> None:
        """Let it go."""


class LiveFeed:
    """A subtree, looked at now. It closes what it has opened, not the descriptor it was given."""

    def __init__(self, root: int, period_seconds: float = PERIOD_SECONDS) -> None:
        """`root` is a descriptor of the top's directory. Raises as GroupSampler does."""
        self.period_seconds = period_seconds
        self.detail: frozenset[str] = frozenset()
        self._sampler = GroupSampler(root)
        self._due = time.monotonic()

    def next(self, stop: Flag) -> Frame | Happened | None:
        """Raises GroupGone once the top was removed."""
        while not stop.is_set():
            left = self._due - time.monotonic()
            if left <= 0:
                return self._look()
            if events := self._sampler.wait(min(left, LONGEST_WAIT_SECONDS)):
                return Happened(events)
        return None

    def close(self) -> None:
        """Let the subtree go."""
        self._sampler.close()

    def _look(self) -> Frame:
        """The beat is kept; looks that were missed are not made up for."""
        self._due = max(self._due + self.period_seconds, time.monotonic())
        snapshot = self._sampler.look(self.detail)
        return Frame(snapshot, self._sampler.wait(0))


class ReplayFeed:
    """A recording. `paced` False: as fast as it is asked for."""

    def __init__(self, recording: Recording, *, paced: bool = True) -> None:
        self.period_seconds = recording.heading.period_seconds
        self.detail: frozenset[str] = frozenset()
        self._frames: Iterator[Frame] = iter(recording)
        self._paced = paced
        self._behind: float | None = None  # how much our clock is ahead of the recording's

    def next(self, stop: Flag) -> Frame | None:
        """Raises MalformedRecording."""
        frame = next(self._frames, None)
        if frame is None or not self._paced:
            return frame
        if self._behind is None:
            self._behind = time.monotonic() - frame.snapshot.read_at
        return None if stop.wait(frame.snapshot.read_at + self._behind - time.monotonic()) else frame

    def close(self) -> None:
        """Nothing: the file is the caller's."""
