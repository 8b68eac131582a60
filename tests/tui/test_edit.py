"""A line being typed: Chinese, accents, and pastes included."""

import pytest

from nslab.tui.edit import Line


def typed(*keys: str) -> Line:
    line = Line()
    for key in keys:
        line = line.press(key) or line.typed(key)
    return line


@pytest.mark.parametrize(
    ("keys", "before", "after"),
    [
        (("a", "b", "left", "c"), "ac", "b"),
        (("进", "程", "backspace"), "进", ""),
        (("a", "b", "home", "delete"), "", "b"),
        (("a", "b", "home", "right", "x", "end", "!"), "axb!", ""),
        (("a", "b", "left", "ctrl+u"), "", "b"),
        (("left", "backspace", "delete", "right"), "", ""),
        (("e\u0301", "backspace"), "", ""),
    ],
)
def test_editing_keys(keys: tuple[str, ...], before: str, after: str) -> None:
    assert typed(*keys) == Line(before, after)


def test_the_cursor_is_counted_in_cells() -> None:
    assert Line("进程 a").cursor == 6


def test_a_paste_of_several_lines_becomes_one() -> None:
    assert Line().typed("8\n9\t\x1b").text == "8 9  "
