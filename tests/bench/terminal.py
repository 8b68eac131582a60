"""What a terminal's output costs: text parsed a second, and a history that flows to another width.

`python tests/bench/terminal.py` prints a table. Goals: text at more than 1 MB/s, 2000 lines within a quarter of a second.
Measured is CPU time, the median of some rounds, so that a busy machine does not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from nslab.tui.terminal.screen import Screen
from nslab.tui.terminal.stream import Stream

LINE = b"\x1b[1;32mdrwxr-xr-x\x1b[0m 2 root root 4096 a file with a name of some length\r\n"
LINES = 3000
HISTORY_LINES = 2000


def spent(prepare: Callable[[], Callable[[], object]], rounds: int) -> float:
    """CPU seconds of what `prepare` returns, the median."""
    taken = []
    for _ in range(rounds):
        act = prepare()
        start = time.process_time()
        act()
        taken.append(time.process_time() - start)
    return median(taken)


def parsing() -> Callable[[], object]:
    """A screen about to be told a long listing."""
    return lambda: Stream(Screen(120, 36)).feed(LINE * LINES)


def flowing() -> Callable[[], object]:
    """A screen with a full history about to become narrower."""
    screen = Screen(160, 40, history_lines=HISTORY_LINES)
    Stream(screen).feed(b"a line of some length, as programs print them\r\n" * (HISTORY_LINES + 100))
    return lambda: screen.resize(30, 43)


def table(rounds: int = 5) -> str:
    """Both, beside their goals."""
    megabytes = len(LINE) * LINES / spent(parsing, rounds) / 1e6
    flow_ms = spent(flowing, rounds) * 1000
    return f"terminal\n  text parsed       {megabytes:6.1f} MB/s   goal > 1\n  2000 lines flow   {flow_ms:6.1f} ms     goal < 250"


if __name__ == "__main__":
    print(table())
