"""The one thread that reads the machine while the explorer is on screen; the screen gets frozen values only.

How often it looks follows from what a look costs: a share of one core, so that a machine with thousands of processes is
looked at less often and the screen stays smooth. Who holds namespaces is read more seldom: it costs a link for every file
that every process has open.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

from textual.message import Message
from textual.message_pump import MessagePump

from nslab.observe.explanation import Explanation
from nslab.observe.machine.rows import Machine

SHARE = 0.05  # of one core, for each of the two rhythms
LEAST_PAUSE_S = 1.0
LEAST_THOROUGH_S = 2.0


class Looking(Protocol):
    """What looks at a machine; `nslab.observe.machine.explorer.Explorer` does."""

    def look(self, *, thorough: bool) -> Machine:
        """Read now."""

    def explain(self, pid: int) -> Explanation | None:
        """A process of the last look."""


def pause_s(spent_s: float, least_s: float) -> float:
    """How long to wait after a look that took so much CPU time, in seconds."""
    return max(least_s, spent_s / SHARE)


class Watcher:
    """Looks until it is stopped; `start` it once the screen can take messages."""

    class Seen(Message):
        """The machine at a moment."""

        def __init__(self, machine: Machine) -> None:
            super().__init__()
            self.machine = machine

    class Explained(Message):
        """The process that was asked for; None where it has ended."""

        def __init__(self, key: str, told: Explanation | None) -> None:
            super().__init__()
            self.key = key
            self.told = told

    class Crashed(Message):
        """A mistake of nslab's own, to be raised where it ends the program."""

        def __init__(self, error: Exception) -> None:
            super().__init__()
            self.error = error

    def __init__(self, screen: MessagePump, open_: Callable[[], Looking]) -> None:
        self._screen, self._open = screen, open_
        self._asked: queue.SimpleQueue[tuple[str, int] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def explain(self, key: str, pid: int) -> None:
        """Have a process explained: `Explained` comes, with the same key."""
        self._asked.put((key, pid))

    def stop(self) -> None:
        """Look no more. Returns when the look under way is over."""
        self._asked.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            self._watch(self._open())
        except Exception as error:  # noqa: BLE001 - the screen raises it again; in a thread it would end nothing but that
            self._screen.post_message(self.Crashed(error))

    def _watch(self, machine: Looking) -> None:
        thorough_at = 0.0
        while True:
            thorough = time.monotonic() >= thorough_at
            spent = -time.thread_time()
            self._screen.post_message(self.Seen(machine.look(thorough=thorough)))
            spent += time.thread_time()
            now = time.monotonic()
            if thorough:
                thorough_at = now + pause_s(spent, LEAST_THOROUGH_S)
            if not self._serve(machine, now + pause_s(0 if thorough else spent, LEAST_PAUSE_S)):
                return

    def _serve(self, machine: Looking, until: float) -> bool:
        """Explain what is asked for until the next look is due; False: it is to stop."""
        while (left := until - time.monotonic()) > 0:
            try:
                asked = self._asked.get(timeout=left)
            except queue.Empty:
                return True
            if asked is None:
                return False
            key, pid = asked
            self._screen.post_message(self.Explained(key, machine.explain(pid)))
        return True
