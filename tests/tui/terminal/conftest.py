"""A screen that is fed bytes, and what it then shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nslab.tui.terminal.cells import text_of
from nslab.tui.terminal.screen import Screen
from nslab.tui.terminal.stream import Stream


class Fed:
    """A screen with its stream. `answers` is what the program would be told."""

    def __init__(self, columns: int, lines: int, history_lines: int = 50) -> None:
        self.screen = Screen(columns, lines, history_lines)
        self.stream = Stream(self.screen)
        self.answers = b""
        self.screen.reply = self._answer

    def _answer(self, data: bytes) -> None:
        self.answers += data

    def __call__(self, *pieces: str | bytes) -> Fed:
        for piece in pieces:
            self.stream.feed(piece.encode() if isinstance(piece, str) else piece)
        return self

    @property
    def text(self) -> list[str]:
        """The rows without blanks at their ends, and without empty rows at the bottom."""
        rows = ["".join(cell.text for cell in line).rstrip() for line in self.screen.rows]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    @property
    def history(self) -> list[str]:
        return [text_of(line).rstrip() for line in self.screen.history]

    @property
    def cursor(self) -> tuple[int, int]:
        return self.screen.cursor.x, self.screen.cursor.y


@pytest.fixture
def fed() -> Callable[..., Fed]:
    """Makes a screen: `fed(columns, lines)`."""
    return Fed
