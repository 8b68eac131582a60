"""The way out of a container that no signal ends.

The first process of a PID namespace gets no signal that it has no handler for, the terminal's Ctrl-C among them: only SIGKILL
from outside ends it (pid_namespaces(7)). `sleep` has none, and who runs it would sit there. So Ctrl-] three times within a second
ends any container, as systemd-nspawn(1) has it; where nobody types, the third SIGINT or SIGTERM does, as with docker run. Both are
told to whoever tries in vain.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections import deque
from collections.abc import Callable

from nslab.kernel import procfs
from nslab.kernel.pidfd import pidfd_numbers
from nslab.words import Words

TIMES = 3
WITHIN_S = 1.0
LEAVE, INTERRUPT = 0x1D, 0x03  # Ctrl-], Ctrl-C
STDERR = 2
ASKING = (signal.SIGINT, signal.SIGTERM)


class WayOut:
    """Sees what is typed and which signals come, says when the container is to be killed, and tells once how to get there."""

    def __init__(self, pidfd: int, program: str, words: Words, clock: Callable[[], float] = time.monotonic) -> None:
        """For the container's program behind `pidfd`, called `program`; `clock` counts seconds."""
        self._pidfd, self._program, self._words, self._clock = pidfd, program, words, clock
        self._leaving: deque[float] = deque(maxlen=TIMES)
        self._interrupts = self._asked = 0
        self._told = self._left = False

    def typed(self, keys: bytes) -> bool:
        """Whether the person wants the container to end, now that these keys were typed at the terminal."""
        for key in keys:
            if key != LEAVE:
                self._leaving.clear()
            else:
                self._leaving.append(self._clock())
            self._interrupts = self._interrupts + 1 if key == INTERRUPT else 0
            if self._interrupts == TIMES and unheard(self._pidfd, signal.SIGINT):
                self._tell("run.unheard.keys", "\r\n")  # the terminal is raw
            if len(self._leaving) == TIMES and self._leaving[-1] - self._leaving[0] <= WITHIN_S:
                self._left = True
                return True
        return False

    def tell_left(self) -> None:
        """Say that the keys have ended the container, if they have; the cursor is behind the last of them, on any terminal."""
        if self._left:
            say(f"\n{self._words('run.left', program=self._program)}\n")

    def signalled(self, number: int) -> bool:
        """Whether the container is to end, now that this signal came for it."""
        if number not in ASKING or not unheard(self._pidfd, number):
            return False
        self._asked += 1
        self._tell("run.unheard.signals", "\n")
        return self._asked >= TIMES

    def _tell(self, id_: str, end: str) -> None:
        if not self._told:
            self._told = True
            say(f"{end}{self._words(id_, program=self._program)}{end}".lstrip("\n"))


def say(text: str) -> None:
    """On standard error, if it takes that now: whom nobody hears, or who would have to wait, still shows the way out."""
    poll = select.poll()
    poll.register(STDERR, select.POLLOUT)
    with contextlib.suppress(OSError):
        if any(mask & select.POLLOUT for _, mask in poll.poll(0)):
            os.write(STDERR, text.encode())


def unheard(pidfd: int, number: int) -> bool:
    """Whether the process is a PID namespace's first and has no handler for the signal. False where that can't be read."""
    try:
        numbers = pidfd_numbers(pidfd)
        if numbers[-1:] != (1,):
            return False
        process = os.open(f"/proc/{numbers[0]}", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not procfs.read_status(process).caught >> (number - 1) & 1
    except OSError:
        return False  # it has ended
    finally:
        os.close(process)
