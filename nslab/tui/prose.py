"""A lesson's words, as the course reads them, made ready to be wrapped; and the interface's own, whose `code` is marked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nslab.tui.wrap import Mark, Span

if TYPE_CHECKING:
    from nslab.course import markdown

MARKS = {"plain": Mark.PLAIN, "code": Mark.CODE, "term": Mark.STRONG, "stress": Mark.EMPHASIS}


def spans(runs: Iterable[markdown.Span]) -> tuple[Span, ...]:
    """The runs of a paragraph."""
    return tuple(Span(run.text, MARKS[run.style]) for run in runs)


def inline(prose: markdown.Prose) -> tuple[Span, ...]:
    """Words that stand in one paragraph whatever they are made of: a question, a choice. Enter parts a command from the next."""
    found: list[Span] = []
    before: tuple[Span, ...] = ()
    for runs in lines(prose):
        gap = " ⏎ " if is_command(before) and is_command(runs) else " "
        found += [Span(gap), *runs] if found else runs
        before = runs
    return tuple(found)


def is_command(words: tuple[Span, ...]) -> bool:
    """Whether these are code and nothing else."""
    return bool(words) and all(span.mark is Mark.CODE for span in words)


def lines(prose: markdown.Prose) -> list[tuple[Span, ...]]:
    """Words whose paragraphs and commands begin a row each: a task, a hint. At least one, if an empty one."""
    return [runs for block in prose.blocks for runs in _paragraphs(block)] or [()]


def told(text: str) -> tuple[Span, ...]:
    """A sentence of the interface, in which only `code` is marked."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # a backtick without its other: no mark
        return (Span(text),)
    return tuple(Span(part, Mark.CODE if at % 2 else Mark.PLAIN) for at, part in enumerate(parts) if part)


def _paragraphs(block: markdown.Block) -> list[tuple[Span, ...]]:
    from nslab.course.markdown import Code, Paragraph

    match block:
        case Paragraph(runs):
            return [spans(runs)]
        case Code(lines):
            return [(Span(line, Mark.CODE),) for line in lines]
        case _:
            return [spans(item) for item in block.items]
