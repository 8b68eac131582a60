"""Curves as braille, on plotext's canvas. It is used for nothing else: axes, labels, limits, and causes are drawn by our own hand.

plotext is imported by the first curve that is drawn: it takes 130 ms, which no other screen shall wait for.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from nslab.tui.graph.scale import DOTS_ACROSS, DOTS_UP, Run

LEAST_CELLS = 2  # plotext has no scale for an axis of one cell


def load() -> Any:
    """plotext itself. Called early, in a thread, it keeps the first curve from waiting for it."""
    return import_module("plotext")


def braille(width: int, height: int, runs: Sequence[Run]) -> tuple[str, ...]:
    """Rows of glyphs, each `width` cells, blank where no dot is. Each run is a line of its own; one of a single dot is that dot."""
    plotext = load()
    plotext.terminal.limit(False, False)  # else it cuts the figure to what it thinks is the window
    across, up = max(width, LEAST_CELLS), max(height, LEAST_CELLS)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(across, up)
    figure.axes(False)
    for run in runs:
        signal = figure.signal([x for x, _ in run], [y for _, y in run], marker="braille")
        signal.lines(True)
        figure.draw(signal)
    _count_dots(figure.ruler("x"), across, DOTS_ACROSS)
    _count_dots(figure.ruler("y"), up, DOTS_UP)
    rows = figure.build().string(True).split("\n")[up - height : up]  # the lowest, from which dots are counted
    return tuple(row[:width] for row in rows)


def _count_dots(ruler: Any, cells: int, dots: int) -> None:
    """Have plotext count in dots: the ends of its axes are the middles of the outer cells."""
    middle = (dots - 1) / 2
    ruler.lim(middle, cells * dots - 1 - middle)
    ruler.ticks([])
