"""What is told of a card: the call, what it does, and why the engine has it where it does, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nslab.course.ordering import CALLS, CARDS
from nslab.tui.canvas import Canvas
from nslab.tui.order.about import card_asked, does_panel, why_panel
from nslab.words import LANGS, Lang
from tests.stage import screen_words


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [51, 76])
@pytest.mark.parametrize("card", CARDS)
def test_every_card_is_told_whole(card: str, width: int, lang: Lang) -> None:
    words = screen_words(lang)
    does, why = does_panel(card, width, words), why_panel(card, width, words)
    assert (does.lost, why.lost) == ([], [])
    assert CALLS[card] in does.text()
    assert CALLS[card] in why.text()
    assert does.height < why.height


def test_why_a_card_stands_there_is_told_of_its_own_call() -> None:
    en = screen_words("en")
    assert "the lab's root is shared" in why_panel("private", 76, en).text()
    assert "the lab's root is shared" not in does_panel("private", 76, en).text()
    assert "the lab's root is shared" in card_asked("private", en).lines[0]


@pytest.mark.parametrize("tell", [does_panel, why_panel])
def test_of_a_call_that_came_to_nothing_it_is_told_what_it_would_have_done(tell: Callable[..., Canvas]) -> None:
    en = screen_words("en")
    assert "not made; if it were:" in tell("pivot", 76, en, made=False).text()
    assert "not made" not in tell("pivot", 76, en).text()
