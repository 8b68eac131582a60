"""What is told of the card under the cursor: what its call does, and on demand why the engine has it where it does. Pure."""

from __future__ import annotations

from nslab.course.ordering import CALLS
from nslab.tui.asked import Asked
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BOLD, MUTE, REVERSE, TEXT, Face, Role
from nslab.tui.order.cards import LEFT
from nslab.words import Words

MARGIN = 3
INDENT = LEFT + 2  # below the names on the cards

TOPICS = {
    "tree": "overlay",
    "kernel": "proc",
    "masks": "mask",
    "umount": "drop_old",
    "names": "hostname",
    "rights": "capset",
    "program": "exec",
}
"""Under which name the time machine tells what a card's call does, and why there, where it is another one."""


def does(card: str, words: Words) -> str:
    """What a card's call does."""
    return words(f"birth.what.{TOPICS.get(card, card)}")


def why(card: str, words: Words) -> str:
    """Why the engine makes a card's call where it does."""
    return words(f"birth.why.{TOPICS.get(card, card)}")


def card_asked(card: str, words: Words) -> Asked:
    """Why a card stands where it stands, for a room."""
    return Asked(CALLS[card], (words("order.asked-why", why=why(card, words)), does(card, words)))


def does_panel(card: str, width: int, words: Words, *, made: bool = True, plain: bool = False) -> Canvas:
    """A card's call and what it does, in `width` cells, as tall as its words; `made` is False where it came to nothing."""
    panel = Canvas(width, plain=plain)
    x = panel.put(INDENT, 0, CALLS[card], BOLD)
    if not made:
        panel.put(x + 2, 0, words("order.not-made"), MUTE)
    panel.para(INDENT, 1, width - INDENT, does(card, words), TEXT)
    return panel


def why_panel(card: str, width: int, words: Words, *, made: bool = True, plain: bool = False) -> Canvas:
    """The same, and why it stands where it stands."""
    panel = Canvas(width, plain=plain, ground=Role.PANEL)
    x = panel.put(1, 0, f" {CALLS[card]} ", REVERSE)
    if not made:
        panel.put(x + 1, 0, words("order.not-made"), MUTE)
    y = panel.para(MARGIN, 2, width - 2 * MARGIN, does(card, words), TEXT) + 1
    panel.put(MARGIN, y, words("order.why"), MUTE)
    y = panel.para(MARGIN, y + 1, width - 2 * MARGIN, why(card, words), TEXT)
    panel.reach(y + 1)
    panel.edge(0, 0, panel.height, Face(Role.TEXT))
    return panel
