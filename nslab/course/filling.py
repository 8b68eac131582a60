"""A lesson's words with the machine's values in place of `{names}`."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from nslab.course.interpolation import fill
from nslab.course.markdown import Block, Code, Listing, Paragraph, Prose, Span

ValueOf = Callable[[str], str]


def filled(prose: Prose, value_of: ValueOf) -> Prose:
    """`prose` with each name replaced by what `value_of` says of it."""
    return Prose(prose.source, tuple(_block(block, value_of) for block in prose.blocks))


def _block(block: Block, value_of: ValueOf) -> Block:
    match block:
        case Paragraph(spans):
            return Paragraph(_spans(spans, value_of))
        case Code(lines):
            return Code(tuple(fill(line, value_of) for line in lines))
        case Listing(items):
            return replace(block, items=tuple(_spans(item, value_of) for item in items))


def _spans(spans: tuple[Span, ...], value_of: ValueOf) -> tuple[Span, ...]:
    return tuple(replace(span, text=fill(span.text, value_of)) for span in spans)
