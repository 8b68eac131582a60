"""The current question in a bar, where there's no room for the story: one row at 80 columns, three on a projector."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from nslab.course.markdown import Prose
from nslab.course.player import Stage
from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import BOLD, MUTE, REVERSE, Role
from nslab.tui.prose import inline
from nslab.tui.story.card import stage_name
from nslab.tui.story.view import SYMBOL
from nslab.tui.wrap import wrap
from nslab.words import Words


class Now(Struct, frozen=True):
    """What the learner is at: the stage, one line of lesson words, and how many of its tasks are done, if any."""

    stage: Stage
    words: Prose
    done: str = ""  # such as "▸ 3/3"


def nowbar_rows(canvas: Canvas, now: Now, words: Words) -> None:
    """Write the bar in the canvas's height; words that are longer than the row are cut to its first line."""
    canvas.fill(0, 0, canvas.width, canvas.height, Role.PANEL)
    tall = canvas.height > 1
    y, x = canvas.height // 2, 1 if tall else 0
    x = canvas.put(x, y, f" {SYMBOL[now.stage]} {stage_name(now.stage, words).upper()} ", REVERSE) + 1
    room = canvas.width - x - 1 - (cell_len(now.done) + 2 if now.done else 0)
    first, *rest = wrap(inline(now.words), room - 1)
    x = canvas.spans(x, y, first, BOLD)
    if rest:
        canvas.put(x, y, "…", BOLD)
    canvas.right(canvas.width - 1, y, now.done, MUTE)


class NowBar(Drawn):
    """The bar of the current question."""

    DEFAULT_CSS = "NowBar { height: 1; }"

    def __init__(self, words: Words, now: Now, *, id: str | None = None) -> None:
        super().__init__(words, id=id)
        self._now_at = now

    def show(self, now: Now) -> None:
        """Show another question."""
        self._now_at = now
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The bar in its height."""
        nowbar_rows(canvas, self._now_at, self.words)
