"""A change of width: wrapped lines are joined and wrapped anew, so that narrowing a terminal and widening it again loses nothing.

Only the main screen flows. The programs that use the alternate screen paint it anew after SIGWINCH; there, lines are cut or padded.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nslab.tui.terminal.cells import BLANK, FILLER, Cell, Line, blank_line


class Place(NamedTuple):
    """A position in a list of lines: which line, and how many cells into it."""

    row: int
    column: int


def refit(history: deque[Line], rows: list[Line], cursor: Place, lines: int, columns: int) -> tuple[list[Line], Place]:
    """The rows of a screen of `lines` by `columns` showing what `rows` showed, and where the cursor is in them.

    `history` is changed in place: it gets what no longer fits above, and gives lines back where a full screen has grown.
    """
    kept = len(history)
    everything = [*history, *rows]
    was_full = _last_used(everything, kept + cursor.row) == len(everything) - 1
    everything, (top, at) = rewrap(everything, columns, (Place(kept, 0), Place(kept + cursor.row, cursor.column)))
    last = _last_used(everything, at.row)
    first = top.row
    if was_full or last - first >= lines:
        first = max(0, last - lines + 1)
    first = min(first, at.row)
    shown = everything[first : first + lines]
    shown += [blank_line(columns) for _ in range(lines - len(shown))]
    history.clear()
    history.extend(everything[:first])
    return shown, Place(at.row - first, at.column)


def _last_used(lines: Sequence[Line], cursor_row: int) -> int:
    """The number of the last line that shows something or holds the cursor."""
    for row in range(len(lines) - 1, cursor_row, -1):
        if lines[row].wrapped or any(cell is not BLANK and cell != BLANK for cell in lines[row]):
            return row
    return cursor_row


def rewrap(lines: Sequence[Line], columns: int, places: Sequence[Place]) -> tuple[list[Line], list[Place]]:
    """`lines` wrapped at `columns` (at least 1), and where `places` (in ascending order of rows) have gone."""
    flowed: list[Line] = []
    moved = list(places)
    for start, end in _paragraphs(lines):
        cells, offsets = _joined(lines[start:end])
        pieces = list(_pieces(cells, columns))
        for number, place in enumerate(places):
            if start <= place.row < end:
                found = _locate(pieces, offsets[place.row - start] + place.column, columns)
                moved[number] = Place(len(flowed) + found.row, found.column)
        for piece in pieces:
            flowed.append(Line(piece + [BLANK] * (columns - len(piece))))
            flowed[-1].wrapped = True
        flowed[-1].wrapped = lines[end - 1].wrapped
    return flowed, moved


def crop(rows: list[Line], cursor: Place, lines: int, columns: int) -> tuple[list[Line], Place]:
    """The rows of an alternate screen of `lines` by `columns`: what is below the cursor goes first, then what is on top."""
    above = max(0, cursor.row - lines + 1)
    shown = [cut(line, columns) for line in rows[above : above + lines]]
    shown += [blank_line(columns) for _ in range(lines - len(shown))]
    return shown, Place(cursor.row - above, min(cursor.column, columns - 1))


def cut(line: Line, columns: int) -> Line:
    """`line` cut or padded to `columns`, without half of a wide character at its end."""
    kept = line[:columns]
    if len(line) > columns and not line[columns].text:
        kept[-1] = BLANK
    return Line(kept + [BLANK] * (columns - len(kept)))


def _paragraphs(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """The ranges of lines that are one line of text."""
    start = 0
    for row, line in enumerate(lines):
        if not line.wrapped or row == len(lines) - 1:
            yield start, row + 1
            start = row + 1


def _joined(lines: Sequence[Line]) -> tuple[list[Cell], list[int]]:
    """The cells of a paragraph without what only filled it up, and the offset at which each of its lines begins."""
    cells: list[Cell] = []
    offsets: list[int] = []
    for line in lines:
        offsets.append(len(cells))
        cells += line[:-1] if line and line[-1] is FILLER else line
    end = len(cells)
    while end and (cells[end - 1] is BLANK or cells[end - 1] == BLANK):
        end -= 1
    return cells[:end], offsets


def _pieces(cells: list[Cell], columns: int) -> Iterator[list[Cell]]:
    """`cells` in pieces of at most `columns`; a wide character is never parted, and dropped where it can't fit at all."""
    if len(cells) <= columns:
        yield cells
        return
    start = 0
    while start < len(cells):
        end = start + columns
        if end >= len(cells) or cells[end].text:
            yield cells[start:end]
        elif columns == 1:
            yield [BLANK]
            end += 1
        else:
            end -= 1
            yield [*cells[start:end], FILLER]
        start = end


def _locate(pieces: Sequence[list[Cell]], offset: int, columns: int) -> Place:
    """Where the cell at `offset` of the paragraph is now; beyond its end, on its last line."""
    start = 0
    for row, piece in enumerate(pieces):
        length = len(piece) - (1 if piece and piece[-1] is FILLER else 0)
        if offset < start + length or row == len(pieces) - 1:
            return Place(row, min(max(0, offset - start), columns))
        start += length
    return Place(0, 0)
