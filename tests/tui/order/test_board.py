"""The puzzle's board: a card is taken up, moved, put down; a run is asked for; what was undone is as before."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.course.boards import AttemptsView
from nslab.course.model import Ordered
from nslab.course.ordering import CARDS
from nslab.tui.order.board import OrderBoard, shuffled
from nslab.tui.wanted import PartWanted
from nslab.words import Words, words_for
from tests.order_views import broken_at, early


def drawn(board: OrderBoard) -> str:
    return "\n".join(board.render_line(y).text for y in range(board.size.height))


@pytest.fixture
def board(words: Words) -> OrderBoard:
    return OrderBoard(words, AttemptsView((broken_at("kernel"),)), CARDS)


async def test_a_card_that_is_taken_up_moves_with_the_cursor(board: OrderBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("down", "space", "down", "down", "space", "down")
    assert board.order == (CARDS[0], *CARDS[2:4], CARDS[1], *CARDS[4:])
    assert board.hand.at == 4


async def test_another_order_has_no_answer_yet_and_the_old_one_has_its_own_again(board: OrderBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("space", "down")
        assert "not run yet" in drawn(board) or "还没运行" in drawn(board)
        await pilot.press("u")
        assert "ENOENT" in drawn(board)
    assert board.order == CARDS


async def test_r_asks_for_a_run_of_the_order_as_it_stands(board: OrderBoard, stand: Any, heard: Any) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press("space", "down", "r")
        await pilot.pause()
    (asked,) = heard.of(PartWanted)
    assert asked.part == Ordered((CARDS[1], CARDS[0], *CARDS[2:]))
    assert not board.hand.taken


async def test_a_click_puts_the_card_that_is_taken_up_down_there(board: OrderBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("space")
        await pilot.click(OrderBoard, offset=(20, 8))
    assert board.order.index(CARDS[0]) == 2


async def test_nothing_moves_past_the_ends(board: OrderBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("space", "up", "space")
        assert board.order == CARDS
        for _ in range(len(CARDS) + 2):
            await pilot.press("down")
    assert board.hand.at == len(CARDS) - 1


async def test_an_order_that_somebody_else_has_run_is_the_learners_from_then_on(board: OrderBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)):
        board.view = AttemptsView((*board.tries, early()))
    assert board.order == early().order


async def test_the_cursor_goes_to_the_card_that_a_lesson_points_at(board: OrderBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)):
        board.highlight = 6
    assert board.hand.at == 6


async def test_an_order_that_is_changed_while_it_runs_is_not_run_yet(board: OrderBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("r", "space", "down")
    assert not board.running


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_enter_tells_why_the_card_stands_there_and_enter_again_no_longer(
    stand: Any, size: tuple[int, int]
) -> None:
    board = OrderBoard(words_for("en"), AttemptsView((broken_at("kernel"),)), CARDS)
    async with stand(board).run_test(size=size) as pilot:
        board.focus()
        await pilot.press("down", "enter")
        assert "the lab's root is" in drawn(board)
        await pilot.press("enter")
        assert "the lab's root is" not in drawn(board)


def test_the_cards_are_never_dealt_in_the_right_order() -> None:
    assert all(shuffled() != CARDS for _ in range(50))
    assert sorted(shuffled()) == sorted(CARDS)
