"""The open card as a bar: one glance for a room, and what a speaker's hands need of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import gallery
import pytest
from podium import Room, Shows

from nslab.tui.canvas import Canvas
from nslab.tui.edit import Line
from nslab.tui.story.bar import bar_height, bar_rows
from nslab.tui.story.card import HitKind
from nslab.tui.story.view import Doing
from nslab.tui.story.widget import Story
from nslab.words import Lang, Words
from tests.stage import screen_words

WIDTH, ROWS = 102, 3
CARDS = list(gallery.cards("en"))


def drawn(lang: Lang, card: str, typed: str = "", *, plain: bool = False) -> Canvas:
    view, words = gallery.story(lang, card), screen_words(lang)
    line = Line(typed)
    height = max(bar_height(view, WIDTH, words, line), ROWS)
    return bar_rows(view, WIDTH, height, words, typed=line, plain=plain).canvas


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("width", [78, 102, 198])
def test_a_bar_as_high_as_it_wants_loses_no_word(lang: Lang, words: Words, card: str, width: int) -> None:
    view = gallery.story(lang, card)
    rows = bar_rows(view, width, bar_height(view, width, words), words)
    assert rows.canvas.lost == []
    assert rows.canvas.height == bar_height(view, width, words)


def test_a_question_stands_in_the_middle_of_three_rows_without_its_answers() -> None:
    above, middle, below = drawn("en", "undecided").text().split("\n")
    assert (above, below) == ("", "")
    assert " ".join(middle.split()) == "? PREDICT In box, whose directory is /proc/1?"


def test_of_the_tasks_the_one_at_hand_is_told_and_which_of_how_many_it_is() -> None:
    text = drawn("en", "do").text()
    assert "Run it: ./ns_pid" in text
    assert "▸ 2/3" in text
    assert "Compile it" not in text


def test_what_is_wrong_takes_the_place_of_the_task() -> None:
    text = drawn("en", "miss").text()
    assert "✗ NOT YET" in text
    assert "both are pid:A 4026532181" in text
    assert "Run it" not in text


def test_the_machine_s_answer_is_held_against_what_the_room_said() -> None:
    assert (
        "the room said “the number the host knows it by”; the machine gave another answer"
        in drawn("en", "passed").text()
    )
    assert "as the room said: “1”" in drawn("en", "held").text()


def test_an_answer_is_typed_in_the_bar() -> None:
    view, words = gallery.story("en", "ask"), screen_words("en")
    rows = bar_rows(view, WIDTH, ROWS, words, typed=Line("12"))
    assert rows.cursor is not None
    x, y = rows.cursor
    assert rows.canvas.text().split("\n")[y][x - 2 : x] == "12"


def test_a_click_on_what_was_observed_goes_on() -> None:
    rows = bar_rows(gallery.story("en", "explain"), WIDTH, ROWS, screen_words("en"))
    assert [hit.kind for hit in rows.hits] == [HitKind.ADVANCE]


@pytest.fixture
def press() -> Callable[..., Awaitable[list[Any]]]:
    """Press keys in a bar; what it said."""

    async def run(card: str, *keys: str) -> list[Any]:
        heard: list[Any] = []
        story = Story(screen_words("en"), gallery.story("en", card))
        async with Shows(Room(story)).run_test(size=(WIDTH, ROWS), message_hook=heard.append) as pilot:
            await pilot.pause()
            story.focus()
            await pilot.press(*keys)
            await pilot.pause()
        return list(dict.fromkeys(one for one in heard if type(one).__qualname__.startswith("Story.")))

    return run


async def test_keys_pick_and_say_an_answer_in_the_bar_as_in_the_story(
    press: Callable[..., Awaitable[list[Any]]],
) -> None:
    heard = await press("undecided", "2", "enter")
    assert [(type(one), one.choice_id) for one in heard] == [(Story.Picked, "lab"), (Story.Chosen, "lab")]


async def test_an_answer_typed_in_the_bar_is_sent(press: Callable[..., Awaitable[list[Any]]]) -> None:
    assert isinstance(gallery.story("en", "ask").card, Doing)
    heard = await press("ask", "8", "enter")
    assert [one.text for one in heard] == ["8"]
