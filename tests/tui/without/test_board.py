"""The ablation board's keys and clicks: they ask for trials, and make none."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.course.ablation import ATTACKS, BARE, PRIMITIVES
from nslab.course.boards import TrialsView
from nslab.course.model import Attacked
from nslab.tui.wanted import PartWanted
from nslab.tui.without.board import WithoutBoard
from nslab.words import Words
from tests.without_views import stopped, through, trials

FULL: frozenset[str] = frozenset()
PID = PRIMITIVES.index("pid")


@pytest.fixture
def board(words: Words) -> WithoutBoard:
    return WithoutBoard(words, trials(FULL, {}))


def asked(heard: Any) -> list[tuple[str, tuple[str, ...]]]:
    parts = [message.part for message in heard.of(PartWanted)]
    assert all(isinstance(part, Attacked) for part in parts)
    return [(part.attack, part.without) for part in parts]


@pytest.mark.parametrize(
    ("key", "off", "at"),
    [
        ("down", FULL, (1, PID)),
        ("up", FULL, (0, PID)),
        ("right", FULL, (0, PID + 1)),
        ("left", FULL, (0, PID - 1)),
        ("space", frozenset({"pid"}), (0, PID)),
        ("b", BARE, (0, PID)),
    ],
)
async def test_keys_move_and_leave_out(
    board: WithoutBoard, stand: Any, key: str, off: frozenset[str], at: tuple[int, int]
) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press(key)
    assert (board.off, board.at) == (off, at)


async def test_what_is_needed_and_was_not_tried_is_asked_for_once_each(
    board: WithoutBoard, stand: Any, heard: Any
) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press("space")
        await pilot.pause()
    assert asked(heard) == [("kill", ("pid",))]  # with pid it was tried


async def test_a_board_of_its_own_asks_for_every_row(words: Words, stand: Any, heard: Any) -> None:
    board = WithoutBoard(words, TrialsView(), every=True)
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.ask()
        await pilot.pause()
    assert asked(heard)[0] == ("kill", ("pid",))
    assert {attack for attack, without in asked(heard) if not without} == {attack.id for attack in ATTACKS}


async def test_an_attack_is_taken_up_with_the_primitive_that_stops_it(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)):
        board.choose([attack.id for attack in ATTACKS].index("leak"))
    assert board.at[1] == PRIMITIVES.index("fds")


async def test_a_trial_that_somebody_else_asked_for_is_shown(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)):
        known = trials(FULL, {}).results
        board.view = TrialsView({**known, ("escape", frozenset({"pivot"})): through("escape", 7)})
    assert board.off == {"pivot"}
    assert ATTACKS[board.at[0]].id == "escape"


async def test_a_trial_that_the_board_asked_for_leaves_it_where_it_is(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("space", "down")
        known = trials(FULL, {}).results
        board.view = TrialsView({**known, ("kill", frozenset({"pid"})): stopped("kill")})
        assert board.at[0] == 1


async def test_r_asks_for_all_of_it_again(board: WithoutBoard, stand: Any, heard: Any) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press("r")
        await pilot.pause()
    assert len(heard.of(WithoutBoard.Again)) == 1
    assert len(asked(heard)) == len(ATTACKS) + 1


async def test_a_click_on_a_sheets_head_leaves_it_out_and_one_on_a_row_takes_it_up(
    board: WithoutBoard, stand: Any
) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        await pilot.click(WithoutBoard, offset=(50, 3))
        assert len(board.off) == 1
        await pilot.click(WithoutBoard, offset=(3, 8))
        assert board.at[0] == 2


async def test_in_a_narrow_window_enter_opens_the_cell(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(80, 24)) as pilot:
        board.focus()
        await pilot.press("enter")
        assert board.opened
        await pilot.press("enter")
        assert not board.opened
