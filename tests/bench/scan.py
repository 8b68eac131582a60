"""What looking costs: CPU time of one scan among 500 sleeping processes, and of one look at a lab's dozen.

`python tests/bench/scan.py` prints a table; `measure()` returns it. Goals: 500 processes twice a second below 8 % of a
core, a dozen four times a second, details included, below 1 %. Measured is the process's own CPU time, user and system,
so that a busy machine does not count; the median of many looks, each at processes that another program could change.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from msgspec import Struct

from nslab.observe.observer import Observer
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Scanner

ROUNDS = 25


class Cost(Struct, frozen=True):
    """CPU seconds that one look costs, the median and the least, and the share of a core at a rate in hertz."""

    what: str
    processes: int
    median_s: float
    least_s: float
    rate_hz: float
    goal_percent: float

    @property
    def percent(self) -> float:
        """Of one core, by the median."""
        return 100 * self.median_s * self.rate_hz


def measure(rounds: int = ROUNDS) -> tuple[Cost, ...]:
    """Look at this machine with 500 more processes, then at a PID namespace with a dozen."""
    with sleepers(500), ProcRoot("/proc") as root:
        scanner = Scanner(root)
        processes = scanner.scan().processes
        shown = [process.pid for process in processes[-12:]]
        observer = Observer(root, host_pid=os.getpid())
        scan_s = _spent(scanner.scan, rounds)
        look_s = _spent(lambda: observer.look(shown), rounds)
    with dozen() as root:
        lab = Observer(root)
        lab_s = _spent(lab.look, rounds)
    return (
        Cost("scan", len(processes), median(scan_s), min(scan_s), rate_hz=2, goal_percent=8),
        Cost("look, 12 of them on show", len(processes), median(look_s), min(look_s), rate_hz=2, goal_percent=8),
        Cost("look at a lab, all on show", 12, median(lab_s), min(lab_s), rate_hz=4, goal_percent=1),
    )


def _spent(look: Callable[[], object], rounds: int) -> list[float]:
    look()  # the first one parses everything; it comes once
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        look()
        spent.append(time.process_time() - start)
    return spent


@contextmanager
def sleepers(count: int) -> Iterator[None]:
    """So many processes that sleep."""
    running = [subprocess.Popen(["sleep", "600"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.wait()


@contextmanager
def dozen() -> Iterator[ProcRoot]:
    """The procfs of a PID namespace with twelve processes."""
    script = "for i in 1 2 3 4 5 6 7 8 9 10 11; do sleep 600 & done; echo; wait"
    flags = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc", "--uts"]
    with subprocess.Popen(["unshare", *flags, "sh", "-c", script], stdout=subprocess.PIPE) as made:
        assert made.stdout is not None
        made.stdout.readline()
        with open(f"/proc/{made.pid}/task/{made.pid}/children", encoding="ascii") as children:
            init = int(children.read())
        with ProcRoot(f"/proc/{init}/root/proc") as root:
            yield root
        made.kill()  # unshare blocks SIGTERM while it waits


def table(costs: tuple[Cost, ...]) -> str:
    """One line a measurement."""
    lines = [f"{'':<27} {'processes':>9} {'median':>9} {'least':>9} {'a second':>9} {'of a core':>10} {'goal':>6}"]
    for cost in costs:
        times = f"{cost.median_s * 1e3:6.2f} ms {cost.least_s * 1e3:6.2f} ms"
        share = f"{cost.percent:8.2f} % {cost.goal_percent:4.0f} %"
        lines.append(f"{cost.what:<27} {cost.processes:9} {times} {cost.rate_hz:9.0f} {share}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(measure()))
