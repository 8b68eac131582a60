"""The list of groups, with gauges: what is used as a length, on one scale for all, and the limit as a tick on it."""

from __future__ import annotations

from msgspec import Struct

from nslab.observe.cgroup.history import History, Sample, steady
from nslab.tui.canvas import THICK_EDGE, Canvas
from nslab.tui.faces import BAD, BOLD, LINE, MUTE, RULE, TEXT, Role
from nslab.tui.graph.figures import percent, size
from nslab.tui.graph.scale import ceiling
from nslab.tui.graph.series import cpu_limit
from nslab.tui.searched import Hits
from nslab.tui.top.rows import Listed
from nslab.tui.wrap import shorten
from nslab.words import Words

USED, FREE, LIMIT = "━", "─", "╿"
CPU_CELLS, MEMORY_CELLS, PIDS_CELLS = 6, 9, 6  # for figures
LEAST_GAUGE, MOST_GAUGE = 5, 16
LEAST_MEMORY = LEAST_GAUGE + MEMORY_CELLS
LEAST_NAME, GAP = 14, 2
LEAST_CPU, LEAST_BYTES = 100.0, 16 * 1024.0**2
NONE = "╌"
INDENT = 3
LEAST_STEM = 8  # cells for a branch and a name: a tree that is deeper is drawn less deep


class Grid(Struct, frozen=True):
    """Where the columns of a list stand. Without memory or pids anywhere there are no such columns: None."""

    name: int
    cpu: int
    memory: int | None
    pids: int | None
    gauge: int


def grid_for(width: int, history: History) -> Grid:
    """The wider, the longer names and gauges; where there is no room for all, pids go first."""
    samples = history.samples.values()
    least = LEAST_NAME + LEAST_GAUGE + CPU_CELLS
    memory = any(sample.group.memory is not None for sample in samples) and width >= least + GAP + LEAST_MEMORY
    least += GAP + LEAST_MEMORY if memory else 0
    pids = any(sample.group.pids is not None for sample in samples) and width >= least + PIDS_CELLS
    figures = CPU_CELLS + (GAP + MEMORY_CELLS if memory else 0) + (PIDS_CELLS if pids else 0)
    gauges = 2 if memory else 1
    gauge = min(max((width - figures) // (gauges + 2), LEAST_GAUGE), MOST_GAUGE)
    cpu = max(width - figures - gauges * gauge, LEAST_NAME)
    after = cpu + gauge + CPU_CELLS + GAP
    end = width if pids else None
    return Grid(cpu - GAP, cpu, after if memory else None, end, gauge)


class Scales(Struct, frozen=True):
    """The ends of the gauges, the same for all rows."""

    cpu: float
    memory: float


def scales(history: History) -> Scales:
    """Round numbers above all that is used, and above each limit that is near."""
    cpu = [steady(history, path, lambda one: one.cpu_percent) or 0.0 for path in history.samples]
    memories = [sample.group.memory for sample in history.samples.values() if sample.group.memory is not None]
    most = max((float(memory.current) for memory in memories), default=0.0)
    near = [memory.max for memory in memories if memory.max is not None and memory.max <= 4 * max(most, LEAST_BYTES)]
    return Scales(
        cpu=ceiling(max(cpu, default=0.0), least=LEAST_CPU),
        memory=ceiling(max([most, *near]), least=LEAST_BYTES, binary=True),
    )


def heads(canvas: Canvas, y: int, grid: Grid, ends: Scales, words: Words) -> None:
    """What the columns are, and the ends of their scales."""
    canvas.put(1, y, shorten(words("top.head.group"), grid.name - 1), MUTE)
    _head(canvas, y, grid.cpu, grid.gauge, words("graph.cpu"), percent(ends.cpu), CPU_CELLS)
    if grid.memory is not None:
        _head(canvas, y, grid.memory, grid.gauge, words("top.head.memory"), size(ends.memory), MEMORY_CELLS)
    if grid.pids is not None:
        canvas.right(grid.pids, y, "pids", MUTE)


def _head(canvas: Canvas, y: int, x: int, gauge: int, name: str, end: str, figures: int) -> None:
    canvas.put(x, y, shorten(name, gauge), MUTE)
    canvas.right(x + gauge + figures, y, end, MUTE)


def table(canvas: Canvas, history: History, rows: tuple[Listed, ...], selected: str, words: Words) -> Hits:
    """Write the heads, and as many rows as fit, the selected one among them."""
    grid, ends = grid_for(canvas.width, history), scales(history)
    heads(canvas, 0, grid, ends, words)
    count = max(canvas.height - 1, 1)
    at = next((at for at, row in enumerate(rows) if row.path == selected), 0)
    first = min(max(at - count // 2, 0), max(len(rows) - count, 0))
    hits: Hits = {}
    for y, row in enumerate(rows[first : first + count], 1):
        if row.path == selected:
            canvas.fill(0, y, canvas.width, 1, Role.PANEL)
            canvas.put(0, y, THICK_EDGE, TEXT)
        _row(canvas, y, grid, ends, history, row)
        hits[y] = row.path
    if first:
        canvas.put(grid.name, 1, "▴", MUTE)
    if first + count < len(rows):
        canvas.put(grid.name, count, "▾", MUTE)
    return hits


def _row(canvas: Canvas, y: int, grid: Grid, ends: Scales, history: History, row: Listed) -> None:
    sample = history.samples[row.path]
    x = _branch(canvas, y, row, grid.name)
    canvas.put(x, y, shorten(row.name, grid.name - x), BOLD if row.found else MUTE)
    used = steady(history, row.path, lambda one: one.cpu_percent)
    said = NONE if used is None else percent(used)
    _gauge(canvas, y, grid.cpu, grid.gauge, used, cpu_limit(sample.group), ends.cpu)
    canvas.right(grid.cpu + grid.gauge + CPU_CELLS, y, said, TEXT)
    if grid.memory is not None:
        _memory(canvas, y, grid.memory, grid.gauge, sample, ends.memory)
    if grid.pids is not None:
        pids = sample.group.pids
        full = pids is not None and pids.max is not None and pids.current >= pids.max
        canvas.right(grid.pids, y, NONE if pids is None else str(pids.current), BAD if full else TEXT)


def _memory(canvas: Canvas, y: int, x: int, gauge: int, sample: Sample, end: float) -> None:
    memory = sample.group.memory
    if memory is not None:
        _gauge(canvas, y, x, gauge, memory.current, memory.max, end)
    canvas.right(x + gauge + MEMORY_CELLS, y, NONE if memory is None else size(memory.current), TEXT)


def _gauge(canvas: Canvas, y: int, x: int, width: int, used: float | None, limit: float | None, end: float) -> None:
    """Heavy is used, light is what is left; something is never nothing."""
    heavy = 0 if not used else min(max(round(used / end * width), 1), width)
    canvas.put(x, y, USED * heavy, BOLD)
    canvas.put(x + heavy, y, FREE * (width - heavy), RULE)
    if limit is not None and limit <= end:
        canvas.put(x + min(round(limit / end * width), width - 1), y, LIMIT, BAD)


def _branch(canvas: Canvas, y: int, row: Listed, end: int) -> int:
    """The tree's lines, as deep as there is room for; the x at which the name begins."""
    x = 1
    *above, last = row.last_of[1:] or (None,)
    for was_last in above:
        if x + INDENT + LEAST_STEM <= end:
            canvas.put(x, y, "" if was_last else "│", LINE)
            x += INDENT
    if last is None:
        return x
    return canvas.put(x, y, "└─ " if last else "├─ ", LINE)
