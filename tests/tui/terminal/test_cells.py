"""Characters are as wide here as in Textual, or rows would not align."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import get_line_length

from nslab.tui.terminal.cells import IGNORED, NARROW, WIDTHS, Ink, Pen


def test_every_character_is_as_wide_as_textual_draws_it() -> None:
    characters = (chr(code) for code in range(0x20, 0x20000) if not 0xD800 <= code < 0xE000)
    assert [hex(ord(c)) for c in characters if WIDTHS[c] != IGNORED and WIDTHS[c] != cell_len(c)] == []


def test_the_characters_taken_for_narrow_are() -> None:
    assert {WIDTHS[char] for char in NARROW} == {1}


def test_nothing_that_acts_on_the_users_own_terminal_leaves_a_trace() -> None:
    acting = ["\u200e", "\u202e", "\u2066", "\u200d", "\ufeff", "\u2028", "\ufe0f", "\x9b"]
    assert {WIDTHS[char] for char in acting} == {IGNORED}


def test_cells_side_by_side_are_as_wide_as_each_of_them() -> None:
    drawn = [
        chr(code) for code in range(0xA1, 0x3000) if WIDTHS[chr(code)] > 0 and unicodedata.category(chr(code)) != "Cn"
    ]
    assert get_line_length([Segment("".join(drawn))]) == sum(WIDTHS[char] for char in drawn)


def test_an_ink_is_bounded_and_makes_a_cell_once() -> None:
    ink = Ink(Pen(bold=True))
    assert ink["a"] is ink["a"]
    for code in range(0x4E00, 0x4E00 + 2 * Ink.LIMIT):
        ink[chr(code)]
    assert len(ink) <= Ink.LIMIT
