"""The ordering puzzle on its screen: a run is a real one, in a lab of its own."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App

from nslab.course.ordering import CARDS
from nslab.tui import theme
from nslab.tui.screens.order import OrderScreen
from nslab.words import Words

pytestmark = pytest.mark.needs("lab", "overlay")


class Puzzle(App[None]):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, screen: OrderScreen) -> None:
        super().__init__()
        self._shown = screen

    async def on_mount(self) -> None:
        theme.register(self)
        self.theme = theme.INK
        await self.push_screen(self._shown)


async def until(pilot: Any, screen: OrderScreen, tries: int) -> None:
    for _ in range(400):
        if len(screen.board.tries) == tries:
            return
        await pilot.pause(0.05)
    raise AssertionError("the run did not come back")


async def test_the_right_order_is_found_right_and_a_wrong_one_is_not(words: Words) -> None:
    screen = OrderScreen(words, CARDS)
    async with Puzzle(screen).run_test(size=(120, 36)) as pilot:
        await pilot.press("r")
        await until(pilot, screen, 1)
        await pilot.press("space", "down", "r")
        await until(pilot, screen, 2)
    first, second = screen.board.tries
    assert first.right
    assert second.ended is not None
    assert second.ended.state == "unborn"
