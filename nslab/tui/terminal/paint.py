"""From cells to what Textual shows: styles of pens, and strips of lines, each made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from operator import attrgetter
from typing import Final

from msgspec import Struct
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from nslab.tui.terminal.cells import Colour, Line, Pen

STYLES: Final = 4096

_PEN = attrgetter("pen")


class AnsiColours(Struct, frozen=True):
    """The sixteen colours that programs call by number: `#rrggbb`, or names of Rich's for those of the user's own terminal."""

    names: tuple[str, ...]


XTERM: Final = AnsiColours(
    (
        *("#000000", "#cd0000", "#00cd00", "#cdcd00", "#5c5cff", "#cd00cd", "#00cdcd", "#e5e5e5"),
        *("#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#8787ff", "#ff00ff", "#00ffff", "#ffffff"),
    )
)
"""xterm's own, its blue lightened so that it can be read on black."""

ON_PAPER: Final = AnsiColours(
    (
        *("#101010", "#8f0f0f", "#1b5a12", "#6b4a00", "#0a3f8a", "#6e1466", "#00525c", "#474747"),
        *("#5a5a5a", "#a31515", "#236b18", "#7a5600", "#1450b0", "#86207c", "#006672", "#101010"),
    )
)
"""The same hues, dark enough to be read on paper; what programs call white is ink there."""

_CUBE: Final = (0, 95, 135, 175, 215, 255)


class Drawn(Struct, frozen=True):
    """A line's strip, and for whom it was made."""

    painter: Painter
    width: int
    strip: Strip


class Painter:
    """Draws lines on a ground. Another theme is another painter; without `palette`, no colour is drawn at all."""

    def __init__(self, palette: AnsiColours | None, base: Style, *, reversed_screen: bool = False) -> None:
        self.palette = palette
        self.base = base
        self.reversed_screen = reversed_screen
        self._styles: dict[Pen, Style] = {}

    def style(self, pen: Pen) -> Style:
        """The style of a pen on this ground. A prompt's own style lies over what it printed."""
        style = self._styles.get(pen)
        if style is None:
            if len(self._styles) >= STYLES:
                self._styles.clear()
            style = self._styles[pen] = self.base + self._pen_style(pen)
        return style

    def _pen_style(self, pen: Pen) -> Style:
        style = Style(
            color=self._colour(pen.foreground),
            bgcolor=self._colour(pen.background),
            bold=pen.bold or None,
            dim=pen.dim or None,
            italic=pen.italic or None,
            underline=pen.underline or None,
            strike=pen.strike or None,
            reverse=(pen.reverse != self.reversed_screen) or None,
        )
        return style if pen.prompt is None else style + pen.prompt

    def _colour(self, colour: Colour) -> Color | None:
        if colour is None or self.palette is None:
            return None
        if isinstance(colour, tuple):
            return Color.from_rgb(*colour)
        if colour < len(self.palette.names):
            return Color.parse(self.palette.names[colour])
        return Color.from_rgb(*_fixed(colour))

    def strip(self, line: Line, width: int) -> Strip:
        """`line` drawn `width` columns wide."""
        drawn = line.drawn
        if isinstance(drawn, Drawn) and drawn.painter is self and drawn.width == width:
            return drawn.strip
        strip = Strip(self._segments(line), len(line)).adjust_cell_length(width, self.base)
        line.drawn = Drawn(self, width, strip)
        return strip

    def _segments(self, line: Line) -> Iterable[Segment]:
        for pen, cells in groupby(line, key=_PEN):
            text = "".join([cell.text for cell in cells])
            yield Segment(" " * Segment(text).cell_length if pen.conceal else text, self.style(pen))


def _fixed(index: int) -> tuple[int, int, int]:
    """The colour with `index` from 16 of xterm's 256: a cube of 6 by 6 by 6, then 24 greys."""
    if index >= 232:
        grey = 8 + (index - 232) * 10
        return grey, grey, grey
    red, rest = divmod(index - 16, 36)
    green, blue = divmod(rest, 6)
    return _CUBE[red], _CUBE[green], _CUBE[blue]


def reversed_at(strip: Strip, columns: range) -> Strip:
    """`strip` with `columns` drawn in reverse, and what was in reverse drawn straight: a cursor, a selection."""
    return _restyled(strip, columns, lambda style: style + Style(reverse=not style.reverse))


def underlined_at(strip: Strip, columns: range) -> Strip:
    """`strip` with `columns` underlined, and what was underlined not: a cursor of another shape."""
    return _restyled(strip, columns, lambda style: style + Style(underline=not style.underline))


def _restyled(strip: Strip, columns: range, change: Callable[[Style], Style]) -> Strip:
    start, end = max(0, columns.start), min(columns.stop, strip.cell_length)
    if start >= end:
        return strip
    before, inside, after = strip.crop(0, start), strip.crop(start, end), strip.crop(end)
    changed = [Segment(text, change(style or Style())) for text, style, _ in inside]
    return Strip.join([before, Strip(changed, end - start), after])
