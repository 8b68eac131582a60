"""Where the cursor goes: pyte's rules, mended where they fail or depart from xterm (its ctlseqs; VT510 manual, chapter 5)."""

import pyte
from pyte import modes
from pyte.screens import Margins


class Motion(pyte.Screen):
    """Cursor movement, margins, and tab stops.

    The cursor may stand at `columns`, one past the last, where the next character wraps; every movement brings it back first.
    """

    def cursor_up(self, count: int | None = None) -> None:
        """CUU: pyte would move a cursor above the margins down into them."""
        top = self.margins.top if self.margins and self.cursor.y >= self.margins.top else 0
        self.cursor.y = max(self.cursor.y - (count or 1), top)
        self.ensure_hbounds()

    def cursor_down(self, count: int | None = None) -> None:
        """CUD, and for a cursor below the margins likewise."""
        bottom = self.margins.bottom if self.margins and self.cursor.y <= self.margins.bottom else self.lines - 1
        self.cursor.y = min(self.cursor.y + (count or 1), bottom)
        self.ensure_hbounds()

    def cursor_position(self, line: int | None = None, column: int | None = None) -> None:
        """CUP, counted from 1; in origin mode (DECOM) from the top margin."""
        self.cursor_to_line(line)
        self.cursor_to_column(column)

    def cursor_to_line(self, line: int | None = None) -> None:
        """VPA. pyte asserts margins in origin mode."""
        top = self.margins.top if self.margins and modes.DECOM in self.mode else 0
        self.cursor.y = (line or 1) - 1 + top
        self.ensure_vbounds()
        self.ensure_hbounds()

    def set_margins(self, top: int | None = None, bottom: int | None = None) -> None:
        """DECSTBM, counted from 1. pyte neither homes the cursor at a reset nor takes 0 for the last line."""
        first, last = max(1, top or 1), min(bottom or self.lines, self.lines)
        if first < last:
            self.margins = None if (first, last) == (1, self.lines) else Margins(first - 1, last - 1)
            self.cursor_position()

    def tab(self) -> None:
        """HT: to the next tab stop, or the last column; a cursor that waits to wrap goes on waiting."""
        if self.cursor.x < self.columns - 1:
            self.cursor.x = min((stop for stop in self.tabstops if stop > self.cursor.x), default=self.columns - 1)

    def next_line(self) -> None:
        """NEL: pyte leaves the cursor in its column."""
        self.carriage_return()
        self.index()

    def tabs_forward(self, count: int | None = None) -> None:
        """CHT."""
        for _ in range(min(count or 1, self.columns)):
            self.tab()

    def tabs_back(self, count: int | None = None) -> None:
        """CBT: to a tab stop before, or the first column."""
        for _ in range(min(count or 1, self.columns)):
            self.cursor.x = max((stop for stop in self.tabstops if stop < self.cursor.x), default=0)
