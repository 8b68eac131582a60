"""The ordering puzzle as a whole screen: each run is a real one, in a thread, in a lab of its own."""

from __future__ import annotations

import asyncio
import random

from msgspec import structs
from textual.app import ComposeResult

from nslab.course.attempt import run_order
from nslab.course.ordering import CARDS
from nslab.course.told import say, why
from nslab.engine.failures import LabError
from nslab.tui import keys
from nslab.tui.order.board import OrderBoard
from nslab.tui.order.rows import OrderView
from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.header import Header, Where
from nslab.words import Words


def shuffled() -> tuple[str, ...]:
    """The cards in an order that is not the engine's own."""
    order = list(CARDS)
    while tuple(order) == CARDS:
        random.shuffle(order)
    return tuple(order)


class OrderScreen(KeyedScreen):
    """Sort the cards, run them, see what the kernel says."""

    keys = keys.ORDER
    CSS = "OrderBoard { margin: 1 2 0 2; height: 1fr; }"

    def __init__(self, words: Words, order: tuple[str, ...] | None = None) -> None:
        super().__init__(words)
        self.board = OrderBoard(words, OrderView(order or shuffled(), None, ()))

    def compose(self) -> ComposeResult:
        yield Header(self.words, Where("", "order"))
        yield self.board
        yield Footer(self.words, self.keys)

    def on_mount(self) -> None:
        self.board.focus()

    async def on_order_board_run(self, message: OrderBoard.Run) -> None:
        """Run an order, and show what it came to."""
        self.board.show(structs.replace(self.board.view, running=True))
        self.run_worker(self._run(message.order))

    async def _run(self, order: tuple[str, ...]) -> None:
        view = self.board.view
        try:
            attempt = await asyncio.to_thread(run_order, order)
        except LabError as error:
            self.board.show(structs.replace(self.board.view, running=False))
            self.notify(say(why(error), self.words), severity="error")
            return
        view = self.board.view
        self.board.show(OrderView(view.order, attempt if view.order == order else view.attempt, (*view.tries, attempt)))

    def action_take(self) -> None:
        self.board.take()

    def action_run_order(self) -> None:
        self.board.run_order()

    def action_undo(self) -> None:
        self.board.undo()

    def action_why(self) -> None:
        self.board.toggle_why()
