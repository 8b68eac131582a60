"""A grid of cells that arrangement writes on: each cell a glyph and a face, nothing of Textual.

Coordinates are cells from the top left. A glyph of two cells takes its place and an empty one after it. What is written
outside the grid, or over other words, is lost, and listed in `lost`: a fault of the arrangement that the tests look for.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from nslab.tui.faces import BOLD, LINE, MUTE, RULE, TEXT, Face, Role, hue, solid
from nslab.tui.wrap import Mark, Span, graphemes, wrap

Cell = tuple[str, Face]

OBEYED = dict.fromkeys(
    (*range(0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)), "�"
)
"""Characters that a terminal takes for orders, or turns what follows round by: none is ever drawn, whoever let it through."""

# A world's left edge. Both are narrow in every terminal, unlike █ and │.
THICK_EDGE = "▌"
THIN_EDGE = "▏"


class Canvas:
    """`width` by `height` cells on one ground; without a height it grows as it is written.

    `plain`: there are no colours, so shapes carry all. `afar`: it is read from the back row, so what matters is drawn large.
    """

    def __init__(
        self,
        width: int,
        height: int | None = None,
        *,
        plain: bool = False,
        afar: bool = False,
        ground: Role | None = None,
    ) -> None:
        self.width = width
        self.plain = plain
        self.afar = afar
        self.lost: list[str] = []
        self._grows = height is None
        self._blank: Cell = (" ", Face(ground=ground))
        self.rows: list[list[Cell]] = [[self._blank] * width for _ in range(height or 0)]

    @property
    def height(self) -> int:
        """Rows there are; of a growing canvas, rows written so far."""
        return len(self.rows)

    @property
    def free_rows(self) -> int:
        """How many of the last rows nothing is on, no ground either."""
        used = (any(cell != self._blank for cell in row) for row in reversed(self.rows))
        return next((at for at, any_used in enumerate(used) if any_used), self.height)

    def reach(self, height: int) -> None:
        """Make a growing canvas at least `height` rows high."""
        while self._grows and len(self.rows) < height:
            self.rows.append([self._blank] * self.width)

    def put(self, x: int, y: int, text: str, face: Face = TEXT) -> int:
        """Write `text` from (x, y) to the right, on the ground that is there if `face` names none; the next free x."""
        self.reach(y + 1)
        for glyph in graphemes(text if text.isprintable() else text.translate(OBEYED)):
            size = cell_len(glyph)
            if 0 <= y < len(self.rows) and x >= 0 and x + size <= self.width:
                self._set(x, y, glyph, size, face)
            elif not glyph.isspace():
                self.lost.append(f"outside at {x},{y}: {glyph!r} of {text!r}")
            x += size
        return x

    def right(self, x: int, y: int, text: str, face: Face = TEXT) -> int:
        """Write `text` so that it ends before `x`; the x at which it begins."""
        start = x - cell_len(text)
        self.put(start, y, text, face)
        return start

    def mid(self, x: int, width: int, y: int, text: str, face: Face = TEXT) -> int:
        """Write `text` in the middle of `width` cells from `x`; the next free x."""
        return self.put(x + (width - cell_len(text)) // 2, y, text, face)

    def spans(self, x: int, y: int, line: Sequence[Span], face: Face = TEXT) -> int:
        """Write a line of prose with its marks; the next free x."""
        for span in line:
            x = self.put(x, y, span.text, self._marked(span.mark, face))
        return x

    def para(self, x: int, y: int, width: int, text: str | Sequence[Span], face: Face = TEXT) -> int:
        """Write a paragraph in `width` cells; the y of the row after it."""
        for line in wrap((Span(text),) if isinstance(text, str) else text, width):
            self.spans(x, y, line, face)
            y += 1
        self.reach(y)
        return y

    def fill(self, x: int, y: int, width: int, height: int, ground: Role | Face) -> None:
        """Blank a rectangle, cut to the grid, to one ground or face."""
        face = ground if isinstance(ground, Face) else Face(ground=ground)
        self.reach(y + height)
        for row in self.rows[max(y, 0) : max(y + height, 0)]:
            left = max(x, 0)
            end = max(left, min(x + width, self.width))
            _part(row, left)
            _part(row, end)
            row[left:end] = [(" ", face)] * (end - left)

    def tag(self, x: int, y: int, text: str, ink: Role) -> int:
        """A name in its colour, reversed; the host's is bracketed where there is no colour. The next free x."""
        return self.put(x, y, f"[{text}]" if self.plain and ink is Role.A else f" {text} ", solid(ink))

    def letter(self, x: int, y: int, letter: str) -> int:
        """The tag of a namespace; the next free x."""
        return self.tag(x, y, letter, hue(letter))

    def bar(self, x: int, y: int, width: int, height: int, ink: Role) -> None:
        """A solid bar; without colour the host's is a line, so that two bars still end where they end."""
        self.fill(x, y, width, height, solid(ink))
        if self.plain and ink is Role.A:
            self.put(x, y + middle_of(height), "─" * width, solid(ink))

    def quiet_bar(self, x: int, y: int, width: int, height: int, ground: Role) -> None:
        """A tinted bar: one namespace that is shared, or one fact that is not this pane's point."""
        self.fill(x, y, width, height, ground)
        if self.plain:
            self.put(x, y + middle_of(height), "─" * width, LINE)

    def sheet(
        self, x: int, y: int, width: int, height: int, ground: Role, face: Face = LINE, *, thick: bool = False
    ) -> None:
        """A tinted rectangle that stands for one thing; where grounds can't show, an edge at its left says where it is."""
        self.fill(x, y, width, height, ground)
        if self.plain:
            self.edge(x, y, height, face, thick=thick)

    def edge(self, x: int, y: int, height: int, face: Face, *, thick: bool = True) -> None:
        """A left edge, thick for what is open, focused, or entered."""
        for row in range(y, y + height):
            self.put(x, row, THICK_EDGE if thick else THIN_EDGE, face)

    def heading(self, name: str, source: str = "", *, face: Face = BOLD, y: int = 0) -> None:
        """A pane's first row: its name, a hairline, and where its facts come from, left out if there's no room."""
        x = self.put(0, y, name, face) + 1
        size = cell_len(source)
        if x + size + 3 > self.width:
            source, size = "", 0
        end = self.width - size - (1 if size else 0)
        self.put(x, y, "─" * (end - x), RULE)
        self.right(self.width, y, source, MUTE)

    def blit(self, other: Canvas, x: int, y: int, *, dimmed: bool = False) -> None:
        """Lay another canvas on this one, cut to the grid; dimmed, it loses every colour and ground."""
        self.lost += other.lost
        self.reach(y + other.height)
        for source, row in zip(other.rows, self.rows[y:], strict=False):
            cells = [(glyph, MUTE) for glyph, _ in source] if dimmed else source
            row[x : x + other.width] = cells[: max(self.width - x, 0)]

    def text(self) -> str:
        """The glyphs alone, trailing blanks cut: what a test compares."""
        return "\n".join("".join(glyph for glyph, _ in row).rstrip() for row in self.rows)

    def _marked(self, mark: Mark, face: Face) -> Face:
        """The face of a span. Code lies on the other one of ground and panel; it is bold where grounds can't show."""
        if mark is Mark.PLAIN:
            return face
        if mark is not Mark.CODE or self.plain or face.solid:
            return face.strong
        return face.on(Role.GROUND if self._blank[1].ground else Role.PANEL)

    def _set(self, x: int, y: int, glyph: str, size: int, face: Face) -> None:
        row = self.rows[y]
        old, under = row[x]
        if old.isalnum() and old != glyph:
            self.lost.append(f"written over at {x},{y}: {old!r} by {glyph!r}")
        _part(row, x)
        _part(row, x + size)
        laid = _laid(face, under)
        row[x : x + size] = [(glyph, laid), ("", laid)][:size]


def middle_of(height: int) -> int:
    """Of a bar's rows the one that has its words; of two in the middle the upper one, so that there is a row for a number below."""
    return (height - 1) // 2


def _laid(face: Face, under: Face) -> Face:
    """A face on what is there already. On a solid cell all ink is that of the tag, whatever it asked for."""
    if face.solid or face.ground is not None:
        return face
    if under.solid:
        return Face(under.ink, None, face.bold, True)
    return face.on(under.ground)


def _part(row: list[Cell], x: int) -> None:
    """Before a write that begins or ends at `x`: half of a wide glyph can't stay."""
    if 0 < x < len(row) and not row[x][0]:
        row[x - 1] = (" ", row[x - 1][1])
        row[x] = (" ", row[x][1])
