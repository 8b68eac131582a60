"""The puzzle's board: cards are taken up, moved, and put down; running them is asked for."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from msgspec import structs
from textual import events
from textual.reactive import reactive

from nslab.course.boards import AttemptsView
from nslab.course.model import Ordered
from nslab.course.ordering import CARDS, Attempt
from nslab.observe.views import Gone, NotYet
from nslab.tui.asked import Asked
from nslab.tui.canvas import Canvas
from nslab.tui.order.about import card_asked
from nslab.tui.order.cards import Hand, OrderView
from nslab.tui.order.outcome import order_asked
from nslab.tui.order.rows import Grid, order_rows
from nslab.tui.panes.board import Board, draw
from nslab.tui.panes.pane import Emphasis
from nslab.tui.wanted import PartWanted
from nslab.words import Words

Shown = AttemptsView | NotYet | Gone[AttemptsView]

TITLE = "order.title"
NOTHING_YET = NotYet("pane.nothing-yet")


def shuffled() -> tuple[str, ...]:
    """The cards in an order that is not the engine's own."""
    order = list(CARDS)
    while tuple(order) == CARDS:
        random.shuffle(order)
    return tuple(order)


def tried_rows(canvas: Canvas, view: Shown, words: Words, emphasis: Emphasis[int, int]) -> None:
    """The last try and those before it, at the card that a lesson points at."""

    def whole(on: Canvas, shown: AttemptsView) -> None:
        last = shown.tries[-1] if shown.tries else None
        hand = Hand(emphasis.highlight or 0)
        order_rows(on, OrderView(last.order if last else CARDS, last, shown.tries), hand, words)

    draw(canvas, view, words, TITLE, whole)


class OrderBoard(Board[AttemptsView]):
    """Shows the tries, and the learner's order. What it shall run it asks for."""

    title = TITLE
    view: reactive[Shown] = reactive(NOTHING_YET, init=False)

    def __init__(
        self,
        words: Words,
        view: Shown = NOTHING_YET,
        order: tuple[str, ...] | None = None,
        *,
        whole: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(words, whole=whole, id=id)
        self.set_reactive(OrderBoard.view, view)
        self.order = order or shuffled()
        self.hand = Hand()
        self.running = False
        self._before: list[tuple[str, ...]] = []
        self._grid = Grid(0, 1)

    @property
    def tries(self) -> tuple[Attempt, ...]:
        """All orders that were run."""
        view = self._view_now()
        return view.tries if view else ()

    def watch_view(self, old: Shown, new: Shown) -> None:
        """Show what a run came to; an order that somebody else has run, as *show me* does, is the learner's from then on."""
        before = old.tries if isinstance(old, AttemptsView) else ()
        if isinstance(new, AttemptsView) and len(new.tries) > len(before):
            self.running = False
            self.order = new.tries[-1].order
        self.redraw()

    def watch_highlight(self) -> None:
        """A lesson points at a card: the cursor goes there."""
        if self.highlight is not None:
            self.hand = Hand(self.highlight)
        self.redraw()

    def draw_board(self, canvas: Canvas, view: AttemptsView) -> None:
        """The whole board."""
        hand = structs.replace(self.hand, told=self.told_above)
        self._grid = order_rows(canvas, self._shown(view), hand, self.words)

    def asked(self, view: AttemptsView) -> Asked:
        """What the order on show came to; on demand why the card under the cursor stands where it stands."""
        if self.hand.why:
            return card_asked(self.order[self.hand.at], self.words)
        return order_asked(self._shown(view), self.words)

    def _shown(self, view: AttemptsView) -> OrderView:
        attempt = next((one for one in reversed(view.tries) if one.order == self.order), None)
        return OrderView(self.order, attempt, view.tries, self.running)

    def acts(self) -> Mapping[str, Callable[[], object]]:
        """Up and down move, with a card taken up the card; space takes up and puts down, r runs, u undoes, Enter tells why."""
        return {
            "up": lambda: self.move(-1),
            "down": lambda: self.move(1),
            "space": self.take,
            "r": self.run_order,
            "u": self.undo,
            "enter": self.toggle_why,
        }

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a card; with a card taken up, it puts it down there."""
        at = (event.y - self.top_row - self._grid.first) // self._grid.pitch
        if 0 <= at < len(self.order):
            if self.hand.taken:
                self.move(at - self.hand.at)
                self.take()
            else:
                self.hand = structs.replace(self.hand, at=at)
                self.redraw()

    def move(self, by: int) -> None:
        """The cursor, and with it the card that is taken up."""
        to = min(max(self.hand.at + by, 0), len(self.order) - 1)
        if self.hand.taken and to != self.hand.at:
            order = list(self.order)
            order.insert(to, order.pop(self.hand.at))
            self.order = tuple(order)
            self.running = False  # what a run comes to is not about this order
        self.hand = structs.replace(self.hand, at=to)
        self.redraw()

    def take(self) -> None:
        """Take the card up, or put it down."""
        if not self.hand.taken:
            self._before.append(self.order)
        elif self._before and self._before[-1] == self.order:
            self._before.pop()
        self.hand = structs.replace(self.hand, taken=not self.hand.taken)
        self.redraw()

    def undo(self) -> None:
        """The order before the last card was moved."""
        if self._before:
            self.order = self._before.pop()
            self.hand = structs.replace(self.hand, taken=False)
            self.redraw()

    def run_order(self) -> None:
        """Ask for a run, a card being put down first."""
        self.hand = structs.replace(self.hand, taken=False)
        self.running = True
        self.post_message(PartWanted(Ordered(self.order)))
        self.redraw()

    def toggle_why(self) -> None:
        """Tell why the engine has the card under the cursor where it does, or no longer."""
        self.hand = structs.replace(self.hand, why=not self.hand.why)
        self.redraw()
