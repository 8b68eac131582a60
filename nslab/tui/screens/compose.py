"""The compose board as a whole screen: containers of a lab of its own, put together kind by kind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from nslab.course.model import Made
from nslab.course.told import say, why
from nslab.engine.client import Told
from nslab.engine.failures import LabError
from nslab.observe.compose_view import ComposeView
from nslab.tui import keys
from nslab.tui.panes.compose import ComposePane
from nslab.tui.screens.board import BoardScreen
from nslab.tui.wanted import PartWanted
from nslab.words import Words


class ComposeScreen(BoardScreen[ComposePane]):
    """`make` has the engine make something, and `look` tells how things are then; both take milliseconds and run in a thread."""

    keys = keys.COMPOSE
    part = "compose"
    CSS = "ComposePane { margin: 1 2 0 2; height: 1fr; }"

    def __init__(
        self, words: Words, view: ComposeView, make: Callable[[Made], None], look: Callable[[], ComposeView]
    ) -> None:
        super().__init__(words, ComposePane(words, view, whole=True))
        self._make, self._look = make, look
        self._busy = asyncio.Lock()

    async def on_part_wanted(self, message: PartWanted) -> None:
        """Make it. What the kernel refused the board shows; what was refused before it was asked is said."""
        async with self._busy:
            try:
                await asyncio.to_thread(self._make, message.part)
            except LabError as error:
                if not isinstance(error, Told) or not error.plan:
                    self.notify(say(why(error), self.words), severity="error", markup=False)
            self.board.view = await asyncio.to_thread(self._look)

    def action_preset(self) -> None:
        self.board.next_preset()

    def action_kill(self) -> None:
        self.board.kill()
