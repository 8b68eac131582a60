"""How long a key takes to be seen, idle and while text floods the other terminal: `python tests/bench/echo.py`.

Measured from outside, as a user would: the application runs in a pty of 160 by 40, a character that is nowhere else is typed, and
the time until it comes out in the application's output is taken. Goal: the 95th percentile below 50 ms.
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
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LINES, COLUMNS = 40, 160
GOAL_MS = 50.0
APPLICATION = Path(__file__).with_name("two_terminals.py")
RARE = "αβγδεζηθικλμνξοπρστυφχψωабвгдежзийклмнпрст"
COLOURS = "yes $(printf '\\033[31mred\\033[0m %s' some words and a number 123456789)"
INTERRUPTED = 'trap "echo; echo DO""NE; exec sleep 99" INT; while :; do yes | head -c 100000000; done'

CASES = {
    "idle": "sleep 999",
    "yes": "yes",
    "coloured yes": COLOURS,
    "urandom": "cat /dev/urandom",
    "find": "while :; do find / -xdev; done",
}


@dataclass(frozen=True)
class Echo:
    """What one case gave: times from key to screen, in milliseconds, and the application's share of one processor."""

    case: str
    p50_ms: float
    p95_ms: float
    max_ms: float
    cpu_percent: float


class Application:
    """The application in a pty of its own, killed at the end; its programs are hung up on with it."""

    def __init__(self, *commands: str) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LANG="C.UTF-8")
            os.execv(sys.executable, [sys.executable, str(APPLICATION), *commands])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def __enter__(self) -> Application:
        return self

    def __exit__(self, *exc: object) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)

    def type(self, keys: bytes) -> float:
        """Type, and say when (time.perf_counter())."""
        now = time.perf_counter()
        os.write(self.fd, keys)
        return now

    def seen_at(self, awaited: bytes | None, seconds: float) -> float | None:
        """When `awaited` came out; None if not within `seconds`. Without it, everything for so long is read away."""
        end, output = time.perf_counter() + seconds, b""
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                output = output[-16:] + os.read(self.fd, 1 << 20)
                if awaited is not None and awaited in output:
                    return time.perf_counter()
        return None

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def echo(case: str, other_command: str, keys: int = 40) -> Echo:
    """The times of `keys` keys in a terminal with `cat`, `other_command` running in the other one."""
    with Application("cat", other_command) as application:
        application.seen_at(None, 2.5)
        cpu, start, times = application.cpu_seconds(), time.perf_counter(), []
        for number, char in enumerate(RARE[:keys]):
            typed = application.type(char.encode())
            seen = application.seen_at(char.encode(), 3)
            times.append((seen - typed) * 1000 if seen else float("inf"))
            application.seen_at(None, 0.08 + 0.007 * (number % 20))  # not in step with the frames
        share = (application.cpu_seconds() - cpu) / (time.perf_counter() - start) * 100
    times.sort()
    return Echo(case, statistics.median(times), times[int(len(times) * 0.95)], times[-1], share)


def interrupt() -> float | None:
    """Milliseconds from Ctrl-C in a flooding terminal until the program's last words are seen; None if they never were."""
    with Application(INTERRUPTED, "sleep 999") as application:
        application.seen_at(None, 3)
        typed = application.type(b"\x03")
        seen = application.seen_at(b"DONE", 10)
    return None if seen is None else (seen - typed) * 1000


def echo_table(results: Sequence[Echo]) -> str:
    """A row a case."""
    rows = [f"{'the other terminal':20} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8} {'cpu %':>6}"]
    rows += [f"{r.case:20} {r.p50_ms:8.1f} {r.p95_ms:8.1f} {r.max_ms:8.1f} {r.cpu_percent:6.0f}" for r in results]
    return "\n".join(rows)


def main() -> int:
    """Print the table; 1 where the goal is missed."""
    results = [echo(case, command) for case, command in CASES.items()]
    print(echo_table(results))
    stopped = interrupt()
    print(f"Ctrl-C in a flood    {'never' if stopped is None else f'{stopped:8.1f} ms'}")
    return 0 if all(result.p95_ms < GOAL_MS for result in results) and stopped is not None else 1


if __name__ == "__main__":
    sys.exit(main())
