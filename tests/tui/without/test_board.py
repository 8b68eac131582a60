"""The ablation board's keys and clicks: they ask for trials, and make none."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.course.ablation import BASES, PRIMITIVES
from nslab.course.attacks import ATTACKS
from nslab.course.boards import TrialsView
from nslab.course.model import AllAttacked, Attacked
from nslab.tui.canvas import Canvas
from nslab.tui.wanted import PartWanted
from nslab.tui.without.board import WithoutBoard, first_of
from nslab.words import Words
from tests.without_views import stopped, through, trials

FULL: frozenset[str] = frozenset()
PID = PRIMITIVES.index("pid")


@pytest.fixture
def board(words: Words) -> WithoutBoard:
    return WithoutBoard(words, trials(FULL, {}))


def drawn(board: WithoutBoard) -> str:
    canvas = Canvas(board.size.width, board.size.height)
    assert isinstance(board.view, TrialsView)
    board.draw_board(canvas, board.view)
    return canvas.text()


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
        ("b", BASES["bare"], (0, PID)),
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


async def test_b_goes_from_base_to_base_and_keeps_what_else_is_left_out(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("space")
        seen = []
        for _ in BASES:
            await pilot.press("b")
            seen.append(board.off)
    assert seen == [BASES["bare"] | {"pid"}, BASES["own-user"] | {"pid"}, {"pid"}]


async def test_in_a_lesson_r_asks_for_every_attack_at_once(board: WithoutBoard, stand: Any, heard: Any) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press("space", "r")
        await pilot.pause()
    assert [message.part for message in heard.of(PartWanted)][-1] == AllAttacked("every", ("pid",))


async def test_what_nobody_asked_for_is_told_from_what_is_being_run(words: Words, stand: Any) -> None:
    board = WithoutBoard(words, TrialsView())
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        untried = words("without.not-tried")
        assert untried in drawn(board)
        await pilot.press("enter")
        assert untried not in drawn(board)
        assert drawn(board).count("…") > 0


async def test_r_asks_for_all_of_it_again(words: Words, stand: Any, heard: Any) -> None:
    board = WithoutBoard(words, trials(FULL, {}), every=True)
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
        at = board.layout_in(board.size.width, board.size.height)
        await pilot.click(WithoutBoard, offset=(at.x("uts") + 1, at.heads))
        assert board.off == {"uts"}
        await pilot.click(WithoutBoard, offset=(3, at.rows + 2))
        assert board.at[0] == 2


async def test_in_a_low_window_a_click_takes_up_the_attack_that_is_seen_there(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(80, 16)) as pilot:
        board.choose(len(ATTACKS) - 1)
        await pilot.pause()
        at = board.layout_in(board.size.width, board.size.height)
        await pilot.click(WithoutBoard, offset=(3, at.rows))
        assert board.at[0] == at.first > 0


async def test_in_a_narrow_window_enter_opens_the_cell(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(80, 24)) as pilot:
        board.focus()
        await pilot.press("enter")
        assert board.opened
        await pilot.press("enter")
        assert not board.opened


@pytest.mark.parametrize(("off", "attack", "primitive"), [((), "kill", "pid"), (("umnt",), "escape", "umnt")])
def test_a_hand_begins_where_something_is_left_out(off: tuple[str, ...], attack: str, primitive: str) -> None:
    row, column = first_of(frozenset(off))
    assert (ATTACKS[row].id, PRIMITIVES[column]) == (attack, primitive)
