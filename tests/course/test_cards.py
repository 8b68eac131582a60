"""A card is read without playing."""

from __future__ import annotations

import pytest

from nslab.course.cards import card
from nslab.course.loader import Pack
from nslab.course.progress import LessonProgress, Prediction


def test_a_card_of_a_lesson_never_played_has_its_words_and_commands(tiny: Pack) -> None:
    read = card(tiny, LessonProgress(), "zh")
    assert (read.lesson, read.title, read.docker, read.predictions) == ("tiny", "小小一课", "flag", ())
    assert read.words.source.startswith("三句话。")
    assert read.commands == ("hostname shop        改名",)


@pytest.mark.parametrize(("right", "held"), [("outer", True), ("one", False), (None, None)])
def test_a_card_shows_what_was_predicted_and_whether_it_held(tiny: Pack, right: str | None, held: bool | None) -> None:
    progress = LessonProgress(predictions={"first": Prediction("outer", right)})
    (remembered,) = card(tiny, progress, "en").predictions
    assert remembered.question.source == "Which number?"
    assert remembered.answer.source == "the outer one"
    assert remembered.held is held


def test_predictions_of_an_older_version_of_the_lesson_are_left_out(tiny: Pack) -> None:
    progress = LessonProgress(predictions={"gone": Prediction("x"), "first": Prediction("gone")})
    assert card(tiny, progress, "en").predictions == ()
