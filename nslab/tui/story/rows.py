"""The story arranged: title and words, past stages folded to a row, the one open card, stages to come. Pure."""

from __future__ import annotations

from enum import IntEnum

from msgspec import Struct

from nslab.course.player import Stage
from nslab.tui.canvas import Canvas
from nslab.tui.edit import Line
from nslab.tui.faces import BAD, BOLD, MUTE, OK, TEXT, Face, Role, solid
from nslab.tui.story import card as inside
from nslab.tui.story.card import Body, Hit
from nslab.tui.story.view import SYMBOL, CannotRun, Past, StoryView
from nslab.tui.wrap import shorten
from nslab.words import Words

MEASURE = 72  # cells: longer lines are hard to come back from
NOTHING_TYPED = Line()
SAID = 13  # where a past stage's answer begins: after the longest stage name of either language


class Density(IntEnum):
    """How much is left out: blank rows, which only rest the eye, then words that were acted upon."""

    ROOMY = 0
    CLOSE = 1  # the stages to come stand together
    SNUG = 2  # and the card begins with its tag and ends with its words
    TIGHT = 3  # and nothing parts the two
    FOLDED = 4  # and of each task that is done one row is left


BODY_ROW = {Density.ROOMY: 3, Density.CLOSE: 3, Density.SNUG: 2, Density.TIGHT: 1, Density.FOLDED: 1}
"""The row of the card on which its body begins."""


class StoryRows(Struct, frozen=True):
    """The arranged story, as tall as its words: what can be clicked, the open card's rows, the typing cursor."""

    canvas: Canvas
    hits: tuple[Hit, ...]
    card_top: int
    card_bottom: int
    cursor: tuple[int, int] | None


def fitting_rows(
    view: StoryView,
    width: int,
    height: int,
    words: Words,
    *,
    typed: Line = NOTHING_TYPED,
    plain: bool = False,
    whole: bool = False,
) -> StoryRows:
    """Arrange a step in `width` cells with as much air as `height` rows allow; it may be taller even without any.

    `whole`: every word is wanted, whatever there is room for.
    """
    for density in Density:
        if whole and density is Density.FOLDED:
            break
        rows = story_rows(view, width, words, typed=typed, plain=plain, density=density)
        if rows.canvas.height <= height:
            break
    return rows


def story_rows(
    view: StoryView,
    width: int,
    words: Words,
    *,
    typed: Line = NOTHING_TYPED,
    plain: bool = False,
    density: Density = Density.ROOMY,
) -> StoryRows:
    """Arrange a step in `width` cells."""
    canvas = Canvas(min(width, MEASURE), plain=plain)
    _words(canvas, view, words)
    for past in view.past:
        _past(canvas, past, words)
    canvas.reach(canvas.height + (1 if view.past else 0))
    top = canvas.height
    body = _card(canvas, view, words, typed, density)
    bottom = canvas.height
    for at, stage in enumerate(view.coming):
        gap = 1 if at == 0 or density is Density.ROOMY else 0
        canvas.put(1, canvas.height + gap, f"{SYMBOL[stage]} {inside.stage_name(stage, words)}", MUTE)
    left, down = 3, top + BODY_ROW[density]
    hits = tuple(Hit(hit.kind, hit.top + down, hit.bottom + down, hit.id) for hit in body.hits)
    cursor = (body.cursor[0] + left, body.cursor[1] + down) if body.cursor else None
    return StoryRows(canvas, hits, top, bottom, cursor)


def _words(canvas: Canvas, view: StoryView, words: Words) -> None:
    """The lesson's title, and the step's words on the screen's own ground."""
    canvas.para(1, 0, canvas.width - 2, view.title, BOLD)
    if view.words.blocks:
        body = Body(canvas.width - 2, words, plain=canvas.plain, ground=None)
        inside.write_prose(body, view.words)
        canvas.blit(body.canvas, 1, canvas.height + 1)
    canvas.reach(canvas.height + 1)


def _past(canvas: Canvas, past: Past, words: Words) -> None:
    """A stage that is over: one row with what the learner said, and whether it held."""
    y = canvas.height
    canvas.put(1, y, f"{SYMBOL[past.stage]} {inside.stage_name(past.stage, words)}", TEXT)
    canvas.put(SAID, y, shorten(past.said, canvas.width - SAID - 4), MUTE)
    if past.held is not None:
        mark, face = ("✓", OK) if past.held else ("✗", BAD)
        canvas.put(canvas.width - 3, y, mark, face)
    elif past.stage is Stage.DO:
        canvas.put(canvas.width - 3, y, "✓", OK)


def _card(canvas: Canvas, view: StoryView, words: Words, typed: Line, density: Density) -> Body:
    """The open card, as tall as its words: ground, edge, tag, body."""
    ground = Role.BAD_TINT if isinstance(view.card, CannotRun) else Role.PANEL
    body = Body(canvas.width - 5, words, plain=canvas.plain, ground=ground)
    inside.write(body, view.card, typed, folded=density is Density.FOLDED)
    top, spare = canvas.height, 1 if density < Density.SNUG else 0
    name, colour = inside.tag(view.card, words)
    canvas.fill(0, top, canvas.width - 1, BODY_ROW[density] + body.y + spare, ground)
    canvas.edge(0, top, canvas.height - top, Face(colour))
    canvas.put(1, top + spare, f" {name} ", solid(colour))
    canvas.blit(body.canvas, 3, top + BODY_ROW[density])
    return body
