"""What is selected is the text, not the cells."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.tui.terminal.selection import Point, Selection, between, paragraph_at, selected_text, whole, word_at


def selected(screen: Any, selection: Selection) -> str:
    return selected_text(selection, screen.screen.line)


@pytest.mark.parametrize(
    ("anchor", "head", "text"),
    [
        ((0, 0), (0, 2), "abc"),
        ((0, 2), (0, 0), "abc"),
        ((0, 4), (0, 4), "f"),
    ],
)
def test_a_drag_takes_both_its_ends(fed: Any, anchor: tuple[int, int], head: tuple[int, int], text: str) -> None:
    screen = fed(10, 2)("abcdf")
    assert selected(screen, between(Point(*anchor), Point(*head))) == text


def test_blanks_at_a_line_s_end_are_no_text(fed: Any) -> None:
    screen = fed(10, 3)("ab\r\n\r\ncd")
    assert selected(screen, between(Point(0, 1), Point(2, 9))) == "b\n\ncd"


def test_a_wrapped_line_is_one_line(fed: Any) -> None:
    screen = fed(4, 4)("abcdef\r\nx")
    assert selected(screen, between(Point(0, 0), Point(2, 0))) == "abcdef\nx"


def test_a_line_wrapped_before_a_wide_character_has_no_blank_there(fed: Any) -> None:
    screen = fed(4, 4)("abc中d")
    assert selected(screen, between(Point(0, 0), Point(1, 3))) == "abc中d"


def test_a_line_whose_end_was_erased_goes_on_no_more(fed: Any) -> None:
    screen = fed(4, 4)("abcdef\x1b[1;3H\x1b[K")
    assert selected(screen, between(Point(0, 0), Point(1, 3))) == "ab\nef"


def test_half_of_a_wide_character_is_the_whole(fed: Any) -> None:
    screen = fed(10, 1)("a中文b")
    line = screen.screen.line
    assert selected(screen, whole(between(Point(0, 2), Point(0, 3)), line)) == "中文"
    assert whole(between(Point(0, 2), Point(0, 3)), line) == Selection(Point(0, 1), Point(0, 5))


def test_a_selection_reaches_into_the_history_and_stays_on_its_text(fed: Any) -> None:
    screen = fed(10, 2, history_lines=10)("1\r\n2\r\n3")
    chosen = between(Point(0, 0), Point(2, 0))
    assert selected(screen, chosen) == "1\n2\n3"
    screen("\r\n4\r\n5")
    assert selected(screen, chosen) == "1\n2\n3"


def test_what_has_left_the_history_is_left_out(fed: Any) -> None:
    screen = fed(10, 2, history_lines=1)("1\r\n2\r\n3\r\n4")
    assert selected(screen, between(Point(0, 0), Point(2, 0))) == "2\n3"


@pytest.mark.parametrize(
    ("column", "word"),
    [
        (1, "ls"),
        (4, "--color=auto"),
        (17, "/usr/lib"),
        (2, " "),
        (25, "容器"),
        (26, "容器"),
        (28, "容器"),
        (30, "("),
        (39, ""),
    ],
)
def test_a_double_click_takes_a_word(fed: Any, column: int, word: str) -> None:
    screen = fed(40, 1)("ls --color=auto /usr/lib 容器 (x)")
    assert selected(screen, word_at(Point(0, column), screen.screen.line)) == word


def test_a_triple_click_takes_the_line_with_all_its_rows(fed: Any) -> None:
    screen = fed(4, 4)("x\r\nabcdefghi")
    for row in (1, 2, 3):
        assert selected(screen, paragraph_at(Point(row, 0), screen.screen.line)) == "abcdefghi"
