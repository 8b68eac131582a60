"""Pens as Textual's styles; a line drawn once."""

from __future__ import annotations

from typing import Any

from rich.color import Color
from rich.style import Style

from nslab.tui.terminal.cells import Pen
from nslab.tui.terminal.paint import XTERM, AnsiColours, Painter, reversed_at, underlined_at

BASE = Style(color="#eeeeee", bgcolor="#111111")


def test_sixteen_colours_are_the_palette_s_and_the_others_fixed() -> None:
    painter = Painter(AnsiColours(("red", *XTERM.names[1:])), BASE)
    colours = [painter.style(Pen(foreground=n)).color for n in (0, 1, 16, 196, 231, 232, 255, (1, 2, 3))]
    rgb = [(0, 0, 0), (255, 0, 0), (255, 255, 255), (8, 8, 8), (238, 238, 238), (1, 2, 3)]
    assert colours == [Color.parse("red"), Color.parse("#cd0000"), *(Color.from_rgb(*triple) for triple in rgb)]


def test_without_a_palette_no_colour_is_drawn_but_all_else_is() -> None:
    style = Painter(None, Style()).style(
        Pen(foreground=1, background=(1, 2, 3), bold=True, reverse=True, underline=True)
    )
    assert style == Style(bold=True, reverse=True, underline=True)


def test_a_reversed_screen_draws_reverse_straight() -> None:
    painter = Painter(XTERM, BASE, reversed_screen=True)
    assert [bool(painter.style(Pen(reverse=reverse)).reverse) for reverse in (False, True)] == [True, False]


def test_a_prompt_is_drawn_over_its_own_colours() -> None:
    style = Painter(XTERM, BASE).style(Pen(foreground=1, prompt=Style(color="#00ff00", bold=True)))
    assert (style.color, style.bold) == (Color.parse("#00ff00"), True)


def test_a_line_is_drawn_again_only_when_it_or_the_theme_has_changed(fed: Any) -> None:
    screen, painter = fed(10, 2)("abc"), Painter(XTERM, BASE)
    line = screen.screen.rows[0]
    first = painter.strip(line, 10)
    assert painter.strip(line, 10) is first
    assert Painter(None, BASE).strip(line, 10) is not first
    screen("\rX")
    assert painter.strip(line, 10).text == "Xbc       "


def test_every_way_to_change_a_line_draws_it_again(fed: Any) -> None:
    for change in (
        "x",
        "文",
        "\x1b[K",
        "\x1b[2J",
        "\x1b[@",
        "\x1b[P",
        "\x1b[X",
        "\x1b[2;1H\x1b[1K",
        "\x1b[4hab",
        "\x1b[2;2H\u0301",
    ):
        screen, painter = fed(6, 2)("abcdef\r\n中de\x1b[2;1H"), Painter(XTERM, BASE)
        before = [painter.strip(line, 6).text for line in screen.screen.rows]
        screen(change)
        after = ["".join(cell.text for cell in line) for line in screen.screen.rows]
        assert before != after, change
        assert [painter.strip(line, 6).text for line in screen.screen.rows] == after, change


def test_a_strip_is_as_wide_as_asked_while_the_screen_is_not(fed: Any) -> None:
    line = fed(6, 1)("ab中文").screen.rows[0]
    assert [Painter(XTERM, BASE).strip(line, width).text for width in (3, 6, 8)] == ["ab ", "ab中文", "ab中文  "]


def test_hidden_text_is_not_drawn(fed: Any) -> None:
    line = fed(10, 1)("a\x1b[8m中b\x1b[mc").screen.rows[0]
    assert Painter(XTERM, BASE).strip(line, 10).text == "a   c     "


def test_a_cursor_on_reversed_text_can_be_seen(fed: Any) -> None:
    strip = Painter(XTERM, BASE).strip(fed(4, 1)("a\x1b[7mbc").screen.rows[0], 4)
    cut = [(segment.text, bool(segment.style and segment.style.reverse)) for segment in reversed_at(strip, range(1, 2))]
    assert cut == [("a", False), ("b", False), ("c", True), (" ", False)]
    assert [
        segment.text for segment in underlined_at(strip, range(2, 3)) if segment.style and segment.style.underline
    ] == ["c"]


def test_nothing_is_reversed_outside_of_a_strip(fed: Any) -> None:
    strip = Painter(XTERM, BASE).strip(fed(4, 1)("abcd").screen.rows[0], 4)
    assert reversed_at(strip, range(4, 6)).text == reversed_at(strip, range(2, 9)).text == "abcd"
