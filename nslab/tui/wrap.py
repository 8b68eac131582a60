"""Breaking text into lines by terminal cells: Chinese anywhere but before closing marks, Latin words never.

A text is a sequence of spans, so that `code` and **bold** live through the break. Widths are in cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct
from rich.cells import cell_len, split_graphemes

# 避头尾: what may not begin a line, and what may not end one.
CLOSING = frozenset("，。、；：？！）」』》】”’…·%％")
OPENING = frozenset("（「『《【“‘")

JOINTS = frozenset("/._-=,:")  # where a word too long for any line may be cut


class Mark(StrEnum):
    """How a span of prose is meant."""

    PLAIN = "plain"
    STRONG = "strong"  # a term where it is introduced
    EMPHASIS = "emphasis"
    CODE = "code"  # what is typed, and what programs print


class Span(Struct, frozen=True):
    """A run of text of one mark."""

    text: str
    mark: Mark = Mark.PLAIN


Line = tuple[Span, ...]
Glyph = tuple[str, Mark]


def wrap(spans: Sequence[Span], width: int) -> tuple[Line, ...]:
    """Break spans into lines of at most `width` cells; a word longer than a line is cut, since it fits nowhere."""
    lines: list[list[Glyph]] = []
    line: list[Glyph] = []
    room = width
    for piece in _fitting(_pieces(spans), width):
        size = _size(piece)
        if size > room and line:
            lines.append(line)
            line, room = [], width
        if _is_space(piece) and lines and not line:
            continue
        line += piece
        room -= size
    lines.append(line)
    return tuple(_joined(_trimmed(line)) for line in lines)


def lines_of(text: str, width: int) -> list[str]:
    """A plain text in lines of at most `width` cells; none of no text."""
    return ["".join(span.text for span in line) for line in wrap((Span(text),), width)] if text else []


def shorten(text: str, width: int) -> str:
    """The text, or as much of it as fits before a `…`."""
    if cell_len(text) <= width:
        return text
    kept, used = "", 0
    for glyph in graphemes(text):
        used += cell_len(glyph)
        if used > width - 1:
            break
        kept += glyph
    return kept + "…" if width > 0 else ""


def call_lines(call: str, width: int, most: int) -> tuple[str, ...]:
    """A system call in at most `most` rows, each but the last ending behind an argument or a flag; the last may be too long."""
    rows: list[str] = []
    while len(rows) + 1 < most and cell_len(call) > width:
        at = max(call.rfind(joint, 0, width) for joint in ("|", ",")) + 1
        if at == 0:
            break
        rows.append(call[:at])
        call = call[at:].lstrip()
    return (*rows, call)


def graphemes(text: str) -> Iterator[str]:
    """What a reader calls characters: a letter with the accents that take no cell of their own."""
    if text.isascii():
        return iter(text)
    return (text[start:end] for start, end, _ in split_graphemes(text)[0])


def _pieces(spans: Iterable[Span]) -> Iterator[list[Glyph]]:
    """What must stay together: a word, a Chinese character with its punctuation, or one space."""
    piece: list[Glyph] = []
    for glyph in ((text, span.mark) for span in spans for text in graphemes(span.text)):
        if piece and _may_break(piece[-1][0], glyph[0]):
            yield piece
            piece = []
        piece.append(glyph)
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if " " in (before, after):
        return True
    if after in CLOSING or before in OPENING:
        return False
    return cell_len(before) == 2 or cell_len(after) == 2 or (after in OPENING and before in CLOSING)


def _fitting(pieces: Iterable[list[Glyph]], width: int) -> Iterator[list[Glyph]]:
    """The same pieces, those wider than a line cut into parts that fit: after a joint such as / where there is one."""
    for piece in pieces:
        rest = piece
        while _size(rest) > width and len(rest) > 1:
            most = next(at for at in range(len(rest), 0, -1) if at == 1 or _size(rest[:at]) <= width)
            joint = next((at for at in range(most, most // 2, -1) if rest[at - 1][0] in JOINTS), most)
            yield rest[:joint]
            rest = rest[joint:]
        yield rest


def _size(glyphs: Iterable[Glyph]) -> int:
    return sum(cell_len(text) for text, _ in glyphs)


def _is_space(piece: list[Glyph]) -> bool:
    return piece[0][0] == " "


def _trimmed(line: list[Glyph]) -> list[Glyph]:
    while line and line[-1][0] == " ":
        line.pop()
    return line


def _joined(line: list[Glyph]) -> Line:
    """Neighbours of one mark become one span."""
    spans: list[Span] = []
    for text, mark in line:
        if spans and spans[-1].mark == mark:
            spans[-1] = Span(spans[-1].text + text, mark)
        else:
            spans.append(Span(text, mark))
    return tuple(spans)
