"""Two moments side by side: what each tells, and only what differs in its colour. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from nslab.observe.letters import HOST_LETTER
from nslab.observe.score import Difference, Part
from nslab.tui.canvas import Canvas
from nslab.tui.faces import MUTE, TEXT, hue, lettered, tint
from nslab.tui.wrap import shorten
from nslab.words import Words

SIDE_BY_SIDE = 100  # columns: below, one above the other
GAP = 2
MARGIN = 2


def moment_rows(
    canvas: Canvas, y: int, titles: tuple[str, str], differences: Sequence[Difference], letter: str, words: Words
) -> None:
    """Write both moments from row `y` to the canvas's end; `letter` is the later one's world."""
    ordered = sorted(differences, key=lambda one: not one.differs)
    if canvas.width < SIDE_BY_SIDE:
        _stacked(canvas, y, titles, ordered, letter, words)
        return
    half = (canvas.width - GAP) // 2
    for at, (x, world) in enumerate(((0, HOST_LETTER), (half + GAP, letter))):
        block = _Block(canvas, x, y, half, canvas.height - y, world)
        block.write(titles[at], ordered, after=at == 1, words=words)


class _Block:
    """One moment: a tinted sheet with a title and a row a fact."""

    def __init__(self, canvas: Canvas, x: int, y: int, width: int, height: int, letter: str) -> None:
        self.canvas, self.x, self.y, self.width, self.height = canvas, x, y, width, height
        self.letter = letter
        canvas.fill(x, y, width, height, tint(hue(letter)))

    def write(self, title: str, differences: Sequence[Difference], *, after: bool, words: Words) -> None:
        inner = self.x + MARGIN
        self.canvas.put(inner, self.y, title, lettered(self.letter).strong)
        label = max((cell_len(words(f"score.fact.{one.name}")) for one in differences), default=0) + 2
        room = self.height - 1
        shown = differences if len(differences) <= room else differences[: room - 1]
        for row, one in enumerate(shown, self.y + 1):
            self.canvas.put(inner, row, words(f"score.fact.{one.name}"), MUTE)
            parts = one.after if after else one.before
            _parts(self.canvas, inner + label, row, self.x + self.width - 1, parts, self.letter)
        if len(shown) < len(differences):
            left = len(differences) - len(shown)
            self.canvas.put(inner, self.y + room, words("birth.more", count=left), MUTE)


def _stacked(
    canvas: Canvas,
    y: int,
    titles: tuple[str, str],
    differences: Sequence[Difference],
    letter: str,
    words: Words,
) -> None:
    """In a narrow window: for each fact the earlier moment's row above the later one's."""
    head = max(map(cell_len, titles)) + 2
    for one in differences:
        if y + 2 > canvas.height:
            return
        for title, parts, world in ((titles[0], one.before, HOST_LETTER), (titles[1], one.after, letter)):
            canvas.fill(0, y, canvas.width, 1, tint(hue(world)))
            canvas.put(1, y, title, lettered(world).strong)
            x = canvas.put(1 + head, y, words(f"score.fact.{one.name}"), MUTE) + 2
            _parts(canvas, x, y, canvas.width - 1, parts, world)
            y += 1


def _parts(canvas: Canvas, x: int, y: int, end: int, parts: Sequence[Part], letter: str) -> None:
    """Piece after piece, as many as there is room for."""
    for at, part in enumerate(parts):
        text = str(part.text)
        last = at == len(parts) - 1
        if x + cell_len(text) > end - (0 if last else 2):
            canvas.put(x, y, shorten(text, end - x) if x + 4 < end else "…", MUTE)
            return
        x = canvas.put(x, y, text, lettered(letter).strong if part.differs else TEXT) + 1
