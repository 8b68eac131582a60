"""The puzzle's board: cards are taken up, moved, and put down; running them is asked for."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs
from textual import events
from textual.message import Message

from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.order.rows import Hand, OrderView, order_rows, pitch
from nslab.words import Words


class OrderBoard(Drawn, can_focus=True):
    """Shows a view, and changes its order. A run is asked for by `Run`."""

    class Run(Message):
        """This order is to be run."""

        def __init__(self, order: tuple[str, ...]) -> None:
            super().__init__()
            self.order = order

    def __init__(self, words: Words, view: OrderView) -> None:
        super().__init__(words)
        self.view = view
        self.hand = Hand()
        self._before: list[tuple[str, ...]] = []
        self._top = 0

    def show(self, view: OrderView) -> None:
        """Show what a run came to."""
        self.view = view
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The whole board."""
        self._top = order_rows(canvas, self.view, self.hand, self.words)

    def on_key(self, event: events.Key) -> None:
        """Up and down move, with a card taken up the card; space takes up and puts down, r runs, u undoes, Enter tells why."""
        acts: dict[str, Callable[[], object]] = {
            "up": lambda: self.move(-1),
            "down": lambda: self.move(1),
            "space": self.take,
            "r": self.run_order,
            "u": self.undo,
            "enter": self.toggle_why,
        }
        if event.key in acts:
            acts[event.key]()
            event.stop()
            event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a card; with a card taken up, it puts it down there."""
        at = (event.y - self._top) // pitch(self.size.height)
        if 0 <= at < len(self.view.order):
            if self.hand.taken:
                self.move(at - self.hand.at)
                self.take()
            else:
                self.hand = structs.replace(self.hand, at=at)
                self.redraw()

    def move(self, by: int) -> None:
        """The cursor, and with it the card that is taken up."""
        to = min(max(self.hand.at + by, 0), len(self.view.order) - 1)
        if self.hand.taken and to != self.hand.at:
            order = list(self.view.order)
            order.insert(to, order.pop(self.hand.at))
            self._reorder(tuple(order))
        self.hand = structs.replace(self.hand, at=to)
        self.redraw()

    def take(self) -> None:
        """Take the card up, or put it down."""
        if not self.hand.taken:
            self._before.append(self.view.order)
        elif self._before and self._before[-1] == self.view.order:
            self._before.pop()
        self.hand = structs.replace(self.hand, taken=not self.hand.taken)
        self.redraw()

    def undo(self) -> None:
        """The order before the last card was moved."""
        if self._before:
            self._reorder(self._before.pop())
            self.hand = structs.replace(self.hand, taken=False)
            self.redraw()

    def run_order(self) -> None:
        """Ask for a run, a card being put down first."""
        self.hand = structs.replace(self.hand, taken=False)
        if not self.view.running:
            self.post_message(self.Run(self.view.order))
        self.redraw()

    def toggle_why(self) -> None:
        """In a narrow window: the reason in place of the cards, or back."""
        self.hand = structs.replace(self.hand, why=not self.hand.why)
        self.redraw()

    def _reorder(self, order: tuple[str, ...]) -> None:
        """Another order: what the last one came to is among the tries, and no longer beside the cards."""
        known = next((one for one in reversed(self.view.tries) if one.order == order), None)
        self.view = structs.replace(self.view, order=order, attempt=known)
