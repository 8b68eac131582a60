"""Tries at the ordering puzzle, without a lab."""

from __future__ import annotations

import errno

from nslab.course.ordering import CARDS, Attempt, Played
from nslab.engine.steps import Done, Step
from nslab.tui.order.cards import OrderView

PROC = Step("proc", "init", "mount", ("proc", "/run/nslab/box/root/proc", "proc", 14, None))


def agreed(card: str) -> Played:
    return Played(card, "agreed", 3, 40.0)


def right() -> Attempt:
    return Attempt(CARDS, tuple(map(agreed, CARDS)), ())


def silent() -> Attempt:
    return Attempt(CARDS, tuple(map(agreed, CARDS)), ("leak", "masks"))


def broken_at(card: str) -> Attempt:
    at = CARDS.index(card)
    broke = Played(card, "refused", 3, 41.0, PROC, Done("proc", errno.ENOENT, 41.0, 0, -1))
    rest = tuple(Played(one, "not-tried", 1, 0.0) for one in CARDS[at + 1 :])
    return Attempt(CARDS, (*map(agreed, CARDS[:at]), broke, *rest), ("root",))


def early() -> Attempt:
    """execve in the middle."""
    order = (*CARDS[:8], "program", *CARDS[8:-1])
    played = (*map(agreed, order[:9]), *(Played(one, "never-run", 1, 0.0) for one in order[9:]))
    return Attempt(order, played, ("hostname", "rights", "nnp", "filter"))


def view(*tries: Attempt, order: tuple[str, ...] = CARDS) -> OrderView:
    """The learner's order, beside it what the last of the tries came to."""
    return OrderView(order, tries[-1] if tries else None, tries)
