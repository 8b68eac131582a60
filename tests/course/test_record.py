"""What of a player's state is written down, over what was known before."""

from __future__ import annotations

from msgspec.structs import replace

from nslab.course.player import Player, Record, start
from nslab.course.predictions import Decided, Undecided
from nslab.course.progress import LessonProgress, Prediction
from nslab.course.record import recorded
from nslab.course.told import Told
from tests.stage import lesson


def player(frontier: int, *records: Record) -> Player:
    begun = start(lesson("pid").lesson)
    rest = begun.records[len(records) :]
    return replace(begun, frontier=frontier, at=frontier, records=(*records, *rest))


def test_a_lesson_just_opened_stands_at_its_first_step() -> None:
    assert recorded(player(0))(LessonProgress()) == LessonProgress(step="one")


def test_a_prediction_is_kept_with_what_the_machine_found_right() -> None:
    given = Record(prediction="zero", judgement=Decided("one"), passed=True)
    change = recorded(player(1, given))
    assert change(LessonProgress()) == LessonProgress("other-number", predictions={"one": Prediction("zero", "one")})


def test_where_the_machine_did_not_decide_nothing_is_right() -> None:
    given = Record(prediction="zero", judgement=Undecided((), Told("x")))
    assert recorded(player(0, given))(LessonProgress()).predictions == {"one": Prediction("zero", None)}


def test_the_step_being_looked_back_at_is_not_where_the_lesson_stands() -> None:
    assert recorded(replace(player(2), at=0))(LessonProgress()).step == "whose-proc"


def test_a_finished_lesson_has_no_step_and_stays_done_when_it_is_played_again() -> None:
    done = recorded(replace(player(7), finished=True))(LessonProgress("make"))
    assert (done.step, done.done) == (None, True)
    again = recorded(player(1))(done)
    assert (again.step, again.done) == ("other-number", True)


def test_what_was_known_before_is_kept_unless_it_was_said_anew() -> None:
    before = LessonProgress(predictions={"gone-step": Prediction("a"), "one": Prediction("zero")})
    after = recorded(player(1, Record(prediction="one")))(before)
    assert after.predictions == {"gone-step": Prediction("a"), "one": Prediction("one")}
