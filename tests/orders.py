"""Orders of the puzzle's cards. Apart from what the screen needs, which a slow guest need not import."""

from __future__ import annotations

from nslab.course.ordering import CARDS


def before(card: str, other: str) -> tuple[str, ...]:
    """The engine's own order, but for one card that is made earlier or later: right before another one."""
    order = [one for one in CARDS if one != card]
    order.insert(order.index(other), card)
    return tuple(order)
