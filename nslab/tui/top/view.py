"""The whole screen of groups arranged: the list, what is missing here, and beside or below it the graphs. Pure."""

from __future__ import annotations

from msgspec import Struct

from nslab.observe.cgroup.causes import Cause
from nslab.observe.cgroup.history import History, steady
from nslab.tui.asked import Asked
from nslab.tui.canvas import Canvas
from nslab.tui.faces import MUTE
from nslab.tui.graph.bands import Band
from nslab.tui.graph.figures import percent, size
from nslab.tui.graph.graph import graph
from nslab.tui.graph.said import drawn, say
from nslab.tui.graph.series import bands, multiples
from nslab.tui.searched import Hits
from nslab.tui.top.knobs import Write, knob_rows, knobs
from nslab.tui.top.rows import Arrangement, Listed, siblings
from nslab.tui.top.table import table
from nslab.tui.wrap import lines_of, shorten
from nslab.words import Words

SMALL, LARGE = 100, 160  # columns
LIST, LIST_LARGE, BETWEEN = 52, 76, 3
LEAST_LIST, LEAST_GRAPH = 4, 9  # rows
WATCHED = ("cpu", "memory", "pids", "io")
COMMA = {"en": ", ", "zh": "、"}
AFAR_BANDS = 2  # before a room, the main one and one more


class Origin(Struct, frozen=True):
    """What is looked at. `source` is a directory or a file, `what` a few words on a recording.

    `elsewhere` are controllers that this machine has in hierarchies of cgroup v1, where none of v2 can have them.
    """

    source: str
    what: str = ""
    elsewhere: frozenset[str] = frozenset()


class Sight(Struct, frozen=True):
    """All that is on show. `ended`: no more will come. `held`: it stands still by the person's wish.

    `knob` is the limit that keys turn, None where nobody may; `last` is the last that was written.
    """

    history: History
    origin: Origin
    by: Arrangement
    rows: tuple[Listed, ...]
    selected: str
    side_by_side: bool = False
    held: bool = False
    ended: bool = False
    knob: int | None = None
    last: Write | None = None


class Touch(Struct, frozen=True):
    """What can be clicked: the row of each group, and of each limit of the group selected, which begins in the cell `x`."""

    groups: Hits
    limits: dict[int, int] = {}
    x: int = 0

    def moved(self, x: int, y: int) -> Touch:
        """The same, so many cells to the right and down."""
        groups = {row + y: path for row, path in self.groups.items()}
        return Touch(groups, {row + y: at for row, at in self.limits.items()}, self.x + x)


def missing(sight: Sight) -> tuple[str, ...]:
    """Controllers that nobody in this tree has: the top's are all that can be handed on."""
    top = sight.history.samples.get("")
    if top is None:
        return ()
    some = {name for sample in sight.history.samples.values() for name in sample.group.controllers}
    return tuple(name for name in WATCHED if name not in some)


def lacking(sight: Sight, words: Words) -> str:
    """What can't be shown here, and why, in a sentence; nothing where all is there."""
    lost = missing(sight)
    if not lost:
        return ""
    names = COMMA[words.lang].join(lost)
    elsewhere = all(name in sight.origin.elsewhere for name in lost)
    return words("top.in-v1" if elsewhere else "top.lacks", names=names)


def arrange(canvas: Canvas, top: int, sight: Sight, words: Words) -> Touch:
    """Arrange all below the row `top`; what a click means."""
    width, rows = canvas.width, canvas.height - top
    if width >= SMALL and not canvas.afar:
        left = LIST_LARGE if width >= LARGE else LIST
        touch = _list(canvas, 0, top, left, rows, sight, words)
        _graphs(canvas, left + BETWEEN, top, width - left - BETWEEN, rows, sight, words)
        return touch
    told = len(lines_of(lacking(sight, words), width))
    wanted = len(sight.rows) + 1 + told
    height = min(wanted, max((rows - LEAST_GRAPH) * 2 // 3, LEAST_LIST + told), rows)
    touch = _list(canvas, 0, top, width, height, sight, words)
    _graphs(canvas, 0, top + height + 1, width, rows - height - 1, sight, words)
    return touch


def _list(canvas: Canvas, x: int, y: int, width: int, height: int, sight: Sight, words: Words) -> Touch:
    told = lines_of(lacking(sight, words), width)
    apart = 1 if canvas.width >= SMALL and not canvas.afar else 0
    inner = Canvas(width, max(height - len(told) - (apart if told else 0), 2), plain=canvas.plain)
    if sight.rows:
        found = table(inner, sight.history, sight.rows, sight.selected, words)
    else:
        found = {}
        inner.put(0, 0, shorten(words("top.nothing", query=sight.by.query), width), MUTE)
    canvas.blit(inner, x, y)
    below = y + min(inner.height, len(sight.rows) + 1) + apart
    for line in told:
        canvas.put(x, below, line, MUTE)
        below += 1
    limits = _knobs(canvas, x, below + 1, width, y + height - below - 1, sight, words) if apart else {}
    return Touch({row + y: path for row, path in found.items()}, limits, x)


def _knobs(canvas: Canvas, x: int, y: int, width: int, height: int, sight: Sight, words: Words) -> dict[int, int]:
    """The limits of the group selected, where there is room below the list; which stands in which row."""
    sample = sight.history.samples.get(sight.selected)
    found = () if sample is None else knobs(sample.group)
    if not found or height < len(found) + 2:
        return {}
    inner = Canvas(width, len(found) + 2, plain=canvas.plain)
    knob_rows(inner, 0, sight.selected, found, words, sight.knob, sight.last)
    canvas.blit(inner, x, y)
    return {y + 1 + at: at for at in range(len(found))}


def _graphs(canvas: Canvas, x: int, y: int, width: int, height: int, sight: Sight, words: Words) -> None:
    if height < 3 or sight.selected not in sight.history.samples:
        return
    inner = Canvas(width, height, plain=canvas.plain, afar=canvas.afar)
    shown, main = _bands(sight, words)
    inner.heading(shorten(_title(sight, words), width - 6), state(sight, words))
    if canvas.afar:
        shown = [*(band for band in shown if band.name == main), *(band for band in shown if band.name != main)]
        shown = shown[:AFAR_BANDS] if not sight.side_by_side else shown
    graph(
        inner,
        2 if height > LEAST_GRAPH else 1,
        height - (2 if height > LEAST_GRAPH else 1),
        shown,
        main,
        _time(sight),
        words,
    )
    if not shown:
        inner.put(0, 2, shorten(words("top.no-band", name=sight.by.order.band), width), MUTE)
    canvas.blit(inner, x, y)


def _time(sight: Sight) -> tuple[float, float]:
    return sight.history.now, sight.history.span


def _bands(sight: Sight, words: Words) -> tuple[list[Band], str]:
    band = sight.by.order.band
    if sight.side_by_side:
        paths = siblings(sight.history, sight.selected, sight.by.order)
        return multiples(sight.history, paths, band, words), ""
    shown = list(bands(sight.history, sight.selected, words))
    return shown, band if any(one.name == band for one in shown) else "cpu"


def _title(sight: Sight, words: Words) -> str:
    if sight.side_by_side:
        return words(f"top.beside.{sight.by.order.band}")
    return sight.selected or "/"


def state(sight: Sight, words: Words) -> str:
    """Whether what is on show goes on."""
    return words("top.held") if sight.held else ended(sight, words) if sight.ended else ""


def ended(sight: Sight, words: Words) -> str:
    """Why nothing more will come."""
    return words("top.over" if sight.origin.what else "top.gone")


def group_asked(sight: Sight, words: Words) -> Asked:
    """What there is to say of the group selected, for a room: its figures, and what befell it last."""
    history, path = sight.history, sight.selected
    causes: tuple[Cause, ...] = drawn(history.causes_of(path))
    used = steady(history, path, lambda one: one.cpu_percent)
    sample = history.samples.get(path)
    memory = None if sample is None else sample.group.memory
    figures = [f"{words('graph.cpu')} {percent(used)}"] if used is not None else []
    if memory is not None:
        limit = "" if memory.max is None else f" / {size(memory.max)}"
        figures.append(f"memory.current {size(memory.current)}{limit}")
    said = say(causes[0], history.causes_of(path), words).what if causes else ""
    return Asked(shorten(path or "/", 28), tuple(line for line in (said, "  ".join(figures)) if line))
