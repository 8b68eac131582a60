"""The bar above a board that is shown to a room: what it is about at this moment, in a few words. Pure."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from nslab.tui.canvas import Canvas
from nslab.tui.faces import BOLD, REVERSE, TEXT, Face, Role, solid
from nslab.tui.wrap import Span, wrap

ROWS = 3
MARGIN, GAP = 1, 2


class Asked(Struct, frozen=True):
    """A tag, and lines of which the first is the loudest. `ink` is OK or BAD where the tag is the machine's answer."""

    tag: str
    lines: tuple[str, ...]
    ink: Role = Role.TEXT


def asked_rows(canvas: Canvas, asked: Asked) -> int:
    """Write the bar at the top, three rows or as many as its words need; the row below it, one left blank."""
    tag = f" {asked.tag} "
    x = MARGIN + cell_len(tag) + GAP
    told = [
        (line, BOLD if at == 0 else TEXT)
        for at, words in enumerate(asked.lines)
        for line in wrap((Span(words),), max(canvas.width - x - MARGIN, 1))
    ]
    height = max(len(told), ROWS)
    top = (height - len(told)) // 2
    canvas.sheet(0, 0, canvas.width, height, Role.PANEL, Face(asked.ink), thick=True)
    canvas.put(MARGIN, top, tag, REVERSE if asked.ink is Role.TEXT else solid(asked.ink))
    for y, (line, face) in enumerate(told, top):
        canvas.spans(x, y, line, face)
    return height + 1
