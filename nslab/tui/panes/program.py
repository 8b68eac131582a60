"""The learner's own program: its source, the lines that made the difference lit, and what they made."""

from __future__ import annotations

import re

from msgspec import Struct

from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import BOLD, MUTE, TEXT, Face, Role, hue
from nslab.tui.wrap import shorten
from nslab.words import Words


class Made(Struct, frozen=True):
    """A namespace that a flag in the program made: `pid B`, because of CLONE_NEWPID."""

    flag: str
    kind: str
    letter: str


class ProgramView(Struct, frozen=True):
    """A source file, its first line being number 1. `about` says which process runs it."""

    name: str
    about: str
    lines: tuple[str, ...]
    lit: frozenset[int] = frozenset()
    made: tuple[Made, ...] = ()


def program_rows(canvas: Canvas, view: ProgramView, words: Words) -> None:
    """Write the part of the source that holds the lit lines; nothing is coloured but what it made."""
    canvas.heading(view.name, view.about)
    foot = len(view.made) + 1 if view.made else 0
    room = max(canvas.height - 2 - foot, 0)
    first = _first(view, room)
    for y, number in enumerate(range(first, min(first + room, len(view.lines) + 1)), 2):
        _source_line(canvas, y, number, view)
    y = 2 + min(room, len(view.lines)) + 1
    for made in view.made:
        x = canvas.tag(6, y, f"{made.kind} {made.letter}", hue(made.letter)) + 1
        canvas.put(x, y, words("pane.because-of", cause=made.flag))
        y += 1


def _first(view: ProgramView, room: int) -> int:
    """The number of the first line shown: all, if they fit; else the lit ones in the middle."""
    if len(view.lines) <= room or not view.lit:
        return 1
    middle = (min(view.lit) + max(view.lit)) // 2
    return max(1, min(middle - room // 2, len(view.lines) - room + 1))


def _source_line(canvas: Canvas, y: int, number: int, view: ProgramView) -> None:
    lit = number in view.lit
    if lit:
        canvas.fill(0, y, canvas.width, 1, Role.PANEL)
        canvas.edge(0, y, 1, TEXT)
    canvas.right(4, y, str(number), MUTE)
    face = BOLD if lit else MUTE
    x = 6
    for part in _parts(shorten(view.lines[number - 1].expandtabs(4), canvas.width - 6), view.made):
        made = next((made for made in view.made if made.flag == part), None) if lit else None
        x = canvas.put(x, y, part, Face(hue(made.letter), bold=True) if made else face)


def _parts(line: str, made: tuple[Made, ...]) -> list[str]:
    """A line split so that each flag that made something is a part of its own."""
    flags = "|".join(re.escape(each.flag) for each in made)
    return re.split(rf"\b({flags})\b", line) if flags else [line]


class Program(Drawn):
    """The pane of the learner's program."""

    def __init__(self, words: Words, view: ProgramView, *, id: str | None = None) -> None:
        super().__init__(words, id=id)
        self._view = view

    def show(self, view: ProgramView) -> None:
        """Show another source, or other lines lit."""
        self._view = view
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The pane."""
        program_rows(canvas, self._view, self.words)
