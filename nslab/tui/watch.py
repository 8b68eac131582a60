"""The one thread that reads while its screen is there; the screen gets frozen values only."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

from nslab.tui.thread import Tell, own_thread


class Watch(ABC):
    """Reads until it is stopped; `start` it once the screen can take messages."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def start(self, tell: Tell) -> None:
        """Begin to look, and tell it so."""
        self._thread = own_thread("watch", lambda: self._watch(tell), tell)
        self._thread.start()

    def stop(self) -> None:
        """Look no more. Returns when the look under way is over."""
        self._ask_to_stop()
        if self._thread is not None:
            self._thread.join()

    @abstractmethod
    def _ask_to_stop(self) -> None:
        """Have `_watch` return soon, also if it has not begun."""

    @abstractmethod
    def _watch(self, tell: Tell) -> None:
        """Look and tell, in the thread."""
