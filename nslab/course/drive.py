"""The one driver: types commands into terminals for *show me*, for resuming a lesson, and for `author check`.

It writes to a terminal's master and looks at the kernel (`foreground`), never at the screen. It types only to a shell
that waits for a command; whatever else has the terminal is named, and is left alone.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Collection, Mapping

from msgspec import Struct

from nslab.course.foreground import Foreground, foreground
from nslab.course.told import Told

POLL_S = 0.01
CHECK_EVERY_S = 0.05
ENDED_AFTER_S = 0.3
"""A terminal that nobody has read for so long is not just between two programs."""
CHUNK_CHARACTERS = 128
"""Well below the 4096 bytes that the kernel keeps for a reader, so that a write never blocks."""
LINE_BYTES = 4096
"""What is kept of a line that does not end; a prompt with its colours and marks is far shorter."""

INTERRUPT = b"\x03"
END_OF_LINE_THEN_KILL = b"\x05\x15"  # Ctrl-E, Ctrl-U: readline in either of its modes forgets the line
ENTER = b"\r"


class Done(Struct, frozen=True):
    """The command was typed, and what was waited for is so."""

    took_s: float


class Busy(Struct, frozen=True):
    """A program has the terminal; nothing was typed."""

    terminal: str
    program: str


class Late(Struct, frozen=True):
    """The command was typed, but what was waited for did not come in time. `program` has the terminal now."""

    terminal: str
    program: str
    waited_s: float


class Ended(Struct, frozen=True):
    """Nobody reads the terminal any more: its shell has ended."""

    terminal: str


Outcome = Done | Busy | Late | Ended


def told(outcome: Busy | Late | Ended) -> Told:
    """What kept a command from being typed, or from having its effect, in words."""
    match outcome:
        case Busy(terminal, program):
            return Told("drive.busy", {"terminal": terminal, "program": program})
        case Late(terminal, program, waited_s):
            return Told("drive.late", {"terminal": terminal, "program": program, "seconds": round(waited_s)})
        case Ended(terminal):
            return Told("drive.ended", {"terminal": terminal})


class Driver:
    """Types into terminals, given by name as the fds of their masters.

    `pause` waits so many seconds while somebody reads what the terminals print: `Drain` when nobody else does,
    `time.sleep` in a thread where a screen does. Were nobody to read, the shells would block.
    """

    def __init__(
        self,
        masters: Mapping[str, int],
        pause: Callable[[float], None],
        clock: Callable[[], float] = time.monotonic,
        look: Callable[[int], Foreground | None] = foreground,
    ) -> None:
        self.masters = masters
        self._pause = pause
        self._clock = clock
        self._look = look

    def ready(self, terminal: str, within_s: float) -> Foreground | Busy | Ended:
        """The shell that waits for a command, as soon as one does. Busy names what has the terminal at the end."""
        return self._settled(terminal, within_s, since=None)

    def run(
        self,
        terminal: str,
        command: str,
        reached: Callable[[], bool] | None = None,
        *,
        ready_s: float = 5.0,
        deadline_s: float = 20.0,
        over_typing: bool = False,
    ) -> Outcome:
        """Type one command and wait until `reached`; without it, until its shell waits for the next one.

        `over_typing`: a learner may have begun something, a line or several, and it is given up with Ctrl-C first.
        """
        began = self._clock()
        shell = self.ready(terminal, ready_s)
        if isinstance(shell, Foreground) and over_typing:
            os.write(self.masters[terminal], INTERRUPT)
            shell = self._settled(terminal, ready_s, since=shell)
        if isinstance(shell, Foreground):
            shell = self._typed(terminal, shell, command, ready_s)
        if not isinstance(shell, Foreground):
            return shell
        os.write(self.masters[terminal], ENTER)
        return self._awaited(terminal, shell, reached, began, deadline_s)

    def interrupt(self, terminal: str) -> None:
        """Press Ctrl-C for the learner who chose so, seeing which program has the terminal."""
        os.write(self.masters[terminal], INTERRUPT)

    def _typed(self, terminal: str, shell: Foreground, command: str, ready_s: float) -> Foreground | Busy | Ended:
        """The command on an empty line. A shell without line editing sleeps until Enter: nothing to wait for there."""
        master = self.masters[terminal]
        if not shell.line_editing:
            os.write(master, END_OF_LINE_THEN_KILL[1:] + command.encode())
            return shell
        os.write(master, END_OF_LINE_THEN_KILL)
        for start in range(0, len(command), CHUNK_CHARACTERS):
            os.write(master, command[start : start + CHUNK_CHARACTERS].encode())
            settled = self._settled(terminal, ready_s, since=shell)
            if not isinstance(settled, Foreground):
                return settled
            shell = settled
        return shell

    def _awaited(
        self, terminal: str, shell: Foreground, reached: Callable[[], bool] | None, began: float, deadline_s: float
    ) -> Outcome:
        if reached is None:
            after = self._settled(terminal, deadline_s, since=shell)
            if isinstance(after, Busy):
                return Late(terminal, after.program, self._clock() - began)
            return after if isinstance(after, Ended) else Done(self._clock() - began)
        deadline = self._clock() + deadline_s
        while not reached():
            if self._clock() >= deadline:
                now = self._look(self.masters[terminal])
                return Late(terminal, now.program, self._clock() - began) if now else Ended(terminal)
            self._pause(CHECK_EVERY_S)
        return Done(self._clock() - began)

    def _settled(self, terminal: str, within_s: float, since: Foreground | None) -> Foreground | Busy | Ended:
        """A shell at its prompt, seen twice alike; after `since`, it must have woken and gone back to sleep.

        A key that was just written reaches the shell a moment later. Until then it sleeps at its prompt as before, and
        only the count of its wakeups tells that it has not read the key yet.
        """
        deadline = self._clock() + within_s
        before: Foreground | None = None
        unread_since = self._clock()
        while True:
            now, at = self._look(self.masters[terminal]), self._clock()
            if now is not None:
                unread_since = at
                if now.at_prompt and now == before and _has_moved(now, since):
                    return now
            if at >= deadline or at - unread_since >= ENDED_AFTER_S:
                return Busy(terminal, now.program) if now else Ended(terminal)
            before = now
            self._pause(POLL_S)


def _has_moved(now: Foreground, since: Foreground | None) -> bool:
    if since is None or now.pid != since.pid or now.wakeups is None or since.wakeups is None:
        return True
    return now.wakeups > since.wakeups


class Drain:
    """Reads what terminals print, for as long as it is asked to pause, and forgets it, but for the line that each is in.

    `lines` holds those, by master: a prompt is among them, and whoever shows the terminal later can show it there.
    """

    def __init__(
        self,
        masters: Collection[int],
        lines: dict[int, bytes] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open = set(masters)
        self._lines = {} if lines is None else lines
        self._clock = clock

    def __call__(self, seconds: float) -> None:
        deadline = self._clock() + seconds
        while (left := deadline - self._clock()) > 0:
            if not self._open:
                time.sleep(left)
                return
            for master in select.select(self._open, [], [], left)[0]:
                self._read(master)

    def _read(self, master: int) -> None:
        try:
            printed = os.read(master, 65536)
        except OSError:  # EIO: the last process that had it open has ended
            printed = b""
        if not printed:
            self._open.discard(master)
        self._lines[master] = (self._lines.get(master, b"") + printed).rpartition(b"\n")[2][-LINE_BYTES:]
