"""The puzzle arranged: the cards, what they are about, what the order came to, and all tries. Pure."""

from __future__ import annotations

from typing import NamedTuple

from nslab.course.ordering import CALLS
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BOLD, MUTE, TEXT
from nslab.tui.order.cards import LEFT, Hand, OrderView, card_rows
from nslab.tui.order.outcome import outcome_panel, outcome_rows, tries_rows
from nslab.tui.wrap import Span, wrap
from nslab.words import Words

SIDE_BY_SIDE = 100
CARD_CELLS, CARD_CELLS_WIDE = 60, 84
WIDE = 180
TRIES_CELLS = 32  # where nothing else stands beside the cards
ROOMY_ROWS = 28  # from here on the thread has a row between two cards
ABOUT_ROWS = 3

TOPICS = {
    "tree": "overlay",
    "kernel": "proc",
    "masks": "mask",
    "umount": "drop_old",
    "names": "hostname",
    "rights": "capset",
    "program": "exec",
}
"""Under which name the time machine tells what a card's call does, where it is another one."""


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
    """The cards at the left, all about the order at the right."""
    canvas.heading(words("order.title"), words("order.source"))
    width = CARD_CELLS_WIDE if canvas.width >= WIDE else CARD_CELLS
    grid = Grid(4, 2 if canvas.height >= ROOMY_ROWS else 1)
    y = _cards(canvas, 2, width, grid, view, hand, words)
    _about(canvas, y + (1 if canvas.height - y > ABOUT_ROWS else 0), width, view, hand, words)
    x = width + LEFT
    panel = outcome_panel(view, canvas.width - x, words, plain=canvas.plain)
    canvas.blit(panel, x, 2)
    tries_rows(canvas, x, 2 + panel.height + 1, canvas.width - x, view.tries, words)
    return grid


def _below(canvas: Canvas, view: OrderView, hand: Hand, words: Words) -> Grid:
    """The cards, and below them as much about the order as there is room for; on demand that alone."""
    panel = outcome_panel(view, canvas.width, words, plain=canvas.plain)
    if hand.why:
        canvas.blit(panel, 0, 0)
        tries_rows(canvas, 0, panel.height + 1, canvas.width, view.tries, words)
        return Grid(canvas.height, 1)
    grid = Grid(1, 1)
    y = _cards(canvas, 0, canvas.width, grid, view, hand, words)
    gap = 1 if canvas.height - y > ABOUT_ROWS else 0
    if canvas.height - y >= gap + ABOUT_ROWS + panel.height:
        y = _about(canvas, y + gap, canvas.width, view, hand, words)
        canvas.blit(panel, 0, y)
        tries_rows(canvas, 0, y + panel.height + 1, canvas.width, view.tries, words)
    elif view.attempt is None or view.running:
        _about(canvas, y + gap, canvas.width, view, hand, words)
    elif y + gap < canvas.height:
        outcome_rows(canvas, y + gap, view.attempt, words)
    return grid


def _before_a_room(canvas: Canvas, view: OrderView, hand: Hand, words: Words) -> Grid:
    """The cards and the tries: what the order came to stands in the bar above."""
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


def _about(canvas: Canvas, y: int, width: int, view: OrderView, hand: Hand, words: Words) -> int:
    """What the card under the cursor does, where there is room for it; the row after it."""
    card, x = view.order[hand.at], LEFT + 2
    does = wrap((Span(words(f"birth.what.{TOPICS.get(card, card)}")),), width - x)
    for row, line in zip(range(y, min(y + ABOUT_ROWS, canvas.height)), ((Span(CALLS[card]),), *does), strict=False):
        canvas.spans(x, row, line, BOLD if row == y else TEXT)
    return y + ABOUT_ROWS
