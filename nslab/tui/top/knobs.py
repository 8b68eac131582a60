"""A group's limits as knobs: what each file says, and what a notch more or less would write. Pure; who writes is elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from rich.cells import cell_len

from nslab.kernel.cgroup2.cpu import CpuMax
from nslab.observe.cgroup.values import Group
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, MUTE, RULE, TEXT
from nslab.tui.graph.figures import percent, size
from nslab.tui.wrap import shorten
from nslab.words import Words

MIB = 1024 * 1024
PERCENTS = (1, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 800, 1600, 3200, 6400)
WEIGHTS = (1, 10, 25, 50, 100, 200, 300, 500, 1000, 3000, 10_000)
BYTES = tuple(MIB * 2**power for power in range(1, 19))
COUNTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20_000)
MAX = "max"
KEYS = "k  - +"  # beside the heading, where limits can be turned: the footer has no room for them
SLIDER, FREE, HANDLE = 12, "─", "◉"
NAMED, WRITTEN, LEAST_SLIDER = (
    15,
    14,
    30,
)  # the cell where a value begins, how many it may have, and where sliders begin


class Knob(Struct, frozen=True):
    """A file. `at` is which of `notches` it is nearest to, the last of which is no limit where there is such a thing.

    `written` is what the file says, `said` the same for people; `turned` are the values of all notches, as they are written.
    """

    file: str
    written: str
    said: str
    at: int
    turned: tuple[str, ...]

    @property
    def spoken(self) -> str:
        """The value as the file has it, or as much of that as there is room for."""
        return shorten(self.written, WRITTEN)

    @property
    def slider(self) -> int:
        """The first cell of its slider, in a row of its own."""
        return max(NAMED + cell_len(self.spoken) + 1, LEAST_SLIDER)

    def notch(self, x: int) -> int | None:
        """How many notches a cell of its row is above where it stands, below if negative; None beside the slider."""
        if not 0 <= x - self.slider < SLIDER:
            return None
        return round((x - self.slider) / (SLIDER - 1) * (len(self.turned) - 1)) - self.at

    def by(self, steps: int) -> str | None:
        """What to write to turn it so many notches up, or down; None at its end."""
        to = min(max(self.at + steps, 0), len(self.turned) - 1)
        return self.turned[to] if self.turned[to] != self.written else None


class Write(Struct, frozen=True):
    """A write that was made: the file, the value, and the errno's name where the kernel refused."""

    path: str
    file: str
    value: str
    errno: str | None = None


def knobs(group: Group) -> tuple[Knob, ...]:
    """The limits that a group has; none without controllers."""
    found = []
    if group.share is not None:
        found += [_cpu_max(group.share.max)]
        found += [_knob("cpu.weight", group.share.weight, WEIGHTS, str, limitless=False)]
    if group.memory is not None:
        found += [
            _knob("memory.high", group.memory.high, BYTES, size),
            _knob("memory.max", group.memory.max, BYTES, size),
        ]
    if group.pids is not None:
        found += [_knob("pids.max", group.pids.max, COUNTS, str)]
    return tuple(found)


def _knob(
    file: str, value: int | None, notches: Sequence[int], said: Callable[[int], str], *, limitless: bool = True
) -> Knob:
    turned = (*map(str, notches), *((MAX,) if limitless else ()))
    if value is None:
        return Knob(file, MAX, "", len(turned) - 1, turned)
    return Knob(file, str(value), said(value), _nearest(value, notches), turned)


def _cpu_max(now: CpuMax) -> Knob:
    """The period stays as it is."""
    turned = [CpuMax(notch * now.period_usec // 100, now.period_usec).text for notch in PERCENTS]
    turned.append(CpuMax(None, now.period_usec).text)
    if now.quota_usec is None:
        return Knob("cpu.max", now.text, "", len(turned) - 1, tuple(turned))
    used = now.quota_usec * 100 / now.period_usec
    return Knob("cpu.max", now.text, percent(used), _nearest(used, PERCENTS), tuple(turned))


def _nearest(value: float, notches: Sequence[int]) -> int:
    return min(range(len(notches)), key=lambda at: abs(notches[at] - value))


def knob_rows(
    canvas: Canvas, y: int, path: str, found: Sequence[Knob], words: Words, chosen: int | None, last: Write | None
) -> int:
    """Write a group's knobs; the row after them. None is `chosen` where they can't be turned; `last` is the last write, if any."""
    canvas.heading(
        shorten(words("top.limits", name=path or "/"), canvas.width - 6), KEYS if chosen is not None else "", y=y
    )
    for at, knob in enumerate(found):
        y += 1
        here = at == chosen
        canvas.put(0, y, "▸" if here else " ", BOLD)
        canvas.put(2, y, knob.file, BOLD if here else TEXT)
        canvas.put(NAMED, y, knob.spoken, TEXT)
        if (x := knob.slider) + SLIDER + 9 <= canvas.width:
            canvas.put(x, y, FREE * SLIDER, RULE)
            canvas.put(x + round(knob.at / (len(knob.turned) - 1) * (SLIDER - 1)), y, HANDLE, BOLD if here else MUTE)
        canvas.right(canvas.width, y, knob.said or words("graph.no-limit"), BOLD if here else MUTE)
    if last is not None:
        y += 1
        told = f'write("{last.path}/{last.file}", "{last.value}") '.replace('"/', '"')
        answer = f"✗ {last.errno}" if last.errno else f"= {len(last.value)}"
        x = canvas.put(2, y, shorten(told, canvas.width - 4 - len(answer)), MUTE)
        canvas.put(x + 1, y, answer, BAD if last.errno else BOLD)
    return y + 1
