"""Reads a terminal on the event loop so that no flood, in it or in another, makes a key wait.

Four rules. A callback parses for a few milliseconds at most, then lets the loop do everything else. While parsing is behind,
nothing is read: the tty fills up, and the writer blocks there, not in our memory. A flood is painted 30 times a second at most;
what answers a key is painted at once. How much is read ahead follows how fast it is parsed, because Ctrl-C takes effect on the
screen only after it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Final

from nslab.tui.terminal.stream import Stream

PARSE_SECONDS: Final = 0.006
READ_SECONDS: Final = 0.002
FRAME_SECONDS: Final = 1 / 30
REST_SECONDS: Final = 0.015
"""Between two bursts of parsing. A key and its echo pass some ten turns of the loop; few of them may be bursts."""
READ_AT_ONCE: Final = 65536
LEAST_AHEAD: Final = 8192
MOST_AHEAD: Final = 262144
"""Bytes read before they are parsed: as many as can be skipped if they are mere lines (see flood.py)."""


class Pump:
    """Feeds `stream` from a non-blocking file descriptor. For the event loop's thread.

    `paint` is called when the screen should be looked at, `ended` once when the other side is closed and all is parsed.
    """

    def __init__(self, fd: int, stream: Stream, paint: Callable[[], None], ended: Callable[[], None]) -> None:
        self._fd = fd
        self._stream = stream
        self._paint = paint
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._painted_at = -FRAME_SECONDS
        self._unpainted = False
        self._eager = False
        self._at_end = False
        self._ahead = LEAST_AHEAD
        self._listening = False
        self._listen(True)

    def expect_echo(self) -> None:
        """A key has been sent: what comes next is painted without waiting for its frame."""
        self._eager = True

    def close(self) -> None:
        """Stop reading; the descriptor stays open."""
        self._listen(False)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _listen(self, on: bool) -> None:
        if on and not self._listening:
            self._loop.add_reader(self._fd, self._on_readable)
        elif self._listening and not on:
            self._loop.remove_reader(self._fd)
        self._listening = on

    def _on_readable(self) -> None:
        start = time.perf_counter()
        data = self._read(start + READ_SECONDS)
        if data:
            self._unpainted = True
            self._stream.feed_flood(data, start + PARSE_SECONDS)
        self._after_burst(start)

    def _read(self, deadline: float) -> bytes:
        data = bytearray()
        try:
            while len(data) < self._ahead and time.perf_counter() < deadline:
                piece = os.read(self._fd, READ_AT_ONCE)
                if not piece:
                    self._at_end = True
                    break
                data += piece
        except BlockingIOError:
            pass
        except OSError:  # EIO: the last process on the other side has closed it
            self._at_end = True
        return bytes(data)

    def _after_burst(self, start: float) -> None:
        """After parsing since `start`: rest if that took long, else paint what is due."""
        now = time.perf_counter()
        behind = self._stream.behind
        self._ahead = max(LEAST_AHEAD, self._ahead // 2) if behind else min(MOST_AHEAD, self._ahead * 2)
        if behind or self._at_end or now - start > PARSE_SECONDS / 2:
            self._listen(False)
            self._wake_at(now + REST_SECONDS)
            return
        self._listen(True)
        if self._is_due(now):
            self._paint_now()
        elif self._unpainted:
            self._wake_at(self._painted_at + FRAME_SECONDS)

    def _wake_at(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(max(0.0, when - time.perf_counter()), self._wake)

    def _wake(self) -> None:
        """Paint if it is time, then go on with what is behind, or read again."""
        self._timer = None
        start = time.perf_counter()
        if self._is_due(start):
            self._paint_now()
        if self._stream.behind:
            self._unpainted = True
            self._stream.resume(start + PARSE_SECONDS)
            self._after_burst(start)
        elif self._at_end:
            self.close()
            self._ended()
        else:
            self._listen(True)
            if self._unpainted:
                self._wake_at(self._painted_at + FRAME_SECONDS)

    def _is_due(self, now: float) -> bool:
        return self._unpainted and (self._eager or self._at_end or now >= self._painted_at + FRAME_SECONDS)

    def _paint_now(self) -> None:
        self._painted_at = time.perf_counter()
        self._unpainted = self._eager = False
        self._paint()
