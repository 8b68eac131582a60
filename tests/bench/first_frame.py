"""How long a person waits for a lesson: from exec to the first painted frame, and to the first prompt in it.

    python -m tests.bench.first_frame [ROUNDS]

Measured from outside through a pty of 120 by 36, as a person would. Goal: the first frame within half a second.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from dataclasses import dataclass

COLUMNS, ROWS = 120, 36
PATIENCE_S = 10.0
GOAL_S = 0.5
ROUNDS = 7
FRAME = b"One process, two numbers"
PROMPT = b"lab:~#"


@dataclass(frozen=True)
class Waited:
    """Seconds from exec to the first frame with the lesson's title, and to a shell's prompt."""

    frame_s: float
    prompt_s: float


def first_frame(arguments: tuple[str, ...] = ("lesson", "pid")) -> Waited:
    """Open the lesson once. Raises TimeoutError after PATIENCE_S, RuntimeError where nslab ends."""
    with tempfile.TemporaryDirectory() as state:
        begun = time.perf_counter()
        pid, master = pty.fork()
        if pid == 0:
            environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "NSLAB_LANG": "en"}
            environment["XDG_STATE_HOME"] = state
            os.execve(sys.executable, [sys.executable, "-m", "nslab", *arguments], environment)
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
        try:
            return Waited(*(seen_at(master, mark, begun) for mark in (FRAME, PROMPT)))
        finally:
            os.kill(pid, signal.SIGTERM)
            drain(master)
            os.waitpid(pid, 0)
            os.close(master)


def seen_at(master: int, mark: bytes, begun: float) -> float:
    """Seconds after `begun` at which the mark is painted, whatever styles lie between its words."""
    painted = b""
    while mark not in painted:
        left = begun + PATIENCE_S - time.perf_counter()
        if left <= 0 or not select.select([master], [], [], left)[0]:
            raise TimeoutError(f"{mark.decode()} was not painted within {PATIENCE_S} s")
        try:
            painted += os.read(master, 1 << 16)
        except OSError as ended:  # EIO: the program has ended
            raise RuntimeError(painted.decode(errors="replace")) from ended
    return time.perf_counter() - begun


def drain(master: int) -> None:
    """Read what a program says on its way out, or it would wait for us for ever."""
    try:
        while os.read(master, 1 << 16):
            pass
    except OSError:  # EIO: nobody has the other side open any more
        return


def main() -> int:
    """Print the medians; 1 where the goal is missed."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    waited = [first_frame() for _ in range(rounds)]
    frame = statistics.median(one.frame_s for one in waited)
    prompt = statistics.median(one.prompt_s for one in waited)
    best = min(one.frame_s for one in waited)
    print(
        f"first frame {frame * 1000:.0f} ms (best {best * 1000:.0f}), first prompt {prompt * 1000:.0f} ms; {rounds} rounds"
    )
    return 0 if frame <= GOAL_S else 1


if __name__ == "__main__":
    sys.exit(main())
