"""A card arranged: it reads without playing, and the learner's own numbers stand beside it (below, at 80 columns)."""

from __future__ import annotations

from collections.abc import Iterable

from nslab.course.markdown import Block, Code, Paragraph
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, MUTE, OK, RULE, TEXT
from nslab.tui.prose import inline, spans
from nslab.tui.screens.card_view import CardView, Picture, Predicted
from nslab.tui.wrap import Span
from nslab.words import Words

TWO_COLUMNS = 104  # cells: below, the pictures come after the words
TEXT_WIDTH = 58
GAP = 6


def card_rows(view: CardView, width: int, words: Words, *, plain: bool = False) -> Canvas:
    """Arrange a card in `width` cells, as tall as it is."""
    canvas = Canvas(width, plain=plain)
    _title(canvas, view)
    beside = width >= TWO_COLUMNS
    canvas.blit(_words(view, TEXT_WIDTH if beside else width, words, plain=plain), 0, 3)
    if view.pictures:
        x = TEXT_WIDTH + GAP if beside else 0
        canvas.blit(_stacked(view.pictures, width - x, plain=plain), x, 3 if beside else canvas.height + 1)
    return canvas


def _title(canvas: Canvas, view: CardView) -> None:
    x = canvas.put(0, 0, view.lesson_id, BOLD) + 2
    canvas.put(x, 0, view.title, BOLD)
    canvas.right(canvas.width, 0, view.when, MUTE)
    canvas.put(0, 1, "─" * canvas.width, RULE)


def _stacked(pictures: Iterable[Picture], width: int, *, plain: bool) -> Canvas:
    canvas = Canvas(width, plain=plain)
    for picture in pictures:
        canvas.blit(picture(width, plain=plain), 0, canvas.height + (1 if canvas.height else 0))
    return canvas


def _words(view: CardView, width: int, words: Words, *, plain: bool) -> Canvas:
    canvas = Canvas(width, plain=plain)
    _blocks(canvas, view.sentences)
    if view.predicted:
        _label(canvas, words("card.predicted"))
        for predicted in view.predicted:
            _predicted(canvas, predicted, words)
    if view.commands:
        _label(canvas, words("card.commands"))
        for command in view.commands:
            canvas.para(0, canvas.height, width, (Span(command),), BOLD)
    _blocks(canvas, view.after)
    if view.terms:
        _label(canvas, words("card.terms"))
        canvas.para(0, canvas.height, width, " · ".join(view.terms), TEXT)
    return canvas


def _label(canvas: Canvas, name: str) -> None:
    canvas.put(0, canvas.height + (1 if canvas.height else 0), name, MUTE)


def _blocks(canvas: Canvas, blocks: Iterable[Block]) -> None:
    for block in blocks:
        y = canvas.height + (1 if canvas.height else 0)
        if isinstance(block, Paragraph):
            canvas.para(0, y, canvas.width, spans(block.spans))
        elif not isinstance(block, Code):
            for item in block.items:
                canvas.put(0, y, "·", MUTE)
                y = canvas.para(2, y, canvas.width - 2, spans(item))


def _predicted(canvas: Canvas, predicted: Predicted, words: Words) -> None:
    y = canvas.height
    canvas.put(0, y, "✓" if predicted.held else "✗", OK if predicted.held else BAD)
    y = canvas.para(3, y, canvas.width - 3, inline(predicted.question))
    y = canvas.para(3, y, canvas.width - 3, inline(predicted.said), BOLD)
    if predicted.truth.blocks:
        said = (Span(words("card.truth")), *inline(predicted.truth))
        canvas.para(3, y, canvas.width - 3, said, MUTE)
