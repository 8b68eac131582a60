"""The one thread that reads while its screen is there; the screen gets frozen values only."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from textual.message import Message

Tell = Callable[[Message], object]  # a screen's post_message: it returns at once


class Watch(ABC):
    """Reads until it is stopped; `start` it once the screen can take messages."""

    class Crashed(Message):
        """A mistake of nslab's own, to be raised where it ends the program."""

        def __init__(self, error: Exception) -> None:
            super().__init__()
            self.error = error

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def start(self, tell: Tell) -> None:
        """Begin to look, and tell it so."""
        self._thread = threading.Thread(target=self._run, args=(tell,), name="watch", daemon=True)
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

    def _run(self, tell: Tell) -> None:
        try:
            self._watch(tell)
        except Exception as error:  # noqa: BLE001 - the screen raises it again; in a thread it would end nothing but that
            tell(self.Crashed(error))
