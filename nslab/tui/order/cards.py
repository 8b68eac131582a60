"""The learner's cards, one below the other, and the thread through them: heavy as far as the kernel agreed. Pure."""

from __future__ import annotations

from msgspec import Struct

from nslab.course.ordering import CALLS, Attempt, Played
from nslab.engine.steps import Done
from nslab.kernel.syscalls import errno_name
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, LINE, MUTE, REVERSE, Face, Role
from nslab.tui.wrap import shorten
from nslab.words import Words

LEFT = 5
NAME_CELLS = 15
BROKE = ("refused", "lost", "unborn")
BEYOND = ("not-tried", "never-run")


class Hand(Struct, frozen=True):
    """The card under the cursor, whether it is taken up, and whether it is told why the engine has it where it does.

    `told`: a bar above the board tells what the order came to.
    """

    at: int = 0
    taken: bool = False
    why: bool = False
    told: bool = False


class OrderView(Struct, frozen=True):
    """The learner's order; `attempt` is what it came to, None until it was run; `tries` are all that were, in their order."""

    order: tuple[str, ...]
    attempt: Attempt | None
    tries: tuple[Attempt, ...]
    running: bool = False

    def made(self, card: str) -> bool:
        """Whether the kernel agreed to a card's calls; True also before any run."""
        played = self.attempt.played if self.attempt else ()
        return all(one.state == "agreed" for one in played if one.card == card)


def answer(one: Played | None, words: Words) -> str:
    """What the kernel said to a card."""
    if one is None:
        return ""
    if one.state == "refused" and isinstance(one.outcome, Done):
        return f"✗ {errno_name(one.outcome.errno)}"
    if one.state == "agreed" and one.calls == 1:
        return words("order.agreed")
    return f"= 0  × {one.calls}" if one.state == "agreed" else words(f"order.{one.state}")


def card_rows(canvas: Canvas, y: int, width: int, pitch: int, view: OrderView, hand: Hand, words: Words) -> int:
    """Write the cards from row `y`, one every `pitch` rows, in `width` cells; the row after the last."""
    played = {one.card: one for one in view.attempt.played} if view.attempt else {}
    for at, card in enumerate(view.order):
        top = y + at * pitch
        _card(canvas, top, width, at, card, played.get(card), hand, words)
        below = view.order[at + 1 : at + 2]
        if pitch > 1 and below:
            _thread(canvas, top + 1, played.get(below[0]))
    return y + (len(view.order) - 1) * pitch + 1


def _card(canvas: Canvas, y: int, width: int, at: int, card: str, one: Played | None, hand: Hand, words: Words) -> None:
    here, broke = at == hand.at, one is not None and one.state in BROKE
    ground = Role.BAD_TINT if broke else Role.PANEL
    canvas.fill(LEFT, y, width - LEFT, 1, REVERSE if here and hand.taken else ground)
    if here or broke:
        canvas.put(LEFT, y, "▌", Face(Role.BAD if broke else Role.TEXT))
    canvas.right(LEFT - 1, y, str(at + 1), BOLD if here else MUTE)
    reached = one is None or one.state not in BEYOND
    name = canvas.put(LEFT + 2, y, CALLS[card], BOLD if reached else MUTE)
    said = answer(one, words)
    end = canvas.right(width - 1, y, said, BAD if broke else BOLD if said.startswith("=") else MUTE)
    x = max(name + 2, LEFT + 2 + NAME_CELLS)
    canvas.put(x, y, shorten(words(f"order.card.{card}"), end - x - 2), MUTE)


def _thread(canvas: Canvas, y: int, below: Played | None) -> None:
    """From one card to the next: heavy while the kernel agrees, dashed after, none before it was run."""
    if below is not None:
        dashed = below.state in BEYOND
        canvas.put(LEFT + 3, y, "╎" if dashed else "┃", LINE if dashed else BOLD)
