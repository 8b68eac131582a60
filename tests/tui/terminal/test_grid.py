"""Writing, erasing, and scrolling, as xterm and tmux do it."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.tui.terminal.cells import Pen


@pytest.mark.parametrize(
    ("output", "rows"),
    [
        ("abcdef", ["abcd", "ef"]),
        ("abcd\r\nx", ["abcd", "x"]),  # a full line waits to wrap
        ("abcd\bX", ["abXd"]),
        ("\nabcd\x1b[AX", ["   X", "abcd"]),
        ("abc中", ["abc", "中"]),
        ("ab中", ["ab中"]),
        ("中文\x1b[1;2HX", [" X文"]),  # half of a wide character does not stay
        ("中文\x1b[1;3HX", ["中X"]),
        ("a中\x1b[1;3HX", ["a X"]),
        ("e\u0301", ["e\u0301"]),
        ("\u0301x", ["x"]),  # nothing to combine with
        ("中\u0301", ["中\u0301"]),
        ("\x1b[?7labcdef", ["abcf"]),
        ("ab\x1b[4h\x1b[1GX中", ["X中a"]),
        ("中a\x1b[1G\x1b[P", [" a"]),
        ("a中b\x1b[1G\x1b[@", [" a中"]),
        ("abc中\x1b[1;1H\x1b[@", [" abc", "中"]),
        ("abcd\x1b[1;2H\x1b[2X", ["a  d"]),
        ("abcd\x1b[K", ["abcd"]),  # the cursor is past the end
        ("ab\x1b[3b", ["abbb", "b"]),
        ("a\x1b[2Cb\x1b[1;1H\x1b[3b", ["a  b"]),  # no character just before
        ("a\nb\x1b[A\x1b[2Jc", ["  c"]),
        ("a\r\nb\r\nc\x1b[2;1H\x1b[L", ["a", "", "b"]),
        ("a\r\nb\r\nc\x1b[1;1H\x1b[M", ["b", "c"]),
        ("a\r\nb\r\nc\x1b[S", ["b", "c"]),
        ("a\r\nb\x1b[T", ["", "a", "b"]),
        ("a\r\nb\x1b[1;1H\x1bM", ["", "a", "b"]),
        ("\x1b(0lqk\x1b(Bq", ["┌─┐q"]),
        ("\x1b)0a\x0eq\x0fq", ["a─q"]),
        ("\x1b#8\x1b[2J\x1b[1;1Hok", ["ok"]),
        ("a\x1bcb", ["b"]),
    ],
    ids=repr,
)
def test_output_and_its_rows(fed: Any, output: str, rows: list[str]) -> None:
    assert fed(4, 3)(output).text == rows


@pytest.mark.parametrize(
    ("output", "cursor"),
    [
        ("\x1b[99;99H", (9, 4)),
        ("\x1b[3;4H\x1b[A\x1b[2D", (1, 1)),
        ("\x1b[2;4r\x1b[1;1H\x1b[5A", (0, 0)),  # above the margins, not moved into them
        ("\x1b[2;4r\x1b[5;1H\x1b[5B", (0, 4)),
        ("\x1b[2;4r\x1b[3;1H\x1b[9B", (0, 3)),
        ("\x1b[2;4r\x1b[?6h\x1b[1;1H", (0, 1)),
        ("\x1b[2;4r\x1b[?6h\x1b[9d", (0, 3)),
        ("\x1b[?6h\x1b[3d", (0, 2)),  # origin mode without margins
        ("\x1b[3;3H\x1b[r", (0, 0)),
        ("\x1b[3;3H\x1b[4;2r", (2, 2)),  # not a region
        ("a\tb\t", (9, 0)),
        ("\x1b[5G\x1bH\r\t", (4, 0)),
        ("\x1b[3g\t", (9, 0)),
        ("\x1b[9G\x1b[Z", (0, 0)),
        ("\x1b[2;3H\x1b7\x1b[H\x1b8", (2, 1)),
        ("\x1b[2;3H\x1b8", (0, 0)),
        ("\x1b[2;3H\x1bE", (0, 2)),
    ],
    ids=repr,
)
def test_output_and_where_the_cursor_is(fed: Any, output: str, cursor: tuple[int, int]) -> None:
    assert fed(10, 5)(output).cursor == cursor


def test_lines_that_leave_at_the_top_are_the_history(fed: Any) -> None:
    screen = fed(10, 2, history_lines=3)("".join(f"{n}\r\n" for n in range(8)))
    assert (screen.history, screen.text) == (["4", "5", "6"], ["7"])
    assert screen.screen.first_row == 4
    assert [screen.screen.line(row) is None for row in (3, 4, 8, 9)] == [True, False, False, True]


def test_a_scrolling_region_below_the_top_leaves_the_history_alone(fed: Any) -> None:
    assert fed(10, 4)("title\x1b[2;3r\x1b[3;1Ha\r\nb\r\nc").history == []


def test_deleted_lines_are_not_history(fed: Any) -> None:
    assert fed(10, 2)("a\r\nb\x1b[1;1H\x1b[2M").history == []


def test_erasing_takes_the_background_and_nothing_else(fed: Any) -> None:
    screen = fed(4, 1)("\x1b[1;4;7;31;44mab\x1b[K")
    assert screen.screen.rows[0][3].pen == Pen(background=4)


def test_a_tower_of_marks_is_cut(fed: Any) -> None:
    screen = fed(4, 1)("a" + "\u0301" * 1000)
    assert len(screen.screen.rows[0][0].text) == 8


def test_a_thousand_colours_do_not_fill_the_memory(fed: Any) -> None:
    screen = fed(10, 2)("".join(f"\x1b[38;2;{n % 256};{n // 256};0mx" for n in range(5000)))
    assert len(screen.screen._inks) <= 1024
