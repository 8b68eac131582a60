"""What stands over a column of bars: whose it is, and which process."""

from __future__ import annotations

from rich.cells import cell_len

from nslab.observe.views import NamespaceColumn
from nslab.tui.canvas import Canvas
from nslab.tui.faces import MUTE, lettered
from nslab.tui.panes.bars import Grid
from nslab.tui.wrap import shorten
from nslab.words import Words


def column_head(canvas: Canvas, grid: Grid, at: int, column: NamespaceColumn, words: Words, y: int = 1) -> None:
    """The name, and the process as far as there is room: a number is never cut."""
    left, room = grid.left(at), grid.head_cells(at)
    face = lettered(column.letter).strong if column.alive else MUTE
    x = canvas.put(left, y, shorten(called(column, words), room), face) + 1
    about = next((text for text in _abouts(column, words) if cell_len(text) <= left + room - x), "")
    canvas.put(x, y, about, MUTE)


def called(column: NamespaceColumn, words: Words) -> str:
    """A column's name as a person knows it."""
    return words("pane.host") if column.name == "host" else column.name


def _abouts(column: NamespaceColumn, words: Words) -> tuple[str, ...]:
    """Wordings for the process, the longest first."""
    if column.pid is None:
        return ("╌",)
    full = f"{column.comm} {column.pid}"
    if column.alive:
        return full, str(column.pid)
    ended = words("pane.ended")
    return f"{full} {ended}", f"{column.pid} {ended}", ended
