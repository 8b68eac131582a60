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


async def test_the_open_cell_is_asked_for_before_all_the_others(board: WithoutBoard, stand: Any, heard: Any) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press("space")
        await pilot.pause()
    assert [message.part for message in heard.of(PartWanted)] == [  # with pid it was tried
        Attacked("kill", ("pid",)),
        AllAttacked("every", ("pid",)),
    ]


async def test_a_board_that_begins_to_see_a_lab_asks_for_every_attack(words: Words, stand: Any, heard: Any) -> None:
    board = WithoutBoard(words)
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.view = TrialsView()
        await pilot.pause()
    assert [message.part for message in heard.of(PartWanted)][-1] == AllAttacked("every")


async def test_what_is_all_tried_is_not_asked_for_again(board: WithoutBoard, stand: Any, heard: Any) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.ask()
        await pilot.pause()
    assert [message.part for message in heard.of(PartWanted)] == [Attacked("kill", ("pid",))]


async def test_an_attack_is_taken_up_with_the_primitive_that_stops_it(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)):
        board.choose([attack.id for attack in ATTACKS].index("leak"))
    assert board.at[1] == PRIMITIVES.index("fds")


async def test_a_trial_that_the_lesson_has_made_is_shown_and_the_rest_asked_for(
    board: WithoutBoard, stand: Any, heard: Any
) -> None:
    off = frozenset({"umnt"})
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        known = trials(FULL, {}).results
        board.view = TrialsView({**known, ("escape", off): through("escape", 7)}, (("escape", off),))
        await pilot.pause()
    assert (board.off, ATTACKS[board.at[0]].id, PRIMITIVES[board.at[1]]) == (off, "escape", "umnt")
    assert AllAttacked("every", ("umnt",)) in [message.part for message in heard.of(PartWanted)]


async def test_a_trial_that_the_board_asked_for_leaves_it_where_it_is(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("space", "down")
        known = trials(FULL, {}).results
        board.view = TrialsView({**known, ("kill", frozenset({"pid"})): stopped("kill")})
        assert board.at[0] == 1


async def test_a_step_of_a_lesson_begins_with_everything_in_its_place(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        board.begin("one")
        await pilot.press("space")
        board.begin("one")
        assert board.off == {"pid"}
        board.begin("two")
        assert board.off == FULL


async def test_b_goes_from_base_to_base_and_keeps_what_else_is_left_out(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("space")
        seen = []
        for _ in BASES:
            await pilot.press("b")
            seen.append(board.off)
    assert seen == [BASES["bare"] | {"pid"}, BASES["own-user"] | {"pid"}, {"pid"}]


async def test_what_nobody_asked_for_is_told_from_what_is_being_run(words: Words, stand: Any) -> None:
    board = WithoutBoard(words, TrialsView())
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        untried = words("without.not-tried")
        assert untried in drawn(board)
        await pilot.press("enter")
        assert untried not in drawn(board)
        assert drawn(board).count("…") > 0


async def test_r_wants_what_was_tried_to_be_forgotten(board: WithoutBoard, stand: Any, heard: Any) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press("r")
        await pilot.pause()
    assert len(heard.of(WithoutBoard.Again)) == 1


async def test_0_puts_everything_back(board: WithoutBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("space", "b", "0")
    assert board.off == FULL


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
