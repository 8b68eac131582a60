"""Lesson words, a small part of Markdown, as blocks of spans: paragraphs, items, and code that is shown as it stands.

markdown-it reads them (20 ms to import, so not before the first words are drawn); what it can say beyond this is shown
as its plain text. A line break in the source is a space, and nothing between two Chinese characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import category

from msgspec import Struct
from rich.cells import cell_len

from nslab.tui.wrap import Mark, Span

if TYPE_CHECKING:
    from markdown_it.token import Token


class Paragraph(Struct, frozen=True):
    """Running words."""

    spans: tuple[Span, ...]


class Item(Struct, frozen=True):
    """One entry of a list."""

    spans: tuple[Span, ...]


class Listing(Struct, frozen=True):
    """Lines that keep their breaks and blanks: commands, a program, its output."""

    lines: tuple[str, ...]


Block = Paragraph | Item | Listing


@lru_cache(maxsize=512)
def blocks(source: str) -> tuple[Block, ...]:
    """The blocks of a piece of lesson words."""
    return tuple(_blocks(_parser_tokens(source)))


def inline(source: str) -> tuple[Span, ...]:
    """The spans of words that stand on one line: a question, a choice, a task."""
    spans: list[Span] = []
    for block in blocks(source):
        if not isinstance(block, Listing):
            spans += [Span(" "), *block.spans] if spans else block.spans
    return tuple(spans)


def _parser_tokens(source: str) -> list[Token]:
    from markdown_it import MarkdownIt

    return (
        MarkdownIt("zero").enable(["code", "fence", "list", "newline", "backticks", "emphasis", "escape"]).parse(source)
    )


def _blocks(tokens: Iterable[Token]) -> Iterator[Block]:
    in_item = 0
    for token in tokens:
        if token.type == "list_item_open":
            in_item += 1
        elif token.type == "list_item_close":
            in_item -= 1
        elif token.type in ("code_block", "fence"):
            yield Listing(tuple(token.content.rstrip("\n").split("\n")))
        elif token.type == "inline":
            yield (Item if in_item else Paragraph)(_spans(token.children or ()))


def _spans(tokens: Iterable[Token]) -> tuple[Span, ...]:
    marks = [Mark.PLAIN]
    spans: list[Span] = []
    for token in tokens:
        if token.type == "strong_open":
            marks.append(Mark.STRONG)
        elif token.type == "em_open":
            marks.append(Mark.EMPHASIS)
        elif token.type.endswith("_close"):
            marks.pop()
        elif token.type == "code_inline":
            spans.append(Span(token.content, Mark.CODE))
        elif token.type == "softbreak":
            spans.append(Span("\n"))
        elif token.content:
            spans.append(Span(token.content, marks[-1]))
    return _without_breaks(spans)


def _without_breaks(spans: list[Span]) -> tuple[Span, ...]:
    """Line breaks of the source as what they mean in the text around them."""
    out: list[Span] = []
    for at, span in enumerate(spans):
        if span.text != "\n":
            out.append(span)
        elif at + 1 < len(spans) and not _joins(spans[at - 1].text[-1:], spans[at + 1].text[:1]):
            out.append(Span(" "))
    return tuple(out)


def _joins(before: str, after: str) -> bool:
    """Whether no blank belongs between two characters: both are Chinese, or one is Chinese punctuation."""
    wide = [cell_len(glyph) == 2 for glyph in (before, after)]
    mark = [is_wide and category(glyph).startswith("P") for is_wide, glyph in zip(wide, (before, after), strict=True)]
    return all(wide) or any(mark)
