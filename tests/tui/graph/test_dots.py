"""Curves on plotext's canvas: each dot where it was asked for, lines between them, nothing over a gap."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from nslab.tui.graph.dots import braille

BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))  # of a glyph, by its dots from the left and from the bottom
SIZES = st.tuples(st.integers(1, 30), st.integers(1, 10))


def dots_of(rows: tuple[str, ...]) -> set[tuple[int, int]]:
    """The dots that glyphs show, counted as they are asked for."""
    return {
        (2 * x + across, 4 * (len(rows) - 1 - y) + up)
        for y, row in enumerate(rows)
        for x, glyph in enumerate(row)
        if glyph != " "
        for across, column in enumerate(BITS)
        for up, bit in enumerate(column)
        if (ord(glyph) - 0x2800) & bit
    }


@settings(deadline=None)
@given(SIZES, st.data())
def test_each_dot_is_where_it_was_asked_for(size: tuple[int, int], data: st.DataObject) -> None:
    width, height = size
    dot = st.tuples(st.integers(0, 2 * width - 1), st.integers(0, 4 * height - 1))
    asked = data.draw(st.lists(dot, min_size=1, max_size=12))
    rows = braille(width, height, [(one,) for one in asked])
    assert [len(row) for row in rows] == [width] * height
    assert dots_of(rows) == set(asked)


def test_a_run_is_a_line_and_two_runs_are_not_joined() -> None:
    line = dots_of(braille(20, 3, [((0, 0), (11, 11))]))
    assert line == {(at, at) for at in range(12)}
    apart = dots_of(braille(20, 3, [((0, 5), (9, 5)), ((30, 5), (39, 5))]))
    assert apart == {(at, 5) for at in (*range(10), *range(30, 40))}


def test_no_curve_is_blank() -> None:
    assert braille(3, 2, []) == ("   ", "   ")


def test_a_figure_may_be_larger_than_the_window() -> None:
    rows = braille(400, 80, [((0, 0), (799, 319))])
    assert (len(rows), {len(row) for row in rows}) == (80, {400})


def test_plotext_is_not_imported_before_the_first_curve() -> None:
    code = "import sys, nslab.tui.screens.top; print('plotext' in sys.modules)"
    told = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
