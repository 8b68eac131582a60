"""What watching a birth costs: one moment of the world, and a whole birth held before each call, beside one that nobody watches."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

from msgspec import Struct

from nslab.course.birth import Birth
from nslab.engine.client import Lab
from nslab.engine.spec import DOCKER_NAMESPACES, Process, Spec
from nslab.observe.moment import read_moment
from nslab.observe.roots import ProcRoot

SPEC = Spec("bench", Process(("sleep", "100"), pipes=(), terminal=True), DOCKER_NAMESPACES, "bench")


class Cost(Struct, frozen=True):
    """What was measured, in milliseconds: the median, and the value that 95 in 100 stay below."""

    what: str
    median_ms: float
    p95_ms: float


def measure(rounds: int) -> list[Cost]:
    """Moments of a container that runs; births with and without anybody watching."""
    with Lab.start() as lab, ProcRoot(lab.proc) as root:
        pid = running(lab)
        moments = [timed(lambda: read_moment(root, pid, None)) for _ in range(rounds)]
        lab.delete(SPEC.name)
        watched = [timed(lambda: watch(lab)) for _ in range(rounds)]
        alone = [timed(lambda: bear(lab)) for _ in range(rounds)]
    return [
        cost("a moment of the world", moments),
        cost("a birth with its moments", watched),
        cost("the same birth, unwatched", alone),
    ]


def running(lab: Lab) -> int:
    """A container, by the lab's number."""
    task = lab.run(SPEC)
    os.close(task.pidfd)
    os.close(task.master)
    return task.pid


def watch(lab: Lab) -> None:
    """A whole birth, held before each call."""
    birth = Birth(lab, SPEC)
    while not birth.ended:
        birth.step()
    birth.close()


def bear(lab: Lab) -> None:
    """The same, at one go."""
    running(lab)
    lab.delete(SPEC.name)


def timed(act: Callable[[], object]) -> float:
    """How many milliseconds it takes."""
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def cost(what: str, taken: list[float]) -> Cost:
    """The figures of many rounds."""
    return Cost(what, statistics.median(taken), sorted(taken)[int(len(taken) * 0.95)])


def table(costs: list[Cost]) -> str:
    """A line a figure."""
    rows = [f"  {one.what:28} {one.median_ms:8.2f} ms {one.p95_ms:8.2f} ms" for one in costs]
    return "\n".join([f"{'births watched':30} {'median':>11} {'p95':>11}", *rows])
