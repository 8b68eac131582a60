"""Textual's driver for a terminal, made to outlive it.

A terminal may go at any moment: its window is closed, its connection lost. Textual writes in a thread that would die of the first
write that fails then, and whoever writes afterwards would wait for ever, once the thread's queue is full; so would the end of
the program.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App


class Forgiving:
    """A file to which nothing is written any more once it has refused, as a terminal does that has gone (EIO)."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        """Write, or let it go."""
        if not self._gone:
            self._try(lambda: self._file.write(text))
        return len(text)

    def flush(self) -> None:
        """Flush, or let it go."""
        if not self._gone:
            self._try(self._file.flush)

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except OSError:
            self._gone = True

    def fileno(self) -> int:
        """The descriptor behind it."""
        return self._file.fileno()


class TerminalDriver(LinuxDriver):
    """Textual's, with a file that forgives."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._file = cast("Any", Forgiving(cast("TextIO", sys.__stderr__)))
