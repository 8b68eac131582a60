"""The score: time runs right, one line a fact. Pure: a view and a cursor in, cells out.

Before a tag a fact was the host's, thin and in its colour; after it the container's, heavy; dotted is what is still to come.
"""

from __future__ import annotations

from itertools import accumulate, pairwise

from msgspec import Struct, structs
from rich.cells import cell_len

from nslab.errors import Because
from nslab.kernel.namespaces import Kind
from nslab.observe.birth_view import BirthView
from nslab.observe.letters import HOST_LETTER
from nslab.observe.scenes import Scene
from nslab.observe.score import Line, Value
from nslab.observe.views import Tag
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BOLD, MUTE, RULE, TEXT, Face, Role, hue, lettered, solid
from nslab.tui.wrap import shorten
from nslab.words import Words

TAG_CELLS = 3
FOLDED_NAME = 12  # cells
MARK = "▾"
ROOMY = 34  # rows: from here on each kind of namespace has a row, and the facts stand apart


class Axis(Struct, frozen=True):
    """Where time stands: each scene from its own edge to the next one, its calls spread over it.

    `named`: the scenes are wide enough for their names.
    """

    edges: tuple[int, ...]
    named: bool
    scenes: tuple[Scene, ...]

    @property
    def left(self) -> int:
        """Where time begins."""
        return self.edges[0]

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.edges[-1]

    def x(self, call: int) -> int:
        """The first cell of a call; one past the last is the end of the axis."""
        for scene, (start, end) in zip(self.scenes, pairwise(self.edges), strict=True):
            if scene.first <= call < scene.end:
                return start + (call - scene.first) * (end - start) // (scene.end - scene.first)
        return self.end

    def call_at(self, x: int) -> int:
        """The call drawn at a cell, or the last one before it; -1 left of time."""
        calls = self.scenes[-1].end if self.scenes else 0
        return next((call for call in reversed(range(calls)) if self.x(call) <= x), -1)

    def scene(self, call: int) -> int:
        """Which scene a call is in."""
        return next((at for at, scene in enumerate(self.scenes) if scene.first <= call < scene.end), 0)


def axis(scenes: tuple[Scene, ...], names: int, width: int, words: Words) -> Axis:
    """The axis of a score `width` cells wide, right of the lines' names and the host's tags.

    Where the names of all scenes fit, each has what its own needs and an equal share of the rest; else all are equally wide.
    """
    left = names + 2 + TAG_CELLS + 1
    needed = [cell_len(words(f"scene.{scene.id}")) + 1 for scene in scenes]
    room, count = width - left, len(needed)
    named = sum(needed) <= room
    least = needed if named else [0] * count
    spare = room - sum(least)
    sizes = (size + spare * (at + 1) // count - spare * at // count for at, size in enumerate(least))
    return Axis(tuple(accumulate(sizes, initial=left)), named, scenes)


def folded(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines with namespaces that come to be together on one line: where there are fewer rows than kinds."""
    kept: list[Line] = []
    for line in lines:
        last = kept[-1] if kept else None
        if last and is_namespace(line) and is_namespace(last) and shape(line) == shape(last):
            name = f"{last.name} {line.name}"
            if cell_len(name) <= FOLDED_NAME:
                kept[-1] = structs.replace(last, name=name)
                continue
        kept.append(line)
    return tuple(kept)


def axis_of(canvas: Canvas, view: BirthView, words: Words) -> Axis:
    """Where time stands in the score of a view on this canvas."""
    names = max(cell_len(line_name(line, words)) for line in lines_of(canvas, view))
    return axis(view.scenes, names, canvas.width, words)


def lines_of(canvas: Canvas, view: BirthView) -> tuple[Line, ...]:
    """The lines that there is room for."""
    return view.lines if canvas.height >= ROOMY - 4 else folded(view.lines)


def is_namespace(line: Line) -> bool:
    """Whether a line is about a kind of namespace, or several."""
    return line.name.split()[0] in set(Kind)


def shape(line: Line) -> tuple[tuple[int, str], ...]:
    """Since when a line of namespaces has had which letter."""
    return tuple((stretch.since, str(stretch.value).partition(":")[2]) for stretch in line.stretches)


def line_name(line: Line, words: Words) -> str:
    """A kind of namespace by the kernel's word, everything else by ours."""
    return line.name if is_namespace(line) else words(f"score.line.{line.name}")


def said(value: Value, words: Words) -> str:
    """A value as a person reads it."""
    if isinstance(value, Tag):
        return value.letter
    return words(value.id) if isinstance(value, Because) else value


def score_rows(canvas: Canvas, y: int, view: BirthView, cursor: int, words: Words, mark: int | None = None) -> int:
    """Write the score from row `y`, the call `cursor` being the one at hand (-1: none yet); the row after it.

    `mark` is a moment that is marked, if one is.
    """
    score = _Score(canvas, view, cursor, words, mark)
    top = y
    y = score.heads(y)
    kinds = sum(map(is_namespace, score.lines))
    for at, line in enumerate(score.lines):
        if at == kinds and canvas.height >= ROOMY:
            y += 1
        score.line(y, line)
        y += 1
    score.panel(top, y)
    return y


class _Score:
    """Writes one view on one canvas."""

    def __init__(self, canvas: Canvas, view: BirthView, cursor: int, words: Words, mark: int | None) -> None:
        self.canvas, self.view, self.cursor, self.words = canvas, view, cursor, words
        self.mark = mark
        self.lines = lines_of(canvas, view)
        self.axis = axis_of(canvas, view, words)
        self.now = self.axis.x(cursor + 1) if cursor >= 0 else self.axis.left
        self.end = self.axis.end

    def heads(self, y: int) -> int:
        """The scenes by number and name, and the thread of calls made."""
        at_hand = self.axis.scene(self.cursor) if self.cursor >= 0 else -1
        self.canvas.right(self.axis.left - 1, y + 1, self.words("score.host"), lettered(HOST_LETTER).strong)
        for at, (scene, x) in enumerate(zip(self.view.scenes, self.axis.edges, strict=False)):
            face = BOLD if at == at_hand else TEXT if at < at_hand else MUTE
            self.canvas.put(x, y, str(at + 1), face)
            if self.axis.named:
                self.canvas.put(x, y + 1, self.words(f"scene.{scene.id}"), face)
        if not self.axis.named and at_hand >= 0:
            self._name_of(at_hand, y + 1)
        self._thread(y + 2)
        return y + 3

    def _thread(self, y: int) -> None:
        """Heavy up to the call at hand; a moment that is marked shows where its call is."""
        self.canvas.put(self.axis.left, y, "─" * (self.end - self.axis.left), RULE)
        if self.cursor >= 0:
            here = self.axis.x(self.cursor)
            self.canvas.put(self.axis.left, y, "━" * (here - self.axis.left), TEXT)
        if self.mark is not None:
            self.canvas.put(self.axis.x(max(self.mark - 1, 0)), y, MARK, BOLD)
        if self.cursor >= 0:
            self.canvas.put(self.axis.x(self.cursor), y, "◉", BOLD)

    def _name_of(self, scene: int, y: int) -> None:
        """The one name that there is room for, under its number or as near as the edge allows."""
        name = self.words(f"scene.{self.view.scenes[scene].id}")
        x = min(self.axis.edges[scene], self.canvas.width - cell_len(name))
        self.canvas.put(x, y, name, BOLD)

    def line(self, y: int, line: Line) -> None:
        """One fact through all calls."""
        tags = is_namespace(line)
        flips = any(stretch.since == self.cursor + 1 for stretch in line.stretches) and self.cursor >= 0
        self.canvas.put(0, y, line_name(line, self.words), BOLD if flips else MUTE)
        self.canvas.put(self.now, y, "╌" * (self.end - self.now), RULE)
        ends = [stretch.since for stretch in line.stretches[1:]] + [self.view.made + 1]
        for stretch, until in zip(line.stretches, ends, strict=True):
            x = self.axis.left if stretch.since == 0 else self.axis.x(stretch.since - 1)
            end = min(self.now, self.axis.x(until - 1) if until <= self.view.made else self.now)
            if stretch.since > self.cursor + 1:
                self._to_come(x, y, said(stretch.value, self.words))
            elif tags:
                self._tagged(x, y, end, stretch.value)
            else:
                last = until > self.cursor + 1
                self._told(x, y, end, said(stretch.value, self.words), first=stretch.since == 0, last=last)

    def _tagged(self, x: int, y: int, end: int, value: Value) -> None:
        """A namespace: the host's tag stands left of time, another one's where it began."""
        letter = said(value, self.words)
        if letter == HOST_LETTER:
            self.canvas.letter(self.axis.left - TAG_CELLS - 1, y, letter)
            self.canvas.put(x, y, "─" * (end - x), lettered(letter))
            return
        start = self.canvas.letter(x, y, letter)
        self.canvas.put(start, y, "━" * (end - start), lettered(letter))

    def _told(self, x: int, y: int, end: int, text: str, *, first: bool, last: bool) -> None:
        """Any other fact: the host's value in ink, a changed one as a tag. Only the last one may stand beyond now."""
        if first:
            shown = text if last else shorten(text, end - x - 1)
            after = self.canvas.put(x, y, f"{shown} ", lettered(HOST_LETTER))
            self.canvas.put(after, y, "─" * (end - after), lettered(HOST_LETTER))
            return
        ink = hue(self.view.letter)
        shown = f" {text} " if last or cell_len(text) + 2 <= end - x else shorten(text, end - x)
        x = min(x, self.canvas.width - cell_len(shown))
        self.canvas.fill(x, y, cell_len(shown), 1, solid(ink))
        after = self.canvas.put(x, y, shown, solid(ink))
        self.canvas.put(after, y, "━" * (end - after), Face(ink))

    def _to_come(self, x: int, y: int, text: str) -> None:
        """What is known already, for it was made and scrubbed back from."""
        x = min(x, self.canvas.width - cell_len(text))
        self.canvas.fill(x, y, cell_len(text) + 1, 1, TEXT)
        self.canvas.put(x, y, text, MUTE)

    def panel(self, top: int, bottom: int) -> None:
        """The scene at hand lies on a panel, under what is written there."""
        if self.cursor < 0:
            return
        start, end = self.axis.edges[self.axis.scene(self.cursor) :][:2]
        for row in self.canvas.rows[top:bottom]:
            for at in range(start, min(end, self.canvas.width)):
                glyph, face = row[at]
                if not face.solid and face.ground is None:
                    row[at] = (glyph, face.on(Role.PANEL))
