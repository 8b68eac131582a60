"""A widget drawn cell by cell: arranged once a change, painted by row, and only rows that changed are painted again."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from rich.segment import Segment
from textual.app import RenderResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from nslab.tui.canvas import Canvas, Cell
from nslab.tui.faces import MUTE, TEXT
from nslab.tui.glyphs import CONSOLE
from nslab.tui.theme import INK, PALETTES, style
from nslab.words import Words


def strip(row: list[Cell], theme: str) -> Strip:
    """One row of cells as Textual paints it."""
    segments: list[Segment] = []
    text, face = "", None
    if PALETTES[theme].console:
        row = [(glyph.translate(CONSOLE), cell_face) for glyph, cell_face in row]
    for glyph, cell_face in row:
        if cell_face is not face and cell_face != face:
            if face is not None:
                segments.append(Segment(text, style(face, theme)))
            text, face = "", cell_face
        text += glyph
    if face is not None:
        segments.append(Segment(text, style(face, theme)))
    return Strip(segments, len(row))


@runtime_checkable
class Presented(Protocol):
    """A screen that may be shown to a room."""

    presenting: bool


class Drawn(Widget):
    """Subclasses arrange in `draw`; `redraw` says that what they show has changed."""

    def __init__(self, words: Words, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.words = words
        self.lost: list[str] = []  # words that found no room when last arranged: see Canvas
        self._rows: list[list[Cell]] = []
        self._drawn_for: tuple[int, int, str, bool] | None = None
        self._dimmed = False

    def draw(self, canvas: Canvas) -> None:
        """Arrange on a canvas of the widget's size."""
        raise NotImplementedError

    def speak(self, words: Words) -> None:
        """Go on in another language."""
        self.words = words
        self.redraw()

    def dim(self, dimmed: bool) -> None:
        """Give up every colour and ground, as last seen, or take them back."""
        if dimmed is not self._dimmed:
            self._dimmed = dimmed
            self.redraw()

    def redraw(self) -> None:
        """Arrange anew, and paint the rows that came out different."""
        if not self.is_mounted or not self.size:
            self._drawn_for = None  # should it come back at its old size, it must not show what it did then
            if self.is_mounted:
                self.refresh()  # nor may Textual, which keeps the lines of a widget that has no place for a while
            return
        old = self._rows if self._drawn_for == self._now() else []
        self._arrange()
        for y, row in enumerate(self._rows):
            if y >= len(old) or old[y] != row:
                self.refresh(Region(0, y, self.size.width, 1))

    def render(self) -> RenderResult:
        """Nothing: `render_line` paints."""
        return ""

    def render_line(self, y: int) -> Strip:
        """A row's strip; arranges first if the size or the theme is another than before."""
        if self._drawn_for != self._now():
            self._arrange()
        if y >= len(self._rows):
            return Strip.blank(self.size.width, style(TEXT, self.theme_name))
        return strip(self._rows[y], self.theme_name)

    @property
    def theme_name(self) -> str:
        """The theme on show; ink where the application was given one that is not ours."""
        return self.app.theme if self.app.theme in PALETTES else INK

    @property
    def afar(self) -> bool:
        """Whether the screen is shown to a room, whose back row must read it."""
        return isinstance(self.screen, Presented) and self.screen.presenting

    def _now(self) -> tuple[int, int, str, bool]:
        return (*self.size, self.theme_name, self.afar)

    def _arrange(self) -> None:
        width, height, theme, afar = self._drawn_for = self._now()
        canvas = Canvas(width, height, plain=PALETTES[theme].plain, afar=afar)
        self.draw(canvas)
        self.lost = canvas.lost
        self._rows = [[(glyph, MUTE) for glyph, _ in row] for row in canvas.rows] if self._dimmed else canvas.rows
