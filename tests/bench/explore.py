"""The explorer amid 2,000 processes: how long a key takes to move its cursor, and what it costs beside that.

`python -m tests.bench.explore` prints it; `measure()` returns it. Measured from outside through a pty of 120 by 36, as a
person would. Goals: half of the keys are painted within 50 ms, all within 150 ms, and one look after another takes no more
than 15 % of a core, drawing included.
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

from msgspec import Struct

from tests.bench.first_frame import drain, seen_at
from tests.bench.scan import sleepers

COLUMNS, ROWS = 120, 36
PROCESSES = 2000
KEYS = 120
BETWEEN_S = 0.13  # no divisor of the rhythm that the machine is read in
SETTLED_S = 6.0
QUIET_S = 20.0
FIRST = b"held by"
DOWN, UP = b"\x1b[B", b"\x1b[A"


class Smooth(Struct, frozen=True):
    """Seconds: from exec to the first table; from each key to what it painted, in ascending order; CPU seconds a second at rest."""

    processes: int
    first_s: float
    keys_s: tuple[float, ...]
    share: float


def measure(processes: int = PROCESSES) -> Smooth:
    """Open the explorer once, leave it alone, then press keys."""
    with sleepers(processes), tempfile.TemporaryDirectory() as state:
        begun = time.perf_counter()
        pid, master = pty.fork()
        if pid == 0:
            environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": state}
            os.execve(sys.executable, [sys.executable, "-m", "nslab", "explore", "--lang", "en"], environment)
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
        try:
            first = seen_at(master, FIRST, begun)
            _read_for(master, SETTLED_S)
            before = _cpu_s(pid)
            _read_for(master, QUIET_S)
            share = (_cpu_s(pid) - before) / QUIET_S
            keys = sorted(_key(master, DOWN if at % 8 < 4 else UP) for at in range(KEYS))
        finally:
            os.kill(pid, signal.SIGTERM)
            drain(master)
            os.waitpid(pid, 0)
            os.close(master)
    return Smooth(processes, first, tuple(keys), share)


def _key(master: int, key: bytes) -> float:
    """Press one, and wait for the first that it paints."""
    _read_for(master, BETWEEN_S)
    begun = time.perf_counter()
    os.write(master, key)
    select.select([master], [], [], 5)
    return time.perf_counter() - begun


def _read_for(master: int, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        if select.select([master], [], [], left)[0]:
            os.read(master, 1 << 16)


def _cpu_s(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def table(found: Smooth) -> str:
    """Three lines."""
    half, most, worst = (found.keys_s[int((KEYS - 1) * part)] for part in (0.5, 0.95, 1))
    return "\n".join(
        (
            f"explore amid {found.processes} processes: first table {found.first_s:.2f} s",
            f"  a key to its paint: median {half * 1e3:.0f} ms (goal 50), 95 % {most * 1e3:.0f} ms, "
            f"worst {worst * 1e3:.0f} ms (goal 150), mean {statistics.mean(found.keys_s) * 1e3:.0f} ms",
            f"  at rest: {found.share * 100:.1f} % of a core (goal 15)",
        )
    )


if __name__ == "__main__":
    print(table(measure()))
