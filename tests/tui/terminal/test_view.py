"""Scrolled up, a view stays on its text."""

from __future__ import annotations

from typing import Any

from nslab.tui.terminal.view import View


def test_a_view_follows_until_it_is_scrolled_and_then_stays(fed: Any) -> None:
    screen = fed(10, 2, history_lines=5)("1\r\n2\r\n3\r\n4")
    view = View(screen.screen)
    assert (view.top, view.lines_up) == (2, 0)
    assert view.scroll(-1)
    screen("\r\n5\r\n6")
    assert (view.top, view.lines_up) == (1, 3)
    assert view.follow()
    assert (view.top, view.lines_up) == (4, 0)


def test_a_view_goes_no_further_than_the_text(fed: Any) -> None:
    screen = fed(10, 2, history_lines=3)("1\r\n2\r\n3\r\n4")
    view = View(screen.screen)
    assert view.scroll(-100)
    assert view.top == 0
    assert not view.scroll(-1)
    screen("\r\n5\r\n6\r\n7")
    assert view.top == screen.screen.first_row == 2
    assert view.scroll(100)
    assert view.lines_up == 0


def test_scrolled_back_down_a_view_follows_again(fed: Any) -> None:
    screen = fed(10, 2)("1\r\n2\r\n3\r\n4")
    view = View(screen.screen)
    view.scroll(-2)
    view.scroll(2)
    screen("\r\n5")
    assert view.lines_up == 0


def test_the_alternate_screen_can_t_be_scrolled(fed: Any) -> None:
    screen = fed(10, 2)("1\r\n2\r\n3\x1b[?1049h")
    assert not View(screen.screen).scroll(-1)
