"""The grid of cells and what writing, erasing, and scrolling do to it.

pyte's cells are replaced: a list of dense lines scrolls and draws some ten times faster than its dict of dicts, keeps the halves of
wide characters together, and is erased with the background only, as xterm does it.
Where terminals differ, tmux is followed, against which the tests compare.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from pyte import charsets, modes

from nslab.tui.terminal.cells import FILLER, IGNORED, NARROW, PLAIN, WIDTHS, Cell, Ink, Line, Pen, blank_line
from nslab.tui.terminal.motion import Motion
from nslab.tui.terminal.sgr import repen

INKS: Final = 1024
"""How many inks are remembered; a program that prints every colour there is must not fill the memory."""
MARKS: Final = 8
"""How many characters one cell may hold: a letter and seven combining marks."""


class Grid(Motion):
    """`lines` rows of `columns` cells, a cursor, and a history of what scrolled out at the top.

    The cursor may stand at `columns`, one past the last, where the next character wraps.
    """

    def __init__(self, columns: int, lines: int, history_lines: int) -> None:
        self.history: deque[Line] = deque(maxlen=history_lines)
        self.keeps_history = True
        self.scrolled_out = 0  # lines that ever left at the top; their number is the absolute row of the screen's first
        self.rows: list[Line] = []
        self.moved = (
            True  # rows have changed places since a painter looked; `dirty` holds the rows that changed where they are
        )
        self._inks: dict[Pen, Ink] = {}
        self.ink = self.ink_of(PLAIN)
        super().__init__(columns, lines)

    def reset(self) -> None:
        super().reset()
        self.ink = self.ink_of(PLAIN)
        self.rows = [blank_line(self.columns) for _ in range(self.lines)]
        self.moved = True
        self.last_drawn = ""  # what REP repeats: the character before it, if there was no control in between

    # -- pens

    def ink_of(self, pen: Pen) -> Ink:
        """The one ink of `pen`."""
        ink = self._inks.get(pen)
        if ink is None:
            if len(self._inks) >= INKS:
                self._inks.clear()
            ink = self._inks[pen] = Ink(pen)
        return ink

    def rendition(self, parameters: str) -> None:
        """SGR with `parameters` as they stand in the sequence."""
        ink = self.ink.after.get(parameters)
        if ink is None:
            ink = self.ink_of(repen(self.ink.pen, parameters))
            if len(self.ink.after) >= INKS:
                self.ink.after.clear()
            self.ink.after[parameters] = ink
        self.ink = ink

    # -- drawing

    def draw(self, data: str) -> None:
        """Put `data`, which holds no control character, at the cursor."""
        charset = self.g1_charset if self.charset else self.g0_charset
        if charset is not charsets.LAT1_MAP:
            data = data.translate(charset)
        if data.isascii() or NARROW.issuperset(data):
            self._draw_narrow(data)
        else:
            self._draw_any(data)
        self.last_drawn = data[-1]

    def _draw_narrow(self, data: str) -> None:
        start, end = 0, len(data)
        cursor, columns = self.cursor, self.columns
        while start < end:
            if cursor.x >= columns:
                if modes.DECAWM in self.mode:
                    self._wrap()
                else:
                    cursor.x = columns - 1
                    start = end - 1  # each character takes the last column; only the last one stays
            count = min(end - start, columns - cursor.x)
            self._put(list(map(self.ink.__getitem__, data[start : start + count])))
            start += count

    def _draw_any(self, data: str) -> None:
        cursor, columns = self.cursor, self.columns
        for char in data:
            width = WIDTHS[char]
            if width <= 0 or width > columns:
                if width == 0:
                    self._combine(char)
                continue
            if cursor.x + width > columns:
                if modes.DECAWM in self.mode:
                    if cursor.x < columns:
                        self._put([FILLER])
                    self._wrap()
                else:
                    cursor.x = columns - width
            self._put([self.ink[char]] if width == 1 else [self.ink[char], self.ink.stub])

    def _put(self, cells: list[Cell]) -> None:
        """Put `cells` in the cursor's line, which has room for them, and move the cursor behind them."""
        x, y = self.cursor.x, self.cursor.y
        line = self.rows[y]
        if modes.IRM in self.mode:
            self._open(line, x, len(cells))
        end = x + len(cells)
        self._part(line, x)
        self._part(line, end)
        line[x:end] = cells
        line.drawn = None
        self.dirty.add(y)
        self.cursor.x = end

    def _wrap(self) -> None:
        self.rows[self.cursor.y].wrapped = True
        self.cursor.x = 0
        self.index()

    def _combine(self, mark: str) -> None:
        """Add a mark to the character before the cursor, if there is one in this line."""
        line, x = self.rows[self.cursor.y], min(self.cursor.x, self.columns) - 1
        if x > 0 and not line[x].text:
            x -= 1
        if x < 0 or len(line[x].text) >= MARKS:
            return
        line[x] = Cell(line[x].text + mark, line[x].pen)
        self._touch(self.cursor.y)

    def repeat(self, count: int = 1) -> None:
        """REP: draw the last character again."""
        if self.last_drawn and WIDTHS[self.last_drawn] != IGNORED:
            self.draw(self.last_drawn * min(count or 1, self.columns * self.lines))

    # -- lines that move

    def index(self) -> None:
        """A line down; at the bottom margin, the lines between the margins go up."""
        top, bottom = self.margins or (0, self.lines - 1)
        if self.cursor.y < bottom or bottom < self.cursor.y < self.lines - 1:
            self.cursor.y += 1
        elif self.cursor.y == bottom and self.margins is None:
            self._scroll_one()
        elif self.cursor.y == bottom:
            self._scroll_up(top, bottom, 1)

    def _scroll_one(self) -> None:
        """`_scroll_up` by one line without margins: what a flood does."""
        line = self.rows.pop(0)
        self.rows.append(blank_line(self.columns, self.ink.blank))
        if self.keeps_history:
            self.history.append(line)
            self.scrolled_out += 1
        self.moved = True

    def reverse_index(self) -> None:
        """A line up; at the top margin, the lines between the margins go down."""
        top, bottom = self.margins or (0, self.lines - 1)
        if self.cursor.y == top:
            self._scroll_down(top, bottom, 1)
        elif self.cursor.y > 0:
            self.cursor.y -= 1

    def _scroll_up(self, top: int, bottom: int, count: int, *, into_history: bool = True) -> None:
        """`count` lines leave at `top`, into the history where that is the screen's top; blank ones come in at `bottom`."""
        count = min(count, bottom - top + 1)
        if top == 0 and self.keeps_history and into_history:
            self.history.extend(self.rows[:count])
            self.scrolled_out += count
        del self.rows[top : top + count]
        self.rows[bottom + 1 - count : bottom + 1 - count] = self._blank_lines(count)
        self.moved = True

    def _scroll_down(self, top: int, bottom: int, count: int) -> None:
        """`count` blank lines come in at `top`; as many leave at `bottom` for good."""
        count = min(count, bottom - top + 1)
        del self.rows[bottom + 1 - count : bottom + 1]
        self.rows[top:top] = self._blank_lines(count)
        self.moved = True

    def _blank_lines(self, count: int) -> list[Line]:
        return [blank_line(self.columns, self.ink.blank) for _ in range(count)]

    def scroll_up(self, count: int | None = None) -> None:
        """SU."""
        self._scroll_up(*(self.margins or (0, self.lines - 1)), count or 1)

    def scroll_down(self, count: int | None = None) -> None:
        """SD."""
        self._scroll_down(*(self.margins or (0, self.lines - 1)), count or 1)

    def insert_lines(self, count: int | None = None) -> None:
        """IL: blank lines come in at the cursor's, if that is between the margins."""
        top, bottom = self.margins or (0, self.lines - 1)
        if top <= self.cursor.y <= bottom:
            self._scroll_down(self.cursor.y, bottom, count or 1)
            self.cursor.x = 0

    def delete_lines(self, count: int | None = None) -> None:
        """DL: lines leave at the cursor's, if that is between the margins."""
        top, bottom = self.margins or (0, self.lines - 1)
        if top <= self.cursor.y <= bottom:
            self._scroll_up(self.cursor.y, bottom, count or 1, into_history=False)
            self.cursor.x = 0

    # -- within a line

    def insert_characters(self, count: int | None = None) -> None:
        """ICH: blanks come in at the cursor; what leaves at the right is lost."""
        if self.cursor.x < self.columns:
            self._open(self.rows[self.cursor.y], self.cursor.x, count or 1)
            self._touch(self.cursor.y, wrapped=False)

    def _open(self, line: Line, x: int, count: int) -> None:
        count = min(count, self.columns - x)
        self._part(line, x)
        self._part(line, self.columns - count)
        line[x:x] = [self.ink.blank] * count
        del line[self.columns :]

    def delete_characters(self, count: int | None = None) -> None:
        """DCH: characters leave at the cursor, those right of them follow."""
        if self.cursor.x < self.columns:
            line, x = self.rows[self.cursor.y], self.cursor.x
            count = min(count or 1, self.columns - x)
            self._part(line, x)
            self._part(line, x + count)
            del line[x : x + count]
            line += [self.ink.blank] * count
            self._touch(self.cursor.y, wrapped=False)

    def erase_characters(self, count: int | None = None) -> None:
        """ECH."""
        self._erase(self.cursor.y, self.cursor.x, self.cursor.x + (count or 1))

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        """EL: to the line's end (0), from its start (1), all of it (2)."""
        start = self.cursor.x if how == 0 else 0
        end = self.cursor.x + 1 if how == 1 else self.columns
        if how in (0, 1, 2):
            self._erase(self.cursor.y, start, end)

    def erase_in_display(self, how: int = 0, *args: object, **kwargs: object) -> None:
        """ED: below (0), above (1), the whole screen (2), the history (3)."""
        if how in (0, 1):
            self.erase_in_line(how)
        whole = {0: range(self.cursor.y + 1, self.lines), 1: range(self.cursor.y), 2: range(self.lines)}.get(
            how, range(0)
        )
        for y in whole:
            self._erase(y, 0, self.columns)
        if how == 3:
            self.history.clear()

    def _erase(self, y: int, start: int, end: int) -> None:
        end = min(end, self.columns)
        if start >= end:
            return
        line = self.rows[y]
        self._part(line, start)
        self._part(line, end)
        line[start:end] = [self.ink.blank] * (end - start)
        self._touch(y, wrapped=line.wrapped and end < self.columns)

    @staticmethod
    def _part(line: Line, x: int) -> None:
        """Before cells left of `x` are parted from those at `x`: make spaces of a wide character that lies across."""
        if 0 < x < len(line) and not line[x].text:
            line[x - 1 : x + 1] = [Cell(" ", line[x].pen)] * 2

    def _touch(self, y: int, wrapped: bool | None = None) -> None:
        line = self.rows[y]
        line.drawn = None
        if wrapped is not None:
            line.wrapped = wrapped
        self.dirty.add(y)

    def alignment_display(self) -> None:
        """DECALN: the screen full of E."""
        self.rows = [blank_line(self.columns, Cell("E", PLAIN)) for _ in range(self.lines)]
        self.moved = True

    # -- what a reader asks

    @property
    def first_row(self) -> int:
        """The absolute number of the oldest row that is still there."""
        return self.scrolled_out - len(self.visible_history)

    @property
    def end_row(self) -> int:
        """The absolute number after the last row."""
        return self.scrolled_out + self.lines

    @property
    def visible_history(self) -> Sequence[Line]:
        """The lines that can be scrolled back to."""
        return self.history if self.keeps_history else ()

    def line(self, row: int) -> Line | None:
        """The line with absolute number `row`; None where it is gone or not yet there."""
        if not self.first_row <= row < self.end_row:
            return None
        above = self.scrolled_out - row
        return self.history[-above] if above > 0 else self.rows[-above]
