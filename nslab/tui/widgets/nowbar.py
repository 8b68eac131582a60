"""The current question in a bar, where there's no room for the story: one row, or two where the words need them."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from nslab.course.player import Stage
from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import BOLD, MUTE, REVERSE, Face, Role, solid
from nslab.tui.story.card import stage_name
from nslab.tui.story.view import SYMBOL
from nslab.tui.wrap import Line, Span, wrap
from nslab.words import Words

MOST_ROWS = 2
MARGIN = 1
GAP = 2


class Now(Struct, frozen=True):
    """What the learner is at: the stage, its words, and at the right end how many tasks are done, or the key to go on."""

    stage: Stage
    words: tuple[Span, ...]
    aside: str = ""  # such as "▸ 3/3"
    passed: bool = False


def tag(now: Now, words: Words) -> tuple[str, Face]:
    """The reversed words at the left end: the stage, or that it is passed."""
    if now.passed:
        return f" ✓ {words('story.passed').upper()} ", solid(Role.OK)
    return f" {SYMBOL[now.stage]} {stage_name(now.stage, words).upper()} ", REVERSE


def lines(now: Now, width: int, words: Words) -> tuple[Line, ...]:
    """The question in as many lines as it needs beside the tag."""
    taken = cell_len(tag(now, words)[0]) + 1 + MARGIN + (cell_len(now.aside) + GAP if now.aside else 0)
    return wrap(now.words, width - taken - 1)  # one is kept for a …


def nowbar_height(now: Now, width: int, words: Words) -> int:
    """Rows the bar takes in `width` cells: a second one where the question needs it."""
    return min(len(lines(now, width, words)), MOST_ROWS)


def nowbar_rows(canvas: Canvas, now: Now, words: Words) -> None:
    """Write the bar in the canvas's height; of words that are longer, the first lines."""
    canvas.fill(0, 0, canvas.width, canvas.height, Role.PANEL)
    said, face = tag(now, words)
    x = end = canvas.put(0, 0, said, face) + 1
    told = lines(now, canvas.width, words)
    for y, line in enumerate(told[: canvas.height]):
        end = canvas.spans(x, y, line, BOLD)
    if len(told) > canvas.height:
        canvas.put(end, canvas.height - 1, "…", BOLD)
    canvas.right(canvas.width - MARGIN, 0, now.aside, BOLD if now.passed else MUTE)


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

    def rows(self, width: int) -> int:
        """How many rows it needs."""
        return nowbar_height(self._now_at, width, self.words)

    def draw(self, canvas: Canvas) -> None:
        """The bar in its height."""
        nowbar_rows(canvas, self._now_at, self.words)
