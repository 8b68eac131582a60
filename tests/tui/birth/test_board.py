"""The time machine's board: what its keys do, and that its words are whole at every size."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from nslab.engine.steps import Done, Lost, Outcome
from nslab.tui.birth.board import BirthBoard
from nslab.tui.birth.board_rows import Hand, board_rows
from nslab.tui.birth.score_rows import axis_of
from nslab.tui.canvas import Canvas
from nslab.tui.wanted import PartWanted
from nslab.words import LANGS, Lang, Words
from tests import born
from tests.stage import screen_words

STEPS = [call.step for call in born.birth(0).calls]
CALLS = len(STEPS)
SIZES = [(76, 21), (116, 33), (196, 47)]


def drawn(made: int, hand: Hand | None = None, size: tuple[int, int] = (116, 33), lang: Lang = "en") -> Canvas:
    canvas = Canvas(*size)
    board_rows(canvas, born.birth(made), hand or Hand(made - 1), screen_words(lang))
    return canvas


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("why", [False, True])
def test_nothing_is_lost_with_and_without_the_reasons(size: tuple[int, int], lang: Lang, *, why: bool) -> None:
    for made in (0, 1, 6, 20, CALLS):
        canvas = drawn(made, Hand(made - 1, why=why), size, lang)
        assert [lost for lost in canvas.lost if lost.startswith("outside")] == []


def test_before_the_first_call_it_says_how_many_are_to_come_and_which_key_makes_one() -> None:
    text = drawn(0).text()
    assert f"{CALLS} calls in {len(born.birth(0).scenes)} scenes" in text
    assert "→ makes the first" in text


def test_a_long_call_goes_on_in_a_second_row_where_there_is_room_and_is_cut_where_there_is_none() -> None:
    assert "CLONE_PIDFD, exit_signal=SIGCHLD})" in drawn(6).text()
    assert "exit_signal=SIGCHLD})" in drawn(6, size=(76, 21)).text()
    low = drawn(6, size=(76, 18)).text()
    assert "exit_signal" not in low
    assert "CLONE_NEWPID" in low


def test_a_refused_call_tells_what_that_means_and_that_the_birth_ends_there() -> None:
    text = drawn_end(Done("pivot", errno.EINVAL, 12.4, 0, -1))
    assert "✗ EINVAL" in text
    assert "Here the birth ends; calls never made: 16." in text


def test_a_process_that_died_before_it_could_answer_is_not_a_refusal() -> None:
    text = drawn_end(Lost("pivot"))
    assert "? LOST" in text
    assert "died before it could answer" in text


def drawn_end(outcome: Outcome) -> str:
    """A birth that ends with pivot_root."""
    canvas = Canvas(116, 33)
    board_rows(canvas, born.ended_at("pivot", outcome), Hand(STEPS.index("pivot")), screen_words("en"))
    return canvas.text()


def test_the_call_at_hand_is_told_with_its_answer_its_maker_and_what_it_does() -> None:
    text = drawn(6).text()
    assert "6/" in text
    assert "clone3({flags=CLONE_NEWPID" in text
    assert "by the lab" in text
    assert "The container's first process is born" in text


def test_why_tells_the_reason_and_the_other_words() -> None:
    at = STEPS.index("hostname")
    text = drawn(at + 1, Hand(at, why=True)).text()
    assert "CAP_SYS_ADMIN over its UTS namespace" in text
    assert "hostname box" in text


def test_a_marked_moment_is_held_against_the_one_at_hand() -> None:
    text = drawn(CALLS, Hand(CALLS - 1, mark=6)).text()
    assert "after 6" in text
    assert f"after {CALLS}" in text
    assert f"before {CALLS}" not in text
    assert text.splitlines()[4].count("▾") == 1
    assert "▾ after 6" in text


def test_the_moment_just_marked_says_what_to_do_with_it() -> None:
    assert "▾ marked" in drawn(6, Hand(5, mark=6)).text()


def test_of_two_moments_a_long_list_has_the_rows_that_others_leave_and_all_are_at_one_height() -> None:
    at = STEPS.index("private")
    rows = [row for row in drawn(at + 1, size=(196, 47)).text().splitlines() if "hostname  " in row]
    assert any(row.count("hostname") == 2 for row in rows)


def test_a_call_that_changes_nothing_that_is_read_says_so() -> None:
    at = STEPS.index("size")
    assert "Nothing that is read here has changed." in drawn(at + 1).text()


@pytest.fixture
def board(words: Words) -> BirthBoard:
    return BirthBoard(words, born.birth(3))


async def test_right_at_the_end_asks_for_the_next_call_and_left_goes_back(
    board: BirthBoard, stand: Any, heard: Any
) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press("right")
        await pilot.pause()
        assert len(heard.of(PartWanted)) == 1
        assert heard.of(PartWanted)[0].part.until == STEPS[3]
        board.view = born.birth(4)
        assert board.cursor == 3
        for key, cursor in (("left", 2), ("left", 1), ("home", -1), ("pagedown", 0), ("pageup", -1), ("end", 3)):
            await pilot.press(key)
            assert board.cursor == cursor
        assert len(heard.of(PartWanted)) == 1


async def test_page_down_asks_for_all_calls_up_to_the_next_scene(words: Words, stand: Any, heard: Any) -> None:
    board = BirthBoard(words, born.birth(0))
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        for made, step in ((1, "room"), (6, "clone")):
            await pilot.press("pagedown")
            await pilot.pause()
            assert heard.of(PartWanted)[-1].part.until == step
            board.view = born.birth(made)
            assert board.cursor == made - 1


async def test_n_asks_for_another_birth_which_begins_at_its_own_beginning(words: Words, stand: Any, heard: Any) -> None:
    board = BirthBoard(words, born.birth(7))
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press("d", "n")
        await pilot.pause()
        assert heard.of(PartWanted)[0].part.until == ""
        board.view = born.birth(0)
        assert (board.cursor, board.mark) == (-1, None)


async def test_a_click_in_the_score_goes_to_the_call_there(words: Words, stand: Any, heard: Any) -> None:
    board = BirthBoard(words, born.birth(CALLS))
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        clone = next(at for at in range(120) if axis_of(Canvas(120, 36), born.birth(0), words).call_at(at) == 5)
        await pilot.click(board, offset=(clone, 6))
        assert board.cursor == 5
        await pilot.click(board, offset=(2, 6))
        assert board.cursor == -1
        assert heard.of(PartWanted) == []


async def test_a_whole_birth_asks_for_nothing_more(words: Words, stand: Any, heard: Any) -> None:
    board = BirthBoard(words, born.birth(CALLS))
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press("right", "space")
        await pilot.pause(0.5)
        assert heard.of(PartWanted) == []
        assert board.cursor == CALLS - 1


async def test_playing_asks_for_call_after_call_until_it_is_stopped(board: BirthBoard, stand: Any, heard: Any) -> None:
    async with stand(board).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        board.focus()
        await pilot.press("space")
        while len(heard.of(PartWanted)) < 2:
            await pilot.pause(0.05)
        await pilot.press("space")
        asked = len(heard.of(PartWanted))
        await pilot.pause(0.8)
        assert len(heard.of(PartWanted)) == asked


async def test_a_mark_and_the_reasons_come_and_go_by_their_keys(board: BirthBoard, stand: Any) -> None:
    async with stand(board).run_test(size=(120, 36)) as pilot:
        board.focus()
        await pilot.press("d", "enter")
        assert (board.mark, board.why) == (3, True)
        await pilot.press("d", "enter")
        assert (board.mark, board.why) == (None, False)
