"""nslab runs for tests: as in a script, and on a terminal as a person has it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from typing import Any

NSLAB = (sys.executable, "-m", "nslab")
SECONDS = 20.0


def run(*arguments: str, stdin: bytes = b"", **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*NSLAB, "run", *arguments], input=stdin, capture_output=True, check=False, timeout=SECONDS, **options
    )


@contextlib.contextmanager
def running(*arguments: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A run that is still going on; whatever happens, it is ended."""
    with subprocess.Popen([*NSLAB, "run", *arguments], **{"stdout": subprocess.PIPE} | options) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    return process.stdout.readline()


class Terminal:
    """A terminal with a person at it: nslab run is its foreground job."""

    def __init__(self, *arguments: str, rows: int = 30, columns: int = 100) -> None:
        self.master, slave = pty.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *NSLAB, "run", *arguments], stdin=slave, stdout=slave, stderr=slave
        )
        self.slave = slave
        self.said = b""

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("=4H", rows, columns, 0, 0))

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def expect(self, word: str) -> None:
        """Read until the terminal has said it; what came before is forgotten."""
        deadline = time.monotonic() + SECONDS
        while word.encode() not in self.said:
            assert select.select([self.master], [], [], max(0.0, deadline - time.monotonic()))[0], self.said
            self.said += os.read(self.master, 1 << 16)
        self.said = self.said.partition(word.encode())[2]

    def wait(self) -> int:
        """Its status, all that it still says being read meanwhile."""
        deadline = time.monotonic() + SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.02)[0]:
                self.said += os.read(self.master, 1 << 16)
        while select.select([self.master], [], [], 0.02)[0]:
            self.said += os.read(self.master, 1 << 16)
        return self.process.wait(1)

    @property
    def restored(self) -> bool:
        return termios.tcgetattr(self.slave) == self.before

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@contextlib.contextmanager
def on_terminal(*arguments: str, rows: int = 30, columns: int = 100) -> Iterator[Terminal]:
    terminal = Terminal(*arguments, rows=rows, columns=columns)
    try:
        yield terminal
    finally:
        terminal.close()
