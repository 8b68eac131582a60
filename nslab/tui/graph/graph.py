"""Bands one below the other on one time axis: which of them there is room for, how high each is, and what is said below."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from nslab.tui.canvas import Canvas
from nslab.tui.faces import MUTE, Face
from nslab.tui.graph.bands import LEAST_ROWS, Band
from nslab.tui.graph.draw import Place, draw_band, draw_causes
from nslab.tui.graph.figures import ago
from nslab.words import Words

AXIS = 8  # cells at the left, for the ends of scales
LABELS = 23
LEAST_GRAPH = 8
LEAST_MAIN, MANY = 5, 10**6
_ROUNDS = (
    (9, 2),
    (9, 3),
    (14, 4),
    (MANY, 4),
)  # how high the main band and the others may grow, one round after the other
GAP = 1  # rows between bands


def heights(bands: Sequence[Band], main: str, rows: int) -> list[tuple[Band, int]]:
    """Bands that fit in `rows`, a blank row after each, and how high each is. Those at the end go first.

    The main one gets most; without a main one they are all alike.
    """
    kept = list(bands)

    def least(band: Band) -> int:
        return LEAST_MAIN if band.name == main else band.rows

    while len(kept) > 1 and sum(least(band) + GAP for band in kept) > rows:
        kept.remove(next(band for band in reversed(kept) if band.name != main))
    if not kept:
        return []
    found = [least(band) for band in kept]
    alike = not any(band.name == main for band in kept)
    spare = max(rows - sum(found) - GAP * len(kept), 0)
    for most_main, most_other in _ROUNDS:
        for at, band in enumerate(kept):
            wanted = most_main if band.name == main or alike else most_other + band.rows - LEAST_ROWS
            more = min(max(wanted - found[at], 0), spare // (len(kept) - at) if alike else spare)
            found[at] += more
            spare -= more
    if sum(found) + GAP * len(kept) > rows:  # one band alone, in less room than it wants
        found = [max(rows - GAP, 1)]
    return list(zip(kept, found, strict=True))


def graph(
    canvas: Canvas, top: int, rows: int, bands: Sequence[Band], main: str, time: tuple[float, float], words: Words
) -> None:
    """Draw bands in `rows` rows of the canvas from `top`, the last of which is the time axis, `time` its end and how long it is."""
    if canvas.width < AXIS + LEAST_GRAPH + 1 + LABELS or rows < 3:
        return
    end, span = time
    labels = canvas.width - LABELS
    y, placed = top, []
    for band, height in heights(bands, main, rows - 1):
        place = Place(AXIS, y, labels - 1 - AXIS, height, labels, end - span, end)
        draw_band(canvas, band, place)
        placed.append((band, place))
        y += height + GAP
    if placed:
        below = draw_causes(canvas, placed, words)
        _time(canvas, y - GAP, AXIS, labels - 1, span, below, words)


def _time(
    canvas: Canvas, y: int, left: int, right: int, span: float, below: Sequence[tuple[int, str, Face]], words: Words
) -> None:
    """How long ago: the ends, and each cause that has room between them, the gravest first."""
    begin, end = ago(span), words("graph.now")
    free = [True] * (canvas.width + 1)

    def put(x: int, text: str, face: Face) -> None:
        cells = range(max(x - 1, 0), x + cell_len(text) + 1)
        if x + cell_len(text) <= right and all(free[cell] for cell in cells):
            canvas.put(x, y, text, face)
            free[cells.start : cells.stop] = [False] * len(cells)

    for x, text, face in below:
        put(min(x, right - cell_len(text)), text, face)
    put(left, begin, MUTE)
    put(right - cell_len(end), end, MUTE)
