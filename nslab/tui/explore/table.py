"""The explorer's table: a row a world, a column a kind; a line runs down while a namespace is inherited, a tag where one begins."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from nslab.kernel.namespaces import Kind
from nslab.observe.machine.rows import COLUMNS, Bond, Row
from nslab.tui.canvas import THICK_EDGE, Canvas
from nslab.tui.explore.said import kept_of, name_of
from nslab.tui.explore.sight import Sight
from nslab.tui.faces import BOLD, LINE, MUTE, TEXT, Face, Role, hue, lettered, tint
from nslab.tui.searched import Hits
from nslab.tui.wrap import shorten
from nslab.words import Words

WIDE, LARGE = 110, 150  # columns
MOST_NAMES_CELLS = 64
INDENT = 3
LEAST_ABOUT = 4  # cells: what a row is can be cut to so much, or left out
SHORT_HEADS = {Kind.CGROUP: "cgrp"}


class Grid(Struct, frozen=True):
    """Where things stand: names and counts up to `number`, columns from `left`, each `step` wide, holders from `held`."""

    width: int
    number: int
    left: int
    step: int
    held: int

    def x(self, column: int) -> int:
        """The middle cell of a column's tag."""
        return self.left + column * self.step + 1


def grid_for(width: int) -> Grid:
    """The wider, the more room between columns; names get what is left."""
    wide = width >= WIDE
    step, held = (9, 24) if width >= LARGE else (7, 20) if wide else (5, 11)
    left = min(width - held - len(COLUMNS) * step - (2 if wide else 0), MOST_NAMES_CELLS)
    return Grid(width, left - (3 if wide else 1), left, step, left + len(COLUMNS) * step + (2 if wide else 0))


def heads(canvas: Canvas, y: int, grid: Grid, sight: Sight, chosen: Kind, words: Words) -> None:
    """The columns' names; the one that the last rows speak of is bold."""
    canvas.put(1, y, shorten(words(f"explore.by-{sight.by.value}"), grid.number - 8), MUTE)
    canvas.right(grid.number, y, words("explore.head.processes"), MUTE)
    for column, kind in enumerate(COLUMNS):
        name = SHORT_HEADS.get(kind, kind.value) if grid.step <= len(kind.value) else kind.value
        canvas.put(grid.x(column) - 1, y, name, BOLD if kind is chosen else MUTE)
    canvas.put(grid.held, y, shorten(words("explore.head.kept"), canvas.width - grid.held), MUTE)


def height_of(shown: int, all_: int, room: int) -> int:
    """Rows that the table takes of those there are: twice as many where its rows may stand apart."""
    return min(2 * shown if 2 * shown <= room and shown == all_ else shown, room)


def table(canvas: Canvas, sight: Sight, shown: list[int], selected: str, words: Words) -> Hits:
    """Write the rows at `shown`, places in `sight.rows`, as far as they fit, the selected one among them."""
    grid = grid_for(canvas.width)
    spread = 2 if 2 * len(shown) <= canvas.height and len(shown) == len(sight.rows) else 1
    count = max(canvas.height // spread, 1)
    at = next((at for at, place in enumerate(shown) if sight.rows[place].key == selected), 0)
    first = min(max(at - count // 2, 0), max(len(shown) - count, 0))
    hits: Hits = {}
    for y, place in enumerate(shown[first : first + count]):
        row = sight.rows[place]
        if row.key == selected:
            canvas.fill(0, y * spread, canvas.width, 1, Role.PANEL)
            canvas.put(0, y * spread, THICK_EDGE, TEXT)
        _row(canvas, y * spread, grid, sight, place, words)
        if spread == 2:
            _between(canvas, y * spread + 1, grid, sight, place)
        hits[y * spread] = row.key
    if first:
        canvas.put(canvas.width - 1, 0, "▴", MUTE)
    if first + count < len(shown):
        canvas.put(canvas.width - 1, canvas.height - 1, "▾", MUTE)
    return hits


def _row(canvas: Canvas, y: int, grid: Grid, sight: Sight, place: int, words: Words) -> None:
    row = sight.rows[place]
    x = _branch(canvas, y, row)
    end = grid.number - len(str(max(row.processes for row in sight.rows))) - 1
    name, about = name_of(row, words)
    x = canvas.put(x, y, shorten(name, end - x), BOLD if row.leader else MUTE) + 1
    if x + min(cell_len(about), LEAST_ABOUT) <= end:
        canvas.put(x, y, shorten(about, end - x), MUTE)
    canvas.right(grid.number, y, str(row.processes), TEXT if row.processes else BOLD)
    for column in range(len(COLUMNS)):
        _cell(canvas, y, grid.x(column), sight, place, column)
    held = shorten(kept_of(row, words), canvas.width - grid.held - 1)
    canvas.put(grid.held, y, held, MUTE if row.leader else BOLD)


def _branch(canvas: Canvas, y: int, row: Row) -> int:
    """The tree's lines; the x at which the name begins."""
    x = 1
    *above, last = row.last_of[1:] or (None,)
    for was_last in above:
        canvas.put(x, y, "" if was_last else "│", LINE)
        x += INDENT
    if last is None:
        return x + 1
    return canvas.put(x, y, "└─ " if last else "├─ ", LINE)


def _cell(canvas: Canvas, y: int, x: int, sight: Sight, place: int, column: int) -> None:
    cell = sight.rows[place].cells[column]
    letter = cell.letter or "?"
    left = x - (1 if len(letter) < 3 else 2)
    if cell.bond is Bond.BEGINS:
        canvas.letter(left, y, letter)
    elif cell.bond is Bond.JOINED:
        joined_tag(canvas, left, y, letter)
    elif cell.bond is Bond.INHERITED:
        canvas.put(x, y, "│", lettered(letter))
    elif passing := sight.lines[place][column]:
        canvas.put(x, y, "│", lettered(passing))


def joined_tag(canvas: Canvas, x: int, y: int, letter: str) -> int:
    """The tag of a namespace that began in another row: tinted, not solid; without colour the bare letter. The next free x."""
    ground = None if canvas.plain else tint(hue(letter))
    return canvas.put(x, y, f" {letter} ", Face(hue(letter), ground, bold=True))


def _between(canvas: Canvas, y: int, grid: Grid, sight: Sight, place: int) -> None:
    """The blank row below one: lines go on through it, the tree's too."""
    row = sight.rows[place]
    below = sight.rows[place + 1] if place + 1 < len(sight.rows) else None
    for level, was_last in enumerate(row.last_of[1:]):
        if not was_last:
            canvas.put(1 + level * INDENT, y, "│", LINE)
    if below is not None and below.parent == place:
        canvas.put(1 + (len(below.last_of) - 2) * INDENT, y, "│", LINE)
    for column, letter in enumerate(sight.lines[place]):
        if letter:
            canvas.put(grid.x(column), y, "│", lettered(letter))
