"""Reads the machine while the explorer is on screen.

How often it looks follows from what a look costs: a share of one core, so that a machine with thousands of processes is
looked at less often and the screen stays smooth. Who holds namespaces is read more seldom: it costs a link for every file
that every process has open.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Protocol

from textual.message import Message

from nslab.observe.explanation import Explanation
from nslab.observe.machine.rows import Machine
from nslab.tui.thread import Tell
from nslab.tui.watch import Watch

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


class Watcher(Watch):
    """Looks in two rhythms, and explains what is asked for meanwhile."""

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

    def __init__(self, open_: Callable[[], Looking]) -> None:
        super().__init__()
        self._open = open_
        self._asked: queue.SimpleQueue[tuple[str, int] | None] = queue.SimpleQueue()

    def explain(self, key: str, pid: int) -> None:
        """Have a process explained: `Explained` comes, with the same key."""
        self._asked.put((key, pid))

    def _ask_to_stop(self) -> None:
        self._asked.put(None)

    def _watch(self, tell: Tell) -> None:
        machine = self._open()
        thorough_at = 0.0
        while True:
            thorough = time.monotonic() >= thorough_at
            spent = -time.thread_time()
            tell(self.Seen(machine.look(thorough=thorough)))
            spent += time.thread_time()
            now = time.monotonic()
            if thorough:
                thorough_at = now + pause_s(spent, LEAST_THOROUGH_S)
            if not self._serve(tell, machine, now + pause_s(0 if thorough else spent, LEAST_PAUSE_S)):
                return

    def _serve(self, tell: Tell, machine: Looking, until: float) -> bool:
        """Explain what is asked for until the next look is due; False: it is to stop."""
        while (left := until - time.monotonic()) > 0:
            try:
                asked = self._asked.get(timeout=left)
            except queue.Empty:
                return True
            if asked is None:
                return False
            key, pid = asked
            tell(self.Explained(key, machine.explain(pid)))
        return True
