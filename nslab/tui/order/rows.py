"""The puzzle arranged: the cards, what the one under the cursor is about, what the order came to, and all tries. Pure."""

from __future__ import annotations

from typing import NamedTuple

from nslab.tui.canvas import Canvas
from nslab.tui.faces import BOLD, MUTE
from nslab.tui.order.about import does_panel, why_panel
from nslab.tui.order.cards import LEFT, Hand, OrderView, card_rows
from nslab.tui.order.outcome import outcome_panel, outcome_rows, tries_rows
from nslab.words import Words

SIDE_BY_SIDE = 100
CARD_CELLS, CARD_CELLS_WIDE = 60, 84
WIDE = 180
TRIES_CELLS = 32  # where nothing else stands beside the cards
ROOMY_ROWS = 28  # from here on the thread has a row between two cards
FEW_ROWS = 3  # below the cards: no row to spare for a blank one


class Grid(NamedTuple):
    """Where the cards are: the row of the first one, and how many rows lead to the next."""

    first: int
    pitch: int


def order_rows(canvas: Canvas, view: OrderView, hand: Hand, words: Words) -> Grid:
    """Write the board; where the cards are."""
    if hand.told:
        return _before_a_room(canvas, view, hand, words)
    return (_beside if canvas.width >= SIDE_BY_SIDE else _below)(canvas, view, hand, words)


def _beside(canvas: Canvas, view: OrderView, hand: Hand, words: Words) -> Grid:
    """The cards at the left, all about the order at the right; on demand about the card first."""
    canvas.heading(words("order.title"), words("order.source"))
    width = CARD_CELLS_WIDE if canvas.width >= WIDE else CARD_CELLS
    grid = Grid(4, 2 if canvas.height >= ROOMY_ROWS else 1)
    y, card = _cards(canvas, 2, width, grid, view, hand, words), view.order[hand.at]
    x = width + LEFT
    panels = [outcome_panel(view, canvas.width - x, words, plain=canvas.plain)]
    if hand.why:
        panels.insert(0, why_panel(card, canvas.width - x, words, made=view.made(card), plain=canvas.plain))
    else:
        canvas.blit(does_panel(card, width, words, made=view.made(card), plain=canvas.plain), 0, y + _gap(canvas, y))
    below = _stack(canvas, x, 2, *panels)
    tries_rows(canvas, x, below, canvas.width - x, view.tries, words)
    return grid


def _below(canvas: Canvas, view: OrderView, hand: Hand, words: Words) -> Grid:
    """The cards, and below them as much about the order as there is room for; on demand about the card, without the others
    if need be."""
    card = view.order[hand.at]
    tell = why_panel if hand.why else does_panel
    about = tell(card, canvas.width, words, made=view.made(card), plain=canvas.plain)
    outcome = outcome_panel(view, canvas.width, words, plain=canvas.plain)
    grid = Grid(1, 1)
    if hand.why and grid.first + len(view.order) + 1 + about.height > canvas.height:
        tries_rows(canvas, 0, _stack(canvas, 0, 0, about, outcome), canvas.width, view.tries, words)
        return Grid(canvas.height, 1)
    y = _cards(canvas, 0, canvas.width, grid, view, hand, words)
    y += _gap(canvas, y)
    if hand.why or y + about.height + 1 + outcome.height <= canvas.height:
        tries_rows(canvas, 0, _stack(canvas, 0, y, about, outcome), canvas.width, view.tries, words)
    elif view.attempt is None or view.running:
        canvas.blit(about, 0, y)
    elif y < canvas.height:
        outcome_rows(canvas, y, view.attempt, words)
    return grid


def _before_a_room(canvas: Canvas, view: OrderView, hand: Hand, words: Words) -> Grid:
    """The cards and the tries: what the order came to, or why a card stands where it stands, is told in the bar above."""
    narrow = canvas.width < SIDE_BY_SIDE
    width = canvas.width if narrow else canvas.width - LEFT - TRIES_CELLS
    grid = Grid(1 if narrow else 2, 2 if canvas.height >= ROOMY_ROWS else 1)
    _cards(canvas, 0, width, grid, view, hand, words)
    if not narrow:
        tries_rows(canvas, width + LEFT, 0, canvas.width - width - LEFT, view.tries, words)
    return grid


def _cards(canvas: Canvas, y: int, width: int, grid: Grid, view: OrderView, hand: Hand, words: Words) -> int:
    canvas.put(0, y, words("order.yours"), BOLD)
    canvas.right(width, y, words("order.kernel"), MUTE)
    return card_rows(canvas, grid.first, width, grid.pitch, view, hand, words)


def _gap(canvas: Canvas, y: int) -> int:
    return 1 if canvas.height - y > FEW_ROWS else 0


def _stack(canvas: Canvas, x: int, y: int, *panels: Canvas) -> int:
    """Lay panels one below the other, those that there is room for, but the first in any case; the row for what follows."""
    for at, panel in enumerate(panels):
        if at == 0 or y + panel.height <= canvas.height:
            canvas.blit(panel, x, y)
            y += panel.height + 1
    return y
