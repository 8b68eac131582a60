"""The one thread that reads groups while their screen is there; the screen gets frozen values only."""

from __future__ import annotations

import threading
from collections.abc import Callable

from textual.message import Message
from textual.message_pump import MessagePump

from nslab.observe.cgroup.feed import Feed, Happened
from nslab.observe.cgroup.open_group import GroupGone
from nslab.observe.cgroup.recording import Frame
from nslab.tui.graph.dots import load


class GroupWatcher:
    """Asks a feed for what is next until it is stopped; `start` it once the screen can take messages."""

    class Seen(Message):
        """A look, or what happened between two."""

        def __init__(self, seen: Frame | Happened, period_seconds: float) -> None:
            super().__init__()
            self.seen, self.period_seconds = seen, period_seconds

    class Ended(Message):
        """Nothing more will come: the recording is over, or the top was removed."""

    class Crashed(Message):
        """To be raised where it ends the program."""

        def __init__(self, error: Exception) -> None:
            super().__init__()
            self.error = error

    def __init__(self, screen: MessagePump, open_: Callable[[], Feed]) -> None:
        self._screen, self._open = screen, open_
        self._stop = threading.Event()
        self._detail: frozenset[str] = frozenset()
        self._thread = threading.Thread(target=self._run, name="groups", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def look_closely(self, paths: frozenset[str]) -> None:
        """From the next look on, read the memory of these by kind."""
        self._detail = paths

    def stop(self) -> None:
        """Look no more. Returns when the look under way is over."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            feed = self._open()
            load()  # while the first look is on its way to the screen
            try:
                self._watch(feed)
            finally:
                feed.close()
        except Exception as error:  # noqa: BLE001 - the screen raises it again; in a thread it would end nothing but that
            self._screen.post_message(self.Crashed(error))

    def _watch(self, feed: Feed) -> None:
        while not self._stop.is_set():
            feed.detail = self._detail
            try:
                seen = feed.next(self._stop)
            except GroupGone:
                seen = None
            if seen is None:
                self._screen.post_message(self.Ended())
                return
            self._screen.post_message(self.Seen(seen, feed.period_seconds))
