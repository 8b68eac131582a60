"""Modes, the alternate screen, prompts, and size."""

from __future__ import annotations

from typing import Any

import pytest
from rich.style import Style

from nslab.tui.terminal.cells import text_of
from nslab.tui.terminal.screen import CursorShape, Mode


@pytest.mark.parametrize("mode", [47, 1047, 1049])
def test_the_alternate_screen_leaves_the_main_one_as_it_was(fed: Any, mode: int) -> None:
    screen = fed(10, 3)("a\r\nb", f"\x1b[?{mode}h", "x\r\n" * 9)
    assert screen.screen.alternate
    assert "a" not in screen.text
    screen(f"\x1b[?{mode}l")
    assert screen.text == ["a", "b"]
    assert screen.history == []


def test_1049_brings_the_cursor_and_the_pen_back(fed: Any) -> None:
    screen = fed(10, 3)("\x1b[1mab\x1b[?1049h\x1b[0m\x1b[3;3Hx\x1b[?1049l")
    assert screen.cursor == (2, 0)
    assert screen.screen.ink.pen.bold


def test_a_saved_cursor_comes_back_into_a_smaller_screen(fed: Any) -> None:
    screen = fed(10, 4)("\x1b[4;9H\x1b7\x1b[H")
    screen.screen.resize(2, 5)
    assert screen("\x1b8").cursor == (5, 1)


def test_ed_3_forgets_the_history_only(fed: Any) -> None:
    screen = fed(10, 2)("a\r\nb\r\nc\x1b[3J")
    assert (screen.history, screen.text) == ([], ["b", "c"])


def test_a_soft_reset_leaves_the_text(fed: Any) -> None:
    screen = fed(10, 2)("a\x1b[?1h\x1b[4h\x1b[1m\x1b[?25l\x1b[!p")
    assert screen.text == ["a"]
    assert not screen.screen.has_mode(Mode.APPLICATION_CURSOR)
    assert not screen.screen.cursor.hidden
    assert not screen.screen.ink.pen.bold


def test_132_columns_clear_but_don_t_widen(fed: Any) -> None:
    screen = fed(10, 2)("abc\x1b[?3h")
    assert (screen.text, screen.cursor, screen.screen.columns) == ([], (0, 0), 10)


def test_the_cursor_has_the_shape_asked_for(fed: Any) -> None:
    screen = fed(10, 2)
    shapes = [screen(f"\x1b[{style} q").screen.cursor_shape for style in (3, 6, 2, 0, 99)]
    assert shapes == [CursorShape.UNDERLINE, CursorShape.BAR, CursorShape.BLOCK, CursorShape.BLOCK, CursorShape.BLOCK]


@pytest.mark.parametrize(
    "output", ["\x1b]0;host: ~\x07", "\x1b]2;中文\x1b\\", "\x1b]1;icon\x07", "\x1b]2;a\tb\u202ec\x9bd\x07"]
)
@pytest.mark.parametrize("length", [1, 100, 5000])
def test_a_title_is_nobody_s_and_nothing_of_it_is_drawn(fed: Any, output: str, length: int) -> None:
    assert fed(10, 2)(output.replace(";", ";" + "x" * length)).text == []


def test_a_prompt_keeps_the_style_it_was_printed_with(fed: Any) -> None:
    host, box = Style(color="blue"), Style(color="yellow")
    screen = fed(20, 3)
    screen.screen.prompt_style = host
    screen("\x1b]133;A\x07$ \x1b[0m>\x1b]133;B\x07ls\r\n")
    screen.screen.prompt_style = box
    screen("\x1b]133;A\x1b\\# \x1b]133;B\x1b\\id")
    worn = [[cell.pen.prompt for cell in line[:5]] for line in screen.screen.rows[:2]]
    assert worn == [[host, host, host, None, None], [box, box, None, None, None]]


def test_a_prompt_that_never_ends_ends_with_the_command_s_output(fed: Any) -> None:
    screen = fed(20, 3)
    screen.screen.prompt_style = Style(bold=True)
    assert screen("\x1b]133;A\x07$ \x1b]133;C\x07out").screen.rows[0][3].pen.prompt is None


def test_clearing_keeps_the_line_with_the_cursor(fed: Any) -> None:
    screen = fed(6, 4)("1\r\n2\r\n3\r\n4\r\n$ a long")
    screen.screen.clear()
    assert (screen.text, screen.history, screen.cursor) == (["$ a lo", "ng"], [], (2, 1))


def test_a_new_program_finds_all_modes_reset_and_its_place_below(fed: Any) -> None:
    screen = fed(10, 4)("old\x1b[?1h\x1b[?1000;1006;2004h\x1b[?1049h\x1b[31mvim\x1b[?25l")
    screen.screen.renew()
    assert screen("new").text == ["old", "new"]
    assert not any(map(screen.screen.has_mode, (1, 1000, 1006, 2004)))
    assert screen.screen.rows[1][0].pen.foreground is None


@pytest.mark.parametrize(("columns", "under"), [(1, range(0, 2)), (2, range(0, 2)), (3, range(2, 3)), (9, range(3, 4))])
def test_the_cursor_covers_a_wide_character_whole(fed: Any, columns: int, under: range) -> None:
    assert fed(4, 1)(f"中a\x1b[1;{columns}H").screen.cursor_columns == under


def test_a_resized_alternate_screen_keeps_the_rows_at_its_cursor(fed: Any) -> None:
    screen = fed(6, 4)("main\x1b[?1049h1\r\n2\r\n3\r\n4")
    screen.screen.resize(2, 6)
    assert screen.text == ["3", "4"]
    screen("\x1b[?1049l")
    assert [text_of(line).rstrip() for line in screen.screen.rows] == ["main", ""]
