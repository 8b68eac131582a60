"""The open card as a bar across the screen, for a room: its tag at the left, its words, what is next at the right. Pure.

The step's own words and the stages that are over are the speaker's to tell. The answers to choose from stand below, large.
"""

from __future__ import annotations

from rich.cells import cell_len

from nslab.course.markdown import Prose
from nslab.tui import keys
from nslab.tui.canvas import Canvas
from nslab.tui.edit import Line
from nslab.tui.faces import BOLD, MUTE, REVERSE, Face, Role, solid
from nslab.tui.prose import inline
from nslab.tui.story import card as inside
from nslab.tui.story.card import Body, Hit, HitKind
from nslab.tui.story.rows import NOTHING_TYPED, StoryRows
from nslab.tui.story.view import (
    CannotRun,
    Card,
    Doing,
    Explaining,
    Loading,
    Observing,
    Predicting,
    StoryView,
    Task,
    TaskState,
)
from nslab.words import Words

MARGIN = 1
GAP = 2


def bar_rows(
    view: StoryView, width: int, height: int, words: Words, *, typed: Line = NOTHING_TYPED, plain: bool = False
) -> StoryRows:
    """Arrange the open card in `width` cells, with air round its words if `height` rows allow it; it may be taller."""
    body, x = _body(view.card, width, words, typed, plain=plain)
    spare = max(height - body.y, 0)
    above = spare // 2
    canvas = Canvas(width, plain=plain)
    tag, face = _tag(view.card, words)
    canvas.sheet(0, 0, width, body.y + spare, _ground(view.card), Face(face.ink), thick=True)
    canvas.put(MARGIN, above, tag, face)
    canvas.blit(body.canvas, x, above)
    aside = _aside(view.card)
    canvas.right(width - MARGIN, above, aside, MUTE)
    hits = tuple(Hit(hit.kind, hit.top + above, hit.bottom + above, hit.id) for hit in body.hits)
    cursor = (body.cursor[0] + x, body.cursor[1] + above) if body.cursor else None
    return StoryRows(canvas, hits, 0, canvas.height, cursor)


def bar_height(view: StoryView, width: int, words: Words, typed: Line = NOTHING_TYPED) -> int:
    """The rows that a bar's words want in `width` cells."""
    return _body(view.card, width, words, typed, plain=True)[0].y


def _body(card: Card, width: int, words: Words, typed: Line, *, plain: bool) -> tuple[Body, int]:
    """The card's words between its tag and its aside, and the x at which they begin."""
    x = MARGIN + cell_len(_tag(card, words)[0]) + GAP
    aside = cell_len(_aside(card))
    body = Body(max(width - x - MARGIN - (aside + GAP if aside else 0), 1), words, plain=plain, ground=_ground(card))
    _write(body, card, typed)
    return body, x


def _ground(card: Card) -> Role:
    return Role.BAD_TINT if isinstance(card, CannotRun) else Role.PANEL


def _tag(card: Card, words: Words) -> tuple[str, Face]:
    name, colour = inside.tag(card, words)
    return f" {name} ", REVERSE if colour is Role.TEXT else solid(colour)


def _aside(card: Card) -> str:
    """How many of the tasks are done, or the key that goes on."""
    match card:
        case Doing(tasks) if len(tasks) > 1:
            return f"▸ {tasks.index(_at_hand(card)) + 1}/{len(tasks)}"
        case Observing() | Explaining():
            return keys.shown("next")
    return ""


def _at_hand(card: Doing) -> Task:
    return next((task for task in card.tasks if task.state is TaskState.NOW), card.tasks[-1])


def _write(body: Body, card: Card, typed: Line) -> None:
    match card:
        case Predicting():
            body.para(inline(card.question), BOLD)
        case Doing():
            _doing(body, card, typed)
        case Observing():
            inside.write_seen(body, card)
            if card.held is not None:
                inside.write_held(body, card, "present.held" if card.held else "present.not-held")
            if card.reply.blocks:
                _compact(body, card.reply)
            body.hits.append(Hit(HitKind.ADVANCE, 0, body.y))
        case Explaining():
            _compact(body, card.words)
            body.hits.append(Hit(HitKind.ADVANCE, 0, body.y))
        case CannotRun() | Loading():
            inside.write(body, card, typed)


def _doing(body: Body, card: Doing, typed: Line) -> None:
    """What is wrong, if something is; the task at hand alone; its hints."""
    if card.miss:
        inside.write_miss(body, card.miss)
    elif card.tasks:
        task = _at_hand(card)
        body.para(inline(task.words), BOLD)
        if task.asks and task.state is TaskState.NOW:
            inside.write_input(body, typed)
    for hint in card.hints:
        body.para(inline(hint))
    if card.checking:
        body.para(body.words("story.checking"), MUTE)


def _compact(body: Body, prose: Prose) -> None:
    """Lesson words without blank rows: paragraphs run on, for rows are dear and lines are long."""
    for block in prose.blocks:
        inside.write_prose(body, Prose(prose.source, (block,)))
