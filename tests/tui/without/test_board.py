"""The ablation board's keys and clicks: they ask for what is to be left out, and show nothing by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.course.ablation import ATTACKS, BARE, PRIMITIVES
from nslab.tui.without.board import WithoutBoard
from nslab.words import Words
from tests.without_views import view

PID = PRIMITIVES.index("pid")


@pytest.fixture
def board(words: Words) -> WithoutBoard:
    return WithoutBoard(words, view(frozenset(), {}))


@pytest.mark.parametrize(
    ("key", "off", "at"),
    [
        ("down", frozenset(), (1, PID)),
        ("up", frozenset(), (0, PID)),
        ("right", frozenset(), (0, PID + 1)),
        ("left", frozenset(), (0, PID - 1)),
        ("space", frozenset({"pid"}), (0, PID)),
        ("b", BARE, (0, PID)),
    ],
)
async def test_keys_ask(
    board: WithoutBoard, stand: Any, heard: Any, key: str, off: frozenset[str], at: tuple[int, int]
) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press(key)
        await pilot.pause()
    (asked,) = heard.of(WithoutBoard.Chosen)
    assert (asked.off, asked.at, asked.again) == (off, at, False)


async def test_an_attack_is_taken_up_with_the_primitive_that_stops_it(
    board: WithoutBoard, stand: Any, heard: Any
) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append):
        board.choose([attack.id for attack in ATTACKS].index("leak"))
    assert heard.of(WithoutBoard.Chosen)[0].at[1] == PRIMITIVES.index("fds")


async def test_r_asks_for_all_of_it_again(board: WithoutBoard, stand: Any, heard: Any) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press("r")
        await pilot.pause()
    assert heard.of(WithoutBoard.Chosen)[0].again


async def test_a_click_on_a_sheets_head_leaves_it_out_and_one_on_a_row_takes_it_up(
    board: WithoutBoard, stand: Any, heard: Any
) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        await pilot.click(WithoutBoard, offset=(50, 3))
        await pilot.click(WithoutBoard, offset=(3, 8))
        await pilot.pause()
    head, row = heard.of(WithoutBoard.Chosen)
    assert len(head.off) == 1
    assert row.at[0] == 2


async def test_in_a_narrow_window_enter_opens_the_cell(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(80, 24)) as pilot:
        board.focus()
        await pilot.press("enter")
        assert board.opened
        await pilot.press("enter")
        assert not board.opened
