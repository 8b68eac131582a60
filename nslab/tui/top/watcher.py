"""Reads control groups while their screen is there."""

from __future__ import annotations

import threading
from collections.abc import Callable

from textual.message import Message

from nslab.observe.cgroup.feed import Feed, Happened
from nslab.observe.cgroup.open_group import GroupGone
from nslab.observe.cgroup.recording import Frame
from nslab.tui.graph.dots import load
from nslab.tui.thread import Tell
from nslab.tui.watch import Watch


class GroupWatcher(Watch):
    """Asks a feed for what is next."""

    class Seen(Message):
        """A look, or what happened between two."""

        def __init__(self, seen: Frame | Happened, period_seconds: float) -> None:
            super().__init__()
            self.seen, self.period_seconds = seen, period_seconds

    class Ended(Message):
        """Nothing more will come: the recording is over, or the top was removed."""

    def __init__(self, open_: Callable[[], Feed]) -> None:
        super().__init__()
        self._open = open_
        self._stop = threading.Event()
        self._detail: frozenset[str] = frozenset()

    def look_closely(self, paths: frozenset[str]) -> None:
        """From the next look on, read the memory of these by kind."""
        self._detail = paths

    def _ask_to_stop(self) -> None:
        self._stop.set()

    def _watch(self, tell: Tell) -> None:
        feed = self._open()
        load()  # while the first look is on its way to the screen
        try:
            while not self._stop.is_set() and (seen := self._next(feed)) is not None:
                tell(self.Seen(seen, feed.period_seconds))
        finally:
            feed.close()
        if not self._stop.is_set():
            tell(self.Ended())

    def _next(self, feed: Feed) -> Frame | Happened | None:
        feed.detail = self._detail
        try:
            return feed.next(self._stop)
        except GroupGone:
            return None
