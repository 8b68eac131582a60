"""The ordering puzzle as a whole screen: each run is a real one, in a thread, in a lab of its own."""

from __future__ import annotations

import asyncio

from nslab.course.attempt import run_order
from nslab.course.boards import AttemptsView
from nslab.course.model import Ordered
from nslab.course.told import say, why
from nslab.engine.failures import LabError
from nslab.tui import keys
from nslab.tui.order.board import OrderBoard
from nslab.tui.screens.board import BoardScreen
from nslab.tui.wanted import PartWanted
from nslab.words import Words


class OrderScreen(BoardScreen[OrderBoard]):
    """Sort the cards, run them, see what the kernel says."""

    keys = keys.ORDER
    part = "order"
    CSS = "OrderBoard { margin: 1 2 0 2; height: 1fr; }"

    def __init__(self, words: Words, order: tuple[str, ...] | None = None) -> None:
        super().__init__(words, OrderBoard(words, AttemptsView(), order, whole=True))

    def on_part_wanted(self, message: PartWanted) -> None:
        """Run an order."""
        if isinstance(message.part, Ordered):
            self.run_worker(self._run(message.part.order))

    async def _run(self, order: tuple[str, ...]) -> None:
        try:
            attempt = await asyncio.to_thread(run_order, order)
        except LabError as error:
            self.board.running = False
            self.board.redraw()
            self.notify(say(why(error), self.words), severity="error", markup=False)
            return
        self.board.view = AttemptsView((*self.board.tries, attempt))

    def action_take(self) -> None:
        self.board.take()

    def action_run_order(self) -> None:
        self.board.run_order()

    def action_undo(self) -> None:
        self.board.undo()

    def action_why(self) -> None:
        self.board.toggle_why()
