"""Two moments side by side: what each tells, and only what differs in its colour. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from nslab.observe.letters import HOST_LETTER
from nslab.observe.score import Difference, Part
from nslab.tui.canvas import Canvas
from nslab.tui.faces import MUTE, TEXT, hue, lettered, tint
from nslab.tui.wrap import shorten
from nslab.words import Words

SIDE_BY_SIDE = 100  # columns: below, one above the other
A_WORD = 2  # parts: a path, and what it leads to
GAP = 2
BETWEEN = 3
MARGIN = 2


def moment_rows(
    canvas: Canvas, y: int, titles: tuple[str, str], differences: Sequence[Difference], letter: str, words: Words
) -> None:
    """Write both moments from row `y` to the canvas's end; `letter` is the later one's world.

    What differs stands first, and of that what is told in a word: a list may take all the room there is.
    """
    ordered = sorted(differences, key=_rank)
    if canvas.width < SIDE_BY_SIDE:
        _stacked(canvas, y, titles, ordered, letter, words)
        return
    half = (canvas.width - GAP) // 2
    for at, (x, world) in enumerate(((0, HOST_LETTER), (half + GAP, letter))):
        block = _Block(canvas, x, y, half, canvas.height - y, world, words)
        block.write(titles[at], ordered, after=at == 1)


def _rank(one: Difference) -> int:
    if not one.differs:
        return 2
    return 1 if max(len(one.before), len(one.after)) > A_WORD else 0


def in_rows(parts: Sequence[Part], width: int) -> tuple[tuple[Part, ...], ...]:
    """The parts in rows of at most `width` cells, none of them broken: a longer one has a row to itself."""
    rows: list[list[Part]] = [[]]
    room = width
    for part in parts:
        size = cell_len(str(part.text))
        if size > room and rows[-1]:
            rows.append([])
            room = width
        rows[-1].append(part)
        room -= size + 1
    return tuple(map(tuple, rows))


def allotted(needed: Iterable[tuple[int, bool]], room: int) -> tuple[int, ...]:
    """How many of `room` rows each fact gets, by how many it needs and whether it differs: one, and what is left over
    goes to those that differ, the first first. Facts without a row are not told of."""
    facts = tuple(needed)
    spare = max(room - len(facts), 0)
    rows = []
    for need, differs in facts[:room]:
        more = min(need - 1, spare) if differs else 0
        rows.append(1 + more)
        spare -= more
    return tuple(rows)


class _Block:
    """One moment: a tinted sheet with a title, and a row or more for each fact."""

    def __init__(self, canvas: Canvas, x: int, y: int, width: int, height: int, letter: str, words: Words) -> None:
        self.canvas, self.x, self.y, self.width, self.height = canvas, x, y, width, height
        self.letter, self.words = letter, words
        canvas.sheet(x, y, width, height, tint(hue(letter)), lettered(letter), thick=True)

    def write(self, title: str, differences: Sequence[Difference], *, after: bool) -> None:
        """Rows are given by what both moments need, so that one fact stands at one height in both."""
        inner = self.x + MARGIN
        self.canvas.put(inner, self.y, title, lettered(self.letter).strong)
        label = max((cell_len(self._name(one)) for one in differences), default=0) + 2
        width = self.width - MARGIN - label - 1
        room = self.height - 1
        hidden = max(len(differences) - room, 0)
        room -= 1 if hidden else 0
        needed = (
            (max(len(in_rows(parts, width)) for parts in (one.before, one.after)), one.differs) for one in differences
        )
        y = self.y + 1
        for one, rows in zip(differences, allotted(needed, room), strict=False):
            self.canvas.put(inner, y, self._name(one), MUTE)
            self._told(inner + label, y, width, in_rows(one.after if after else one.before, width), rows)
            y += rows
        if hidden:
            self.canvas.put(inner, y, self.words("birth.more", count=hidden + 1), MUTE)

    def _name(self, one: Difference) -> str:
        return self.words(f"score.fact.{one.name}")

    def _told(self, x: int, y: int, width: int, told: Sequence[Sequence[Part]], rows: int) -> None:
        """As many rows as there is room for; the last one takes up what is left, and breaks off where it must."""
        for at in range(min(rows, len(told))):
            parts = told[at] if at + 1 < rows else [part for row in told[at:] for part in row]
            _parts(self.canvas, x, y + at, x + width, parts, self.letter)


def _stacked(
    canvas: Canvas,
    y: int,
    titles: tuple[str, str],
    differences: Sequence[Difference],
    letter: str,
    words: Words,
) -> None:
    """In a narrow window: the earlier moment's row above the later one's, with as many facts as fit, each at one place in both."""
    left = 1 + max(map(cell_len, titles)) + 2
    for facts in in_pairs(differences, canvas.width - left - 1, words):
        if y + 2 > canvas.height:
            return
        for at, (title, world) in enumerate(zip(titles, (HOST_LETTER, letter), strict=True)):
            canvas.fill(0, y + at, canvas.width, 1, tint(hue(world)))
            canvas.put(1, y + at, title, lettered(world).strong)
            x = left
            for one in facts:
                told = canvas.put(x, y + at, words(f"score.fact.{one.name}"), MUTE) + 1
                _parts(canvas, told, y + at, canvas.width - 1, one.after if at else one.before, world)
                x += cells_of(one, words) + BETWEEN
        y += 2


def in_pairs(differences: Sequence[Difference], width: int, words: Words) -> tuple[tuple[Difference, ...], ...]:
    """The facts that stand beside each other in a pair of rows of `width` cells; a wider one stands alone."""
    pairs: list[list[Difference]] = []
    room = 0
    for one in differences:
        size = cells_of(one, words)
        if not pairs or size > room:
            pairs.append([])
            room = width
        pairs[-1].append(one)
        room -= size + BETWEEN
    return tuple(map(tuple, pairs))


def cells_of(one: Difference, words: Words) -> int:
    """How wide a fact is: its name, and what the moment tells that tells more."""
    texts = (" ".join(str(part.text) for part in parts) for parts in (one.before, one.after))
    return cell_len(words(f"score.fact.{one.name}")) + 1 + max(map(cell_len, texts))


def _parts(canvas: Canvas, x: int, y: int, end: int, parts: Sequence[Part], letter: str) -> None:
    """Piece after piece, as many as there is room for."""
    for at, part in enumerate(parts):
        text = str(part.text)
        last = at == len(parts) - 1
        if x + cell_len(text) > end - (0 if last else 2):
            canvas.put(x, y, shorten(text, end - x) if x + 4 < end else "…", MUTE)
            return
        x = canvas.put(x, y, text, lettered(letter).strong if part.differs else TEXT) + 1
