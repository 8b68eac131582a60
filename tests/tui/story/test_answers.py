"""The answers a room chooses from: all of them, large, the one picked in reverse."""

from __future__ import annotations

from typing import Any

import gallery
import pytest
from msgspec.structs import replace

from nslab.tui.canvas import Canvas
from nslab.tui.story.answers import Answers, answer_rows
from nslab.tui.story.view import Choice, Predicting
from nslab.words import Lang, Words
from tests.stage import screen_words

WIDTH, ROWS = 102, 13


def predicting(lang: Lang = "en", card: str = "undecided") -> Predicting:
    found = gallery.cards(lang)[card]
    assert isinstance(found, Predicting)
    return found


def drawn(card: Predicting, lang: Lang = "en", height: int = ROWS) -> tuple[Canvas, tuple[str | None, ...]]:
    canvas = Canvas(WIDTH, height)
    return canvas, answer_rows(canvas, card, screen_words(lang))


def many(count: int) -> Predicting:
    words = gallery.prose("an answer that goes on and on until it needs a second line of the room that it has " * 2)
    return Predicting(gallery.prose("Which?"), tuple(Choice(f"c{at}", words) for at in range(count)))


def test_each_answer_has_its_number_and_three_rows() -> None:
    canvas, at = drawn(predicting())
    assert canvas.lost == []
    assert [at.count(choice.id) for choice in predicting().choices] == [3, 3, 3]
    assert [line.split()[0] for line in canvas.text().split("\n")[1:] if line.strip()] == ["1", "2", "3"]


def test_what_is_picked_is_reversed_and_marked() -> None:
    card = replace(predicting(), picked="lab")
    canvas, at = drawn(card)
    solid = {at[y] for y, row in enumerate(canvas.rows) if row[0][1].solid}
    assert solid == {"lab"}
    assert [line.split()[:2] for line in canvas.text().split("\n") if "▸" in line] == [["▸", "2"]]


def test_how_to_pick_gives_way_to_how_to_go_on() -> None:
    before, after = (drawn(replace(predicting(), picked=picked))[0].text() for picked in (None, "lab"))
    assert "1 to 3" in before
    assert "F9" in after


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("height", [9, ROWS, 22])
def test_long_answers_lose_no_word_where_a_lesson_may_have_so_many(words: Words, count: int, height: int) -> None:
    canvas = Canvas(WIDTH, height)
    answer_rows(canvas, many(count), words)
    assert canvas.lost == []


def test_a_card_that_asks_nothing_leaves_the_place_blank(en: Words) -> None:
    canvas = Canvas(WIDTH, ROWS)
    assert answer_rows(canvas, gallery.cards("en")["do"], en) == ()
    assert canvas.text().strip() == ""


async def test_a_click_picks(stand: type, en: Words, heard: Any) -> None:
    answers = Answers(en, predicting())
    async with stand(answers).run_test(size=(WIDTH, ROWS), message_hook=heard.append) as pilot:
        await pilot.click(Answers, offset=(20, 7))
        await pilot.pause()
    assert [message.choice_id for message in heard.of(Answers.Picked)] == ["lab"]
