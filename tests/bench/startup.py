"""How long a person waits: for `nslab --help`, and for the first frame of a lesson."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time

from tests.bench.race import Contender

COLUMNS, ROWS = 120, 36
PATIENCE_SECONDS = 10
# What only a drawn frame holds, in English: the first stage's name.
FRAME_MARK = b"Predict"


def programs() -> tuple[Contender, ...]:
    """`nslab --help` beside a Python that does nothing."""
    return (
        Contender("python -c pass", lambda: timed([sys.executable, "-c", "pass"])),
        Contender("nslab --help", lambda: timed([sys.executable, "-m", "nslab", "--help"])),
    )


def timed(command: list[str]) -> float:
    """Seconds from start to end."""
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def first_frame() -> Contender:
    """`nslab lesson pid` on a terminal, until the story is drawn."""
    return Contender("nslab lesson pid, first frame", painted)


def painted() -> float:
    """Seconds from exec to the frame's words on the terminal."""
    begun = time.perf_counter()
    pid, master = pty.fork()
    if pid == 0:
        environ = {**os.environ, "TERM": "xterm-256color", "NSLAB_LANG": "en", "COLORTERM": "truecolor"}
        os.execve(sys.executable, [sys.executable, "-m", "nslab", "lesson", "pid"], environ)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
    seen = b""
    try:
        while FRAME_MARK not in seen:
            seen += os.read(master, 1 << 16)
            if time.perf_counter() - begun > PATIENCE_SECONDS:
                raise RuntimeError("no frame")
        return time.perf_counter() - begun
    finally:
        os.kill(pid, signal.SIGTERM)
        end(pid, master)


def end(pid: int, master: int) -> None:
    """Drain what a program says on its way out, or it would wait for us for ever."""
    try:
        while os.read(master, 1 << 16):
            pass
    except OSError:  # EIO: the terminal's other side is closed
        pass
    os.close(master)
    os.waitpid(pid, 0)
