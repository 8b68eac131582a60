"""The one table of keys: every action has words, a way without function keys, and no two share a key."""

from collections import Counter

import pytest

from nslab.tui import keys
from nslab.tui.canvas import Canvas
from nslab.tui.widgets.sheet import KeySheet, sheet_height, sheet_rows
from nslab.words import Words
from tests.stage import screen_words

TABLES = [keys.LESSON, keys.MAP, keys.CARD, keys.GLOSSARY, keys.HELP_SCREEN]
PRESENTED = [keys.LESSON, keys.MAP, keys.CARD, keys.GLOSSARY, keys.BIRTH, keys.WITHOUT, keys.ORDER, keys.EXPLORE]


@pytest.mark.parametrize("table", TABLES)
def test_no_two_actions_share_a_key(table: tuple[keys.Key, ...]) -> None:
    for pressed in ([key.key for key in table], [key.after_leader for key in table]):
        assert [key for key, count in Counter(filter(None, pressed)).items() if count > 1] == []


@pytest.mark.parametrize("key", [key for key in keys.LESSON if key.key and key.key.startswith("f")])
def test_every_function_key_of_a_lesson_has_a_second_way(key: keys.Key) -> None:
    assert key.after_leader


def test_the_leader_comes_before_the_shell_that_has_the_focus() -> None:
    priority = {binding.action: binding.priority for binding in keys.bindings(keys.LESSON)}
    assert priority["screen.all_keys"]
    assert priority["screen.leave"]


@pytest.mark.parametrize("table", PRESENTED)
def test_before_a_room_a_footer_names_three_keys_and_the_way_out(table: tuple[keys.Key, ...]) -> None:
    named = keys.talk_keys(table)
    assert len(named) <= 4
    assert keys.LEAVE in named


@pytest.mark.parametrize("board", keys.BOARDS)
def test_before_a_room_a_board_s_first_key_stands_beside_the_one_that_goes_on(board: str) -> None:
    named = [key.action for key in keys.talk_keys((*keys.BOARDS[board], *keys.LESSON))]
    first = min((key for key in keys.BOARDS[board] if key.in_a_talk), key=lambda key: key.in_a_talk or 0)
    assert {first.action, "next", "leave"} <= set(named)


def test_every_screen_that_can_change_its_theme_can_be_shown_to_a_room() -> None:
    for table in (*PRESENTED, keys.EXPLORE_PANEL):
        assert (keys.THEME in table) == (keys.PRESENT in table)


@pytest.mark.parametrize("size", [80, 120, 200])
def test_the_sheet_of_all_keys_loses_nothing(words: Words, size: int) -> None:
    canvas = Canvas(size, sheet_height(keys.LESSON, size))
    sheet_rows(canvas, keys.LESSON, words)
    assert canvas.lost == []


@pytest.mark.parametrize(
    ("pressed", "action"), [("r", "reset_lab"), ("z", None), ("x", "palette"), ("escape", None), ("ctrl+g", "all_keys")]
)
async def test_the_key_after_the_leader_is_an_action(stand: type, pressed: str, action: str | None) -> None:
    app, chosen = stand(), []
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(KeySheet(screen_words("en"), keys.LESSON), chosen.append)
        await pilot.pause()
        await pilot.press(pressed)
        await pilot.pause()
    assert chosen == [action]


async def test_a_click_on_the_sheet_is_the_key(stand: type) -> None:
    app, chosen = stand(), []
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(KeySheet(screen_words("en"), keys.LESSON), chosen.append)
        await pilot.pause()
        await pilot.click(offset=(45, 24 - sheet_height(keys.LESSON, 80) + 2))
        await pilot.pause()
    assert chosen == ["hint"]
