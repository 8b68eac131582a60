"""The part of Markdown that a lesson's words may use, read by markdown-it-py into blocks that a screen can draw.

Paragraphs, lists, and code blocks; in them `code`, **terms**, *stress*. Everything else (pictures, links, tables,
quotations, HTML) is a fault with its line: silence would put it on a learner's screen as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

from nslab.course.told import Told

Style = Literal["plain", "code", "term", "stress"]


class Span(Struct, frozen=True):
    """A run of text in one style. It may hold `{names}`."""

    text: str
    style: Style = "plain"


class Paragraph(Struct, frozen=True):
    """Text to be wrapped."""

    spans: tuple[Span, ...]


class Code(Struct, frozen=True):
    """Lines to be shown as they are."""

    lines: tuple[str, ...]


class Listing(Struct, frozen=True):
    """Items of a list, one paragraph each; numbered from 1 if `ordered`."""

    items: tuple[tuple[Span, ...], ...]
    ordered: bool


Block = Paragraph | Code | Listing


class Prose(Struct, frozen=True):
    """A piece of a lesson's words: as written, and as blocks. Where nothing is written, both are empty."""

    source: str = ""
    blocks: tuple[Block, ...] = ()


class Heading(Struct, frozen=True):
    """`## words`, from level 1 to 4 (or deeper, which is a fault of the lesson's outline)."""

    level: int
    text: str


class Rule(Struct, frozen=True):
    """A line `---`."""


class Placed(Struct, frozen=True):
    """A block of the file and the line, from 1, on which it begins."""

    line: int
    block: Block | Heading | Rule
    source: str  # as written: for the names in it


Fault = tuple[int, Told]

STYLES: dict[str, Style] = {"code_inline": "code", "strong_open": "term", "em_open": "stress"}
INLINE = frozenset(
    {"text", "code_inline", "strong_open", "strong_close", "em_open", "em_close", "softbreak", "text_special"}
)
HAN = re.compile(r"[\u2e80-\u2fff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
WIDE_PUNCTUATION = re.compile(r"[\u3000-\u303f\uff00-\uffef\u2018-\u201d]")

# Without "lheading", a line `---` below a line of text is a rule, never that line's underline.
_PARSER = MarkdownIt("commonmark", {"html": False}).disable(["lheading", "reference", "entity", "autolink"])


def blocks(text: str) -> tuple[list[Placed], list[Fault]]:
    """What a file of words is made of, in order, and the lines on which it says what can't be shown."""
    placed: list[Placed] = []
    faults: list[Fault] = []
    lines = text.split("\n")
    for group in _top_level(_PARSER.parse(text)):
        first, last = group[0].map or (0, 0)
        try:
            placed.append(Placed(first + 1, _block(group), "\n".join(lines[first:last])))
        except Unsupported as fault:
            faults.append((fault.line or first + 1, Told("fault.markdown", {"what": fault.what})))
    return placed, faults


class Unsupported(Exception):
    """Markdown that lessons don't use; caught in `blocks`."""

    def __init__(self, what: str, line: int | None) -> None:
        super().__init__(what)
        self.what, self.line = what, line


def _top_level(tokens: list[Token]) -> Iterator[list[Token]]:
    """Tokens grouped by the outermost block they belong to."""
    group: list[Token] = []
    depth = 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            yield group
            group = []


def _block(group: list[Token]) -> Block | Heading | Rule:
    head = group[0]
    match head.type:
        case "heading_open":
            return Heading(int(head.tag[1:]), group[1].content.strip())
        case "paragraph_open":
            return Paragraph(_spans(group[1]))
        case "code_block" | "fence":
            return Code(tuple(head.content.rstrip("\n").split("\n")))
        case "hr":
            return Rule()
        case "bullet_list_open" | "ordered_list_open":
            return _listing(group)
    raise Unsupported(head.type.removesuffix("_open"), None)


def _listing(group: list[Token]) -> Listing:
    items: list[tuple[Span, ...]] = []
    for token in group[1:-1]:
        if token.type.endswith("_list_open"):
            raise Unsupported("list in a list", _line(token))
        if token.type == "inline":
            items.append(_spans(token))
        elif token.type not in ("list_item_open", "list_item_close", "paragraph_open", "paragraph_close"):
            raise Unsupported(f"{token.type} in a list", _line(token))
    if sum(token.type == "list_item_open" for token in group) != len(items):
        raise Unsupported("more or less than one paragraph in an item", _line(group[0]))
    return Listing(tuple(items), ordered=group[0].type == "ordered_list_open")


def _line(token: Token) -> int | None:
    """The line on which a token begins, from 1."""
    return token.map[0] + 1 if token.map else None


def _spans(inline: Token) -> tuple[Span, ...]:
    """The runs of a paragraph. Line breaks become what the language on both sides of them wants."""
    runs: list[Span] = []
    style: Style = "plain"
    for token in inline.children or ():
        if token.type not in INLINE:
            raise Unsupported(token.type.removesuffix("_open"), _line(inline))
        if token.type == "softbreak":
            runs.append(Span("\n", style))
        elif token.type == "code_inline":
            runs.append(Span(token.content, "code"))
        elif token.nesting:
            style = STYLES[token.type] if token.nesting > 0 else "plain"
        elif token.content:
            runs.append(Span(token.content, style))
    return _joined(runs)


def _joined(runs: list[Span]) -> tuple[Span, ...]:
    """Neighbours of one style made one, and each line break a space or nothing."""
    text = "".join(run.text for run in runs)
    joined: list[Span] = []
    at = 0
    for run in runs:
        at += len(run.text)
        words = run.text if run.text != "\n" else _break(text[: at - 1], text[at:])
        if joined and joined[-1].style == run.style:
            joined[-1] = Span(joined[-1].text + words, run.style)
        elif words:
            joined.append(Span(words, run.style))
    return tuple(joined)


def _break(before: str, after: str) -> str:
    """A line break between two Chinese characters, or beside Chinese punctuation, is no space."""
    left, right = before[-1:], after[:1]
    if HAN.match(left) and HAN.match(right):
        return ""
    return "" if _wide(left, right) or _wide(right, left) else " "


def _wide(mark: str, other: str) -> bool:
    """Quotation marks are Chinese only beside a Chinese character: English writes the same ones."""
    return bool(WIDE_PUNCTUATION.match(mark)) and (mark >= "\u3000" or bool(HAN.match(other)))
