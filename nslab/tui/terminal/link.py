"""A terminal's tie to the pty master it was given: what is read, written, and told about size."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from collections.abc import Callable

from nslab.tui.terminal.outbox import Outbox
from nslab.tui.terminal.pump import Pump
from nslab.tui.terminal.stream import Stream


class Link:
    """Reads `fd` into `stream` and writes to it, until closed. `fd` becomes non-blocking, and stays open in the end.

    `paint` and `ended` are the pump's.
    """

    def __init__(self, fd: int, stream: Stream, paint: Callable[[], None], ended: Callable[[], None]) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._outbox = Outbox(fd)
        self._pump = Pump(fd, stream, paint, ended)
        stream.screen.reply = self._outbox.answer

    def send(self, data: bytes) -> bool:
        """Write `data` without ever blocking; False where too much is waiting already. What it brings about is shown at once."""
        self._pump.expect_echo()
        return self._outbox.send(data)

    def set_size(self, lines: int, columns: int) -> None:
        """Tell the kernel, which tells the foreground group by SIGWINCH if that is new; see ioctl_tty(2), TIOCSWINSZ."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def close(self) -> None:
        """Let go of the descriptor."""
        self._pump.close()
        self._outbox.close()
