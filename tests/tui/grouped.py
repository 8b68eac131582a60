"""Control groups with something of everything in their last minute, as the sampler would have seen them: for tests and pictures.

`web` is slowed by `batch` until that gets a cpu.max; `hog` is killed at its memory.max; a bomb in `bomb` is refused forks; for two
seconds nobody looked.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

from nslab.kernel.cgroup2.core import CgroupEvents
from nslab.kernel.cgroup2.cpu import CpuMax, CpuStat
from nslab.kernel.cgroup2.io import IoStat
from nslab.kernel.cgroup2.memory import MemoryEvents, MemoryStat
from nslab.kernel.cgroup2.pids import PidsEvents
from nslab.kernel.cgroup2.pressure import Pressure, Stall
from nslab.observe.cgroup.history import History, remember
from nslab.observe.cgroup.recording import Frame, Recording
from nslab.observe.cgroup.values import Changed, Event, Group, Io, Memory, Pids, Pressures, Share, Snapshot, Swap
from nslab.tui import keys
from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.screens.top import TopTable
from nslab.tui.top.rows import Order
from nslab.tui.top.view import Origin
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.header import Header, Where
from nslab.words import Words

OOM = Path(__file__).parents[1] / "observe" / "recorded" / "oom.jsonl"
MIB = 1024 * 1024
PERIOD = 0.25
SECONDS = 60
TURNED, KILLED, REFUSED = 34.0, 46.0, 52.0
UNSEEN = (20.0, 22.0)
CONTROLLERS = frozenset({"cpu", "memory", "pids", "io"})
IDS = {"": 1, "web": 2, "batch": 3, "batch/sort": 4, "batch/zip": 5, "hog": 6, "bomb": 7}


def cpu_rate(path: str, at: float) -> float:
    """Percent of a CPU."""
    match path:
        case "web":
            return (38 if at < 10 or at > TURNED else 22) + 3 * math.sin(at * 2)
        case "batch/sort" | "batch/zip":
            share = 0.6 if path == "batch/sort" else 0.4
            return share * (0 if at < 10 else 118 + 4 * math.sin(at) if at < TURNED else 20)
        case "batch":
            return cpu_rate("batch/sort", at) + cpu_rate("batch/zip", at)
        case "hog":
            return 4.0 if at < KILLED else 0.0
        case "bomb":
            return 55.0 if at > REFUSED - 2 else 0.0
        case _:
            return sum(cpu_rate(one, at) for one in ("web", "batch", "hog", "bomb"))


def memory_of(path: str, at: float) -> MemoryStat:
    """What it is made of."""
    match path:
        case "hog":
            grown = min(max(at - 14, 0) * 1.81, 58) if at < KILLED else 0
            cache_ = max(0.0, min(at * 12, 60) - grown)
            return MemoryStat(int(grown * MIB), int(cache_ * MIB), int(min(cache_, 4) * MIB), 300_000)
        case "":
            return MemoryStat(78 * MIB, 40 * MIB, 4 * MIB, 3 * MIB)
        case _:
            return MemoryStat({"web": 31, "batch": 40}.get(path, 7) * MIB, 2 * MIB, 0, 200_000)


def group(path: str, at: float) -> Group:
    """One at a moment; its counters are integrals of the rates above, by steps of a look."""
    steps = [step * PERIOD for step in range(int(at / PERIOD) + 1)]
    usage = int(sum(cpu_rate(path, step) for step in steps) * PERIOD * 1e4)
    limited = path == "batch" and at >= TURNED
    periods = int(max(at - TURNED, 0) * 10) if path == "batch" else 0
    quota = 20_000 if limited else None
    stat = memory_of(path, at)
    killed = path in ("", "hog") and at >= KILLED
    stalled = int(max(0.0, min(at, KILLED) - 20) ** 2 * 14_000) if path == "hog" else 0
    waits = Stall(0.0, 0.0, 0.0, stalled)
    cpu_waits = Stall(0.0, 0.0, 0.0, int(max(0.0, min(at, TURNED) - 10) * 400_000) if path == "web" else 0)
    none = Stall(0.0, 0.0, 0.0, 0)
    return Group(
        path=path,
        id=IDS[path],
        read_at=at,
        controllers=CONTROLLERS,
        events=CgroupEvents(populated=True, frozen=False),
        cpu=CpuStat(usage, usage, 0, periods, int(periods * 0.8), periods * 18_000),
        share=Share(100, CpuMax(quota, 100_000)),
        memory=Memory(
            current=stat.anon + stat.file + (stat.kernel or 0),
            high=48 * MIB if path == "hog" else None,
            max=64 * MIB if path == "hog" else None,
            peak=None,
            swap=Swap(0, 0),
            events=MemoryEvents(0, 0, 54 if killed else 0, int(killed), int(killed), 0),
            stat=stat,
        ),
        pids=Pids(
            20 if path == "bomb" and at > REFUSED else 3,
            20 if path == "bomb" else None,
            None,
            PidsEvents(36 if path == "bomb" and at >= REFUSED else 0),
        ),
        io=Io((IoStat("8:0", int(at * MIB) if path == "web" else 0, 0, 0, 0, 0, 0),), ()),
        pressure=Pressures(Pressure(cpu_waits, none), Pressure(waits, waits), Pressure(none, none)),
        denied=(),
    )


def events(at: float) -> tuple[Event, ...]:
    """What the kernel told since the look before."""

    def told(path: str, file: str, key: str, now: int) -> Changed:
        return Changed(path, IDS[path], file, key, 0, now, at)

    found: tuple[Event, ...] = ()
    if at == KILLED:
        found += tuple(told(path, "memory.events", key, now) for path in ("", "hog") for key, now in _OOM)
        found += tuple(told("hog", "memory.events.local", key, now) for key, now in _OOM)
    if at == REFUSED:
        found += (told("bomb", "pids.events", "max", 36),)
    return found


_OOM = (("max", 54), ("oom", 1), ("oom_kill", 1))


def frames() -> list[Frame]:
    """Looks of a minute."""
    found = []
    for step in range(int(SECONDS / PERIOD) + 1):
        at = step * PERIOD
        if not UNSEEN[0] < at < UNSEEN[1]:
            found.append(Frame(Snapshot(tuple(group(path, at) for path in IDS), at), events(at)))
    return found


def told(looks: list[Frame]) -> History:
    """All of them, one after the other."""
    history = History(PERIOD)
    for look in looks:
        history = remember(history, look)
    return history


@cache
def history() -> History:
    """The minute."""
    return told(frames())


@cache
def oom() -> History:
    """The recording of a real one."""
    with OOM.open("rb") as file:
        recording = Recording(file)
        history = History(recording.heading.period_seconds)
        for frame in recording:
            history = remember(history, frame)
    return history


class Groups(KeyedScreen):
    """The screen of `nslab top` after the last look, without the thread that looks."""

    keys = keys.TOP

    def __init__(
        self, words: Words, frames: list[Frame], selected: str, *, beside: bool = False, what: str = ""
    ) -> None:
        super().__init__(words)
        self.table = TopTable(words, Origin("/sys/fs/cgroup" if not what else "oom.jsonl", what), selected)
        self._frames, self._beside = frames, beside

    def compose(self) -> Any:
        yield Header(self.words, Where(name=self.words("top.name")))
        yield self.table
        yield Footer(self.words, self.keys)

    def on_mount(self) -> None:
        for frame in self._frames:
            self.table.take(frame, PERIOD)
        self.table.sort(Order.CPU if self._beside else Order.MEMORY)
        if self._beside:
            self.table.toggle_side_by_side()
        self.table.focus()
