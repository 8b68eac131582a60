"""The puzzle's board: a card is taken up, moved, put down; a run is asked for; what was undone is as before."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.course.ordering import CARDS
from nslab.tui.order.board import OrderBoard
from nslab.words import Words
from tests.order_views import broken_at, view


@pytest.fixture
def board(words: Words) -> OrderBoard:
    return OrderBoard(words, view(broken_at("kernel")))


async def test_a_card_that_is_taken_up_moves_with_the_cursor(board: OrderBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("down", "space", "down", "down", "space", "down")
    assert board.view.order == (CARDS[0], *CARDS[2:4], CARDS[1], *CARDS[4:])
    assert board.hand.at == 4


async def test_another_order_has_no_answer_yet_and_the_old_one_has_its_own_again(board: OrderBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("space", "down")
        assert board.view.attempt is None
        await pilot.press("u")
    assert board.view.order == CARDS
    assert board.view.attempt == board.view.tries[-1]


async def test_r_asks_for_a_run_of_the_order_as_it_stands(board: OrderBoard, stand: Any, heard: Any) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press("space", "down", "r")
        await pilot.pause()
    (asked,) = heard.of(OrderBoard.Run)
    assert asked.order == (CARDS[1], CARDS[0], *CARDS[2:])
    assert not board.hand.taken


async def test_a_click_puts_the_card_that_is_taken_up_down_there(board: OrderBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("space")
        await pilot.click(OrderBoard, offset=(20, 8))
    assert board.view.order.index(CARDS[0]) == 2


async def test_nothing_moves_past_the_ends(board: OrderBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("space", "up", "space")
        assert board.view.order == CARDS
        for _ in range(len(CARDS) + 2):
            await pilot.press("down")
    assert board.hand.at == len(CARDS) - 1
