"""Text marked with the mouse: from one cell to another, line by line, through the screen and its history."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from msgspec import Struct

from nslab.tui.terminal.cells import Line, text_of

LineAt = Callable[[int], Line | None]
"""The line with an absolute row number; None where there is none (any more)."""

_WORD: Final = re.compile(r"[\w./~:@%+=,#?&-]+")  # a path, an option, or an address is one word


class Point(NamedTuple):
    """A cell by its absolute row, which stays the same while text scrolls, and its column."""

    row: int
    column: int


class Selection(Struct, frozen=True):
    """What lies between two points; the cell at `end` is not part of it."""

    start: Point
    end: Point

    def columns(self, row: int, width: int) -> range:
        """The columns of `row` that are selected, in a screen of `width`."""
        if not self.start.row <= row <= self.end.row:
            return range(0)
        first = self.start.column if row == self.start.row else 0
        last = self.end.column if row == self.end.row else width
        return range(first, min(last, width))


def between(anchor: Point, head: Point) -> Selection:
    """The cells from one point to another, in any order, both of them included."""
    first, last = min(anchor, head), max(anchor, head)
    return Selection(first, Point(last.row, last.column + 1))


def word_at(point: Point, line_at: LineAt) -> Selection:
    """The word at `point`, or the cell there, if it is no word's. A word ends at its row's end."""
    line = line_at(point.row) or Line()
    columns: list[int] = []  # of each character of `text`
    text = ""
    for column, cell in enumerate(line):
        text += cell.text
        columns += [column] * len(cell.text)
    columns.append(len(line))
    for word in _WORD.finditer(text):
        first, end = columns[word.start()], columns[word.end()]
        if first <= point.column < end:
            return Selection(Point(point.row, first), Point(point.row, end))
    return whole(between(point, point), line_at)


def paragraph_at(point: Point, line_at: LineAt) -> Selection:
    """The line of text at `point`, over as many rows as it is wrapped to."""
    first = last = point.row
    while (above := line_at(first - 1)) is not None and above.wrapped:
        first -= 1
    while (line := line_at(last)) is not None and line.wrapped and line_at(last + 1) is not None:
        last += 1
    return Selection(Point(first, 0), Point(last, len(line_at(last) or ())))


def whole(selection: Selection, line_at: LineAt) -> Selection:
    """`selection` with both halves of each wide character at its ends."""
    start, end = selection.start, selection.end
    first, last = line_at(start.row) or Line(), line_at(end.row) or Line()
    if 0 < start.column < len(first) and not first[start.column].text:
        start = Point(start.row, start.column - 1)
    if end.column < len(last) and not last[end.column].text:
        end = Point(end.row, end.column + 1)
    return Selection(start, end)


def selected_text(selection: Selection, line_at: LineAt) -> str:
    """The selected characters: a wrapped line is one line, and the blanks at a line's end are not text."""
    text = ""
    for row in range(selection.start.row, selection.end.row + 1):
        if (line := line_at(row)) is None:
            continue
        columns = selection.columns(row, len(line))
        piece = text_of(line[columns.start : columns.stop])
        if row == selection.end.row:
            text += piece.rstrip() if columns.stop == len(line) else piece
        else:
            text += piece if line.wrapped else piece.rstrip() + "\n"
    return text
