"""Text flows when the width changes, and nothing of it is lost."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nslab.tui.terminal.screen import Screen
from nslab.tui.terminal.selection import Point, Selection, selected_text
from nslab.tui.terminal.stream import Stream


def all_text(screen: Screen) -> str:
    rows = Selection(Point(screen.first_row, 0), Point(screen.end_row, 0))
    return selected_text(rows, screen.line).rstrip()


def test_a_narrower_screen_wraps_and_a_wider_one_joins(fed: Any) -> None:
    screen = fed(10, 4)("abcdefgh\r\nij")
    screen.screen.resize(4, 3)
    assert screen.text == ["abc", "def", "gh", "ij"]
    screen.screen.resize(4, 10)
    assert screen.text == ["abcdefgh", "ij"]
    assert screen.cursor == (2, 1)


def test_a_wide_character_is_never_parted(fed: Any) -> None:
    screen = fed(10, 4)("a中文字")
    screen.screen.resize(4, 4)
    assert screen.text == ["a中", "文字"]
    screen.screen.resize(4, 10)
    assert screen.text == ["a中文字"]


def test_a_full_screen_that_grows_gets_lines_back_from_the_history(fed: Any) -> None:
    screen = fed(10, 2)("1\r\n2\r\n3\r\n4")
    screen.screen.resize(3, 10)
    assert (screen.history, screen.text, screen.cursor) == (["1"], ["2", "3", "4"], (1, 2))


def test_a_cleared_screen_that_grows_stays_clear(fed: Any) -> None:
    screen = fed(10, 3)("1\r\n2\r\n3\r\n4\x1b[H\x1b[2J$ ")
    screen.screen.resize(6, 10)
    assert screen.text == ["$"]
    assert screen.cursor == (2, 0)


def test_a_lower_screen_gives_up_empty_rows_first(fed: Any) -> None:
    screen = fed(10, 5)("1\r\n2")
    screen.screen.resize(2, 10)
    assert (screen.history, screen.text) == ([], ["1", "2"])
    screen.screen.resize(1, 10)
    assert (screen.history, screen.text) == (["1"], ["2"])


@given(
    st.lists(st.text("ab 中文é", max_size=20).map(str.strip), max_size=8),
    st.lists(st.tuples(st.integers(2, 25), st.integers(1, 8)), min_size=1, max_size=5),
)
def test_no_change_of_size_loses_text(lines: list[str], sizes: list[tuple[int, int]]) -> None:
    screen = Screen(12, 4, history_lines=500)
    Stream(screen).feed("\r\n".join([*lines, "$"]).encode())
    before = all_text(screen)
    for columns, rows in sizes:
        screen.resize(rows, columns)
        assert all_text(screen) == before
        assert screen.rows[screen.cursor.y][screen.cursor_columns.start - (screen.cursor.x < columns)].text == "$"
