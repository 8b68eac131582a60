"""What sampling control groups costs: CPU time of one look at a hundred of them, by kept descriptors and by opening each file.

`python -m tests.bench cgroups` prints it; as root, with cgroup v2. Goal: four looks a second below 5 % of a core. Groups have the
controllers that this machine hands on, in the guest all of them, on a hybrid machine none that counts; the table says so.
systemd-cgtop is its own CPU time for a refresh of the same groups; where controllers are v1's it has none of them to show.
Latency is from mkdir(2) to the event in our hands.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from msgspec import Struct

from nslab.kernel.cgroup2.knobs import hand_on
from nslab.observe.cgroup.rates import rates
from nslab.observe.cgroup.sampler import GroupSampler
from tests.delegated import delegated, top

GROUPS = 100
ROUNDS = 40
RATE_HZ = 4
GOAL_PERCENT = 5.0


class Cost(Struct, frozen=True):
    """CPU seconds that one look at so many groups costs, by the median."""

    what: str
    seconds: float

    @property
    def percent(self) -> float:
        """Of one core, at RATE_HZ."""
        return 100 * self.seconds * RATE_HZ


class Measured(Struct, frozen=True):
    """The costs, how many descriptors are kept of all groups, and seconds from mkdir(2) to its event, in ascending order."""

    controllers: tuple[str, ...]
    kept: int
    costs: tuple[Cost, ...]
    latencies_s: tuple[float, ...]


def measure(groups: int = GROUPS, rounds: int = ROUNDS) -> Measured:
    """Make the groups, sample them, and remove them. Raises LookupError without cgroup v2."""
    with delegated(os.geteuid()) as folder:
        root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        controllers = tuple((folder / "cgroup.controllers").read_text().split())
        for controller in controllers:
            hand_on(root, controller)
        for number in range(groups - 1):
            (folder / f"group-{number}").mkdir()
        before = len(os.listdir("/proc/self/fd"))
        with GroupSampler(root) as kept:
            held = len(os.listdir("/proc/self/fd")) - before
            first = kept.look()
            costs = [
                Cost("look, descriptors kept", _spent(kept.look, rounds)),
                Cost("… and rates", _spent(lambda: rates(first, kept.look(), 1 / RATE_HZ), rounds)),
            ]
            with GroupSampler(root, most_kept=0) as opened:
                costs.append(Cost("look, each file opened", _spent(opened.look, rounds)))
            latencies = tuple(sorted(_latency(kept, folder / f"new-{number}") for number in range(rounds)))
        if shutil.which("systemd-cgtop"):
            costs.append(Cost("systemd-cgtop, a refresh", _cgtop_s(folder, rounds)))
        os.close(root)
    return Measured(controllers, held, tuple(costs), latencies)


def _spent(look: Callable[[], object], rounds: int) -> float:
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        look()
        spent.append(time.process_time() - start)
    return median(spent)


def _latency(sampler: GroupSampler, folder: Path) -> float:
    sampler.wait(0)
    begun = time.monotonic()
    folder.mkdir()
    (event,) = sampler.wait(10)
    return event.at - begun


def _cgtop_s(folder: Path, rounds: int) -> float:
    """What more refreshes cost more: its start is not counted."""
    few, many = (_cgtop_total_s(folder, count) for count in (1, 1 + rounds))
    return (many - few) / rounds


def _cgtop_total_s(folder: Path, refreshes: int) -> float:
    group = "/" + os.path.relpath(folder, top())
    command = ["systemd-cgtop", "--batch", f"--iterations={refreshes}", f"--delay={1 / RATE_HZ}", group]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def table(measured: Measured) -> str:
    """One line a measurement."""
    first = f"{GROUPS} groups, {measured.kept} descriptors; controllers: {' '.join(measured.controllers) or 'none'}"
    lines = [first, f"{'':<27} {'median':>10} {'of a core':>10} {'goal':>5}"]
    for cost in measured.costs:
        share = f"{cost.percent:8.2f} % {GOAL_PERCENT:3.0f} %"
        lines.append(f"{cost.what:<27} {cost.seconds * 1e3:7.2f} ms {share}")
    latencies = measured.latencies_s
    lines.append(
        f"mkdir to event: {median(latencies) * 1e3:.2f} ms by the median, {latencies[-1] * 1e3:.2f} ms the latest"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(measure()))
