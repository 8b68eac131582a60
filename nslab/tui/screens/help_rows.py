"""The help panel arranged: what the pane shows, its signs, keys of this pane beside keys of everywhere, its sources."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from nslab.tui.canvas import Canvas
from nslab.tui.faces import BOLD, MUTE, REVERSE, TEXT, Role
from nslab.tui.keys import Key
from nslab.tui.prose import told
from nslab.tui.screens.help_view import HelpView, Part
from nslab.words import Words

TWO_COLUMNS = 72  # cells: below, keys of everywhere stand under those of the pane
LEFT = 3


def help_rows(view: HelpView, everywhere: Sequence[Key], width: int, words: Words, *, plain: bool = False) -> Canvas:
    """Arrange the panel in `width` cells, as tall as its words."""
    canvas = Canvas(width, plain=plain, ground=Role.PANEL)
    canvas.put(1, 0, f" ? {view.name} ", REVERSE)
    canvas.right(width - 2, 0, words("help.closes"), MUTE)
    y = canvas.para(LEFT, 2, width - 2 * LEFT, told(view.what)) + 1
    if view.parts:
        y = _parts(canvas, LEFT, y, width - 2 * LEFT, view.parts) + 1
    y = _keys(canvas, y, view.keys, _named(everywhere, words), words) + 1
    labels = [words("help.reads"), words("help.more")]
    column = max(map(cell_len, labels)) + 2
    for label, said in zip(labels, (view.reads, view.more), strict=True):
        if said:
            canvas.put(LEFT, y, label, MUTE)
            y = canvas.para(LEFT + column, y, width - 2 * LEFT - column, told(said))
    canvas.reach(y + 1)
    canvas.edge(0, 0, canvas.height, TEXT)
    return canvas


def _named(keys: Sequence[Key], words: Words) -> tuple[Part, ...]:
    return tuple(Part(key.shown, words(f"keys.{key.action}")) for key in keys)


def _keys(canvas: Canvas, y: int, here: Sequence[Part], everywhere: Sequence[Part], words: Words) -> int:
    """Keys in two columns where there is room; the row after them."""
    columns = [(words("help.here"), here), (words("help.everywhere"), everywhere)]
    columns = [(name, parts) for name, parts in columns if parts]
    side_by_side = canvas.width >= TWO_COLUMNS
    width = (canvas.width - 2 * LEFT) // 2 if side_by_side else canvas.width - 2 * LEFT
    top, lowest = y, y
    for at, (name, parts) in enumerate(columns):
        x = LEFT + at * width if side_by_side else LEFT
        canvas.put(x, y, name, MUTE)
        lowest = max(lowest, _parts(canvas, x, y + 1, width - 2, parts))
        y = top if side_by_side else lowest + 1
    return lowest


def _parts(canvas: Canvas, x: int, y: int, width: int, parts: Sequence[Part]) -> int:
    """Signs and what they mean; the row after them."""
    column = max(cell_len(part.sign) for part in parts) + 3
    for part in parts:
        canvas.put(x, y, part.sign, BOLD)
        y = canvas.para(x + column, y, width - column, told(part.meaning))
    return y
