"""The top row: where the learner is, how far through the lesson, and the other language."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len
from textual import events

from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import BOLD, MUTE, Role
from nslab.tui.wrap import shorten
from nslab.words import Words


class Where(Struct, frozen=True):
    """A place in the course. Names are already in the learner's language; without steps no progress is shown."""

    chapter: str = ""
    name: str = ""
    step: int = 0
    steps: int = 0


def header_row(canvas: Canvas, where: Where, words: Words) -> int:
    """Write the header on row 0; the x where the language switch begins."""
    canvas.fill(0, 0, canvas.width, 1, Role.PANEL)
    switch = canvas.right(canvas.width - 1, 0, words("keys.other-language"), MUTE)
    end = _progress(canvas, where, switch - 2) if where.steps else switch
    x = canvas.put(1, 0, "nslab", BOLD) + 2
    if where.chapter:
        chapter = shorten(where.chapter, end - x - cell_len(where.name) - 5)
        x = canvas.put(x, 0, f"{chapter} ▸ ", MUTE) if len(chapter) > 1 else x
    canvas.put(x, 0, shorten(where.name, end - x - 2), BOLD)
    return switch


def _progress(canvas: Canvas, where: Where, end: int) -> int:
    """Heavy is done, light is to come, and the figures; the x where it begins."""
    x = canvas.right(end, 0, f"{where.step}/{where.steps}", BOLD) - 1
    start = x - 2 * where.steps
    canvas.put(start, 0, "━" * 2 * where.step, BOLD)
    canvas.put(start + 2 * where.step, 0, "─" * 2 * (where.steps - where.step), MUTE)
    return start


class Header(Drawn):
    """The header bar. A click on the other language asks the screen for it."""

    DEFAULT_CSS = "Header { height: 1; dock: top; }"

    def __init__(self, words: Words, where: Where, *, id: str | None = None) -> None:
        super().__init__(words, id=id)
        self._where = where
        self._switch_x = 0

    def show(self, where: Where) -> None:
        """Show another place."""
        self._where = where
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The one row."""
        self._switch_x = header_row(canvas, self._where, self.words)

    async def on_click(self, event: events.Click) -> None:
        """Switch the language."""
        if event.x >= self._switch_x:
            await self.run_action("screen.language")
