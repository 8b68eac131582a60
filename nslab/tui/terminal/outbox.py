"""Bytes on their way to a terminal's program. Writing never blocks: what the tty does not take waits here, and not without end."""

from __future__ import annotations

import asyncio
import os
from typing import Final

LIMIT_BYTES: Final = 1 << 20
"""A large paste fits. What a program that does not read is sent beyond that is refused."""
ANSWER_LIMIT_BYTES: Final = 4096
"""A program that asks without reading gets no more answers than this."""


class Outbox:
    """The bytes for one file descriptor, which must be non-blocking. For the event loop's thread."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._waiting = bytearray()

    def send(self, data: bytes) -> bool:
        """Write `data` now or as soon as the tty takes it; False where too much is waiting already: then none of it is written."""
        if len(self._waiting) + len(data) > LIMIT_BYTES:
            return False
        was_empty = not self._waiting
        self._waiting += data
        if was_empty:
            self._flush()
            if self._waiting:
                self._loop.add_writer(self._fd, self._flush)
        return True

    def answer(self, data: bytes) -> None:
        """Send what a program asked for, unless it has stopped reading."""
        if len(self._waiting) < ANSWER_LIMIT_BYTES:
            self.send(data)

    def close(self) -> None:
        """Forget what is waiting."""
        self._stop()

    def _flush(self) -> None:
        try:
            written = os.write(self._fd, self._waiting)
        except BlockingIOError:
            return
        except OSError:  # EIO: the other side is gone; the reader learns it too, and tells
            written = len(self._waiting)
        del self._waiting[:written]
        if not self._waiting:
            self._stop()

    def _stop(self) -> None:
        self._waiting.clear()
        self._loop.remove_writer(self._fd)
