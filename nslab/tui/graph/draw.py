"""A band drawn: curves over their tints, limits above what they hold, labels at the curves' ends, causes where they happened."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len

from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, MUTE, TEXT, Face, Role, tint
from nslab.tui.glyphs import BRAILLE
from nslab.tui.graph.bands import Band, Curve, Fill
from nslab.tui.graph.dots import braille
from nslab.tui.graph.figures import ago
from nslab.tui.graph.said import Said, drawn, say
from nslab.tui.graph.scale import Scale, spread
from nslab.tui.wrap import lines_of, shorten
from nslab.words import Words

LINE, VERTICAL, HATCH = "━", "╎", "░"
LEAST_WORDS = 10  # cells: in fewer, words would be a column of pieces
COLUMN = 6  # what each line past two costs: words in a narrow column are hard to read
MOST_CAUSES = 4  # of one band: more words than that hide the curve
TAKEN = 1000  # what it costs to write over words; over a curve, 1 a cell


class Place(Struct, frozen=True):
    """Where a band stands: its left edge, its first row, the cells of its graph, its height; labels begin at `labels`."""

    x: int
    y: int
    width: int
    height: int
    labels: int
    begin: float
    end: float

    def scale(self, band: Band) -> Scale:
        """The graph's own rows: above them is one left for a limit that is as high as the scale."""
        return Scale(self.width, max(self.height - self._headroom(band), 1), self.begin, self.end, band.top)

    def top(self, band: Band) -> int:
        """The row of the scale's end."""
        return self.y + min(self._headroom(band), self.height - 1)

    def _headroom(self, band: Band) -> int:
        return 1 if band.limits or band.title else 0


def draw_band(canvas: Canvas, band: Band, place: Place) -> None:
    """Draw a band, without its causes, which come over all bands."""
    scale = place.scale(band)
    _shade(canvas, band, place, scale)
    below: tuple[float | None, ...] = (0.0,) * place.width
    for curve in band.curves:
        below = _fill(canvas, curve, (place.x, place.top(band)), scale, below)
    for curve in band.curves:
        _curve(canvas, curve, (place.x, place.top(band)), scale)
    limited = _limits(canvas, band, place, scale)
    _labels(canvas, band, place, scale)
    axis = limited if limited is not None else place.top(band)
    canvas.right(place.x - 1, axis, band.says, MUTE if limited is None else BAD)
    if place.height > 2 or axis < place.y + place.height - 1:
        canvas.right(place.x - 1, place.y + place.height - 1, "0", MUTE)


def _shade(canvas: Canvas, band: Band, place: Place, scale: Scale) -> None:
    """The part of each moment in which something was held up, as a height."""
    held = Scale(scale.width, scale.height, scale.begin, scale.end, 1.0)
    for column, part in enumerate(held.columns(band.shaded)):
        if part:
            row = held.row(part)
            _ground(canvas, place.x + column, place.top(band) + row, held.height - row, Role.BAD_TINT)


def _ground(canvas: Canvas, x: int, y: int, height: int, ground: Role) -> None:
    canvas.fill(x, y, 1, height, ground)
    if canvas.plain and ground is Role.BAD_TINT:
        for row in range(y, y + height):
            canvas.put(x, row, HATCH, MUTE)


def _fill(
    canvas: Canvas, curve: Curve, corner: tuple[int, int], scale: Scale, below: tuple[float | None, ...]
) -> tuple[float | None, ...]:
    """Fill between a curve and the one below it; the values that the next one lies on."""
    left, top = corner
    held = scale.columns(curve.points)
    if curve.fill is Fill.NONE:
        return held
    ground = tint(curve.face.ink) if curve.face.ink in _TINTED else Role.PANEL
    for column, (value, under) in enumerate(zip(held, below, strict=True)):
        if value is None or value <= 0:
            continue
        first, last = scale.row(value), scale.row(under or 0.0) if under else scale.height
        x, y = left + column, top
        if curve.fill is Fill.TINT:
            canvas.fill(x, y + first, 1, max(last - first, 0), ground)
        else:
            for row in range(first, last):
                canvas.put(x, y + row, HATCH, MUTE)
    return held


_TINTED = frozenset({Role.A, Role.B, Role.C, Role.D})


def _curve(canvas: Canvas, curve: Curve, corner: tuple[int, int], scale: Scale) -> None:
    left, top = corner
    if not (runs := scale.runs(curve.points)):
        return
    for y, row in enumerate(braille(scale.width, scale.height, runs), top):
        for x, glyph in enumerate(row, left):
            if dots := _dots(glyph):
                canvas.put(x, y, chr(BRAILLE | dots | _dots(canvas.rows[y][x][0])), curve.face)


def _dots(glyph: str) -> int:
    """Which dots a glyph of braille has; none where it is another."""
    return ord(glyph) - BRAILLE if glyph and BRAILLE <= ord(glyph) < BRAILLE + 256 else 0


def _limits(canvas: Canvas, band: Band, place: Place, scale: Scale) -> int | None:
    """Draw each limit just above what it holds; the row of the one that ends the scale, now."""
    ends: int | None = None
    for limit in band.limits:
        for column, value in enumerate(scale.columns(limit.points)):
            if value is not None and value <= band.top:
                canvas.put(place.x + column, place.top(band) + scale.row(value) - 1, LINE, limit.face)
        if limit.now == band.top:
            ends = place.top(band) - 1
    return ends


def _labels(canvas: Canvas, band: Band, place: Place, scale: Scale) -> None:
    """Names and figures at the right. A limit's stands beside its line; the curves' share what is left, near their ends."""
    free = list(range(place.height))
    if band.title:
        _label(canvas, place.labels, place.y + free.pop(0), band.title, "", BOLD)
    for limit in band.limits:
        if limit.now is None:
            continue
        row = scale.row(limit.now) if limit.now <= band.top else 0
        if row in free:
            free.remove(row)
            label = limit.label if limit.now <= band.top else f"{limit.label} ▴"
            _label(canvas, place.labels, place.y + row, label, limit.figure, limit.face)
    shown = [curve for curve in reversed(band.curves) if curve.points and curve.points[-1].value is not None]
    above = place.top(band) - place.y
    wanted = [bisect_left(free, above + scale.row(curve.points[-1].value or 0.0)) for curve in shown]
    for at, curve in zip(spread(wanted, len(free)), shown, strict=True):
        if at is not None:
            _label(canvas, place.labels, place.y + free[at], curve.label, curve.figure, curve.face)


def _label(canvas: Canvas, x: int, y: int, label: str, figure: str, face: Face) -> None:
    room = canvas.width - x
    if cell_len(label) + 1 + cell_len(figure) > room:
        label = shorten(label, room - 1 - cell_len(figure))
    canvas.put(x, y, label, face)
    canvas.right(canvas.width, y, figure, face)


def draw_causes(canvas: Canvas, bands: Sequence[tuple[Band, Place]], words: Words) -> tuple[tuple[int, str, Face], ...]:
    """Write the causes of all bands, the gravest first; what the time axis says below them: column, words, face."""
    taken: set[tuple[int, int]] = set()
    below = []
    for band, place in bands:
        for cause in drawn(band.causes)[:MOST_CAUSES]:
            if cause.at < place.begin:
                continue
            said, x = say(cause, band.causes, words), place.x + place.scale(band).column(cause.at)
            below.append((x, ago(place.end - cause.at), said.face))
            _write(canvas, band, place, x, said, taken)
    for (x, _, face), (first, last) in zip(below, [_reach(bands)] * len(below), strict=True):
        _vertical(canvas, x, first, last, face)
    return tuple(below)


def _reach(bands: Sequence[tuple[Band, Place]]) -> tuple[int, int]:
    return bands[0][1].y, bands[-1][1].y + bands[-1][1].height


def _vertical(canvas: Canvas, x: int, first: int, last: int, face: Face) -> None:
    """Through all bands, behind everything that is there."""
    for y in range(first, last):
        if canvas.rows[y][x][0] == " ":
            canvas.put(x, y, VERTICAL, BAD if face is BAD else MUTE)


def _write(canvas: Canvas, band: Band, place: Place, x: int, said: Said, taken: set[tuple[int, int]]) -> None:
    """Where the words hide least: on the right of their moment, or on the left of it; nowhere, if only over others."""
    spots = [spot for room in _rooms(place, x) for spot in _spots(place, x, _lines(said, room, place.height))]
    if not spots:
        return
    best = min(spots, key=lambda spot: _cost(canvas, spot, taken))
    if _cost(canvas, best, taken) >= TAKEN:
        return
    for y, (line, proof) in enumerate(best.lines, best.top):
        start = best.left + best.width - cell_len(line) if best.left < x else best.left
        canvas.fill(start, y, cell_len(line), 1, Face(ground=canvas.rows[y][start][1].ground))
        canvas.put(start, y, line, TEXT if proof else said.face)
        taken |= {(column, y) for column in range(start - 1, start + cell_len(line) + 1)}


class _Spot(Struct, frozen=True):
    """Where words could stand; a line that is the proof of the others is True."""

    left: int
    top: int
    width: int
    lines: tuple[tuple[str, bool], ...]


def _rooms(place: Place, x: int) -> tuple[int, ...]:
    """Cells on both sides of a moment that are enough for words."""
    return tuple(room for room in (place.x + place.width - x - 2, x - 1 - place.x) if room >= LEAST_WORDS)


def _lines(said: Said, room: int, height: int) -> tuple[tuple[str, bool], ...]:
    """The words in lines that fit; the proof where there is room for it; nothing where not all of the words fit."""
    told = lines_of(said.what, room)
    proof = [said.proof] if said.proof and cell_len(said.proof) <= room and len(told) < height else []
    return (*((line, False) for line in told), *((line, True) for line in proof)) if len(told) <= height else ()


def _spots(place: Place, x: int, lines: tuple[tuple[str, bool], ...]) -> list[_Spot]:
    if not lines:
        return []
    width = max(cell_len(line) for line, _ in lines)
    lefts = [left for left in (x + 2, x - 1 - width) if place.x <= left and left + width <= place.x + place.width]
    tops = range(place.y, place.y + place.height - len(lines) + 1)
    return [_Spot(left, top, width, lines) for top in tops for left in lefts]


def _cost(canvas: Canvas, spot: _Spot, taken: set[tuple[int, int]]) -> int:
    """How much would be hidden; of places that hide as much, the one with fewer lines, and then the highest."""
    rows = range(spot.top, spot.top + len(spot.lines))
    cells = [(x, y) for y in rows for x in range(spot.left, spot.left + spot.width)]
    hidden = sum(1 for x, y in cells if canvas.rows[y][x][0] not in " ░")
    return hidden + COLUMN * max(len(spot.lines) - 2, 0) + TAKEN * sum(1 for cell in cells if cell in taken)
