"""Help for each part of the screen: words in both languages, and room for all of them."""

from __future__ import annotations

import pytest

from nslab.tui import keys
from nslab.tui.lesson.helping import HELPED, help_view
from nslab.tui.screens.help_rows import help_rows
from nslab.words import Words
from tests.stage import screen_words


@pytest.mark.parametrize("name", HELPED)
@pytest.mark.parametrize("width", [64, 80, 84])
def test_no_words_of_it_are_cut_off(words: Words, name: str, width: int) -> None:
    assert help_rows(help_view(name, words), keys.LESSON[:4], width, words).lost == []


def test_whatever_a_terminal_is_called_its_help_is_a_terminal_s() -> None:
    en = screen_words("en")
    assert help_view("joined", en) == help_view("box", en)
    assert help_view("box", en).name == "terminal"


def test_each_part_says_what_it_shows_which_keys_it_takes_and_what_it_reads() -> None:
    for name in HELPED:
        view = help_view(name, screen_words("en"))
        assert view.what
        assert view.parts
        assert view.keys
        assert view.reads
