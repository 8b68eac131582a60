"""The machine decides a prediction, or it is told why it does not."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.course.checks.names import Hostname
from nslab.course.checks.processes import Alive
from nslab.course.look import Look
from nslab.course.model import Choice
from nslab.course.predictions import Decided, Judgement, Undecided, judge
from nslab.course.told import say
from nslab.course.values import PidOf
from nslab.words import words_for

VALUES = {"inner": PidOf("box:bash", "box"), "outer": PidOf("box:bash", "host"), "ghost": PidOf("nobody", "host")}
ONE = Choice("one", equals=("{inner}", 1))
OUTER = Choice("outer", equals=("{inner}", "{outer}"))
ZERO = Choice("zero", equals=("{inner}", 0))
BARE = Choice("bare")


def judged(world: Any, *choices: Choice) -> Judgement:
    return judge(choices, Look(world, VALUES))


def test_the_one_choice_that_holds_is_right(world: Any) -> None:
    assert judged(world, ONE, OUTER, ZERO) == Decided("one")
    assert judged(world, OUTER, ZERO, ONE) == Decided("one")


def test_a_bare_choice_is_right_when_no_other_is(world: Any) -> None:
    assert judged(world, BARE, OUTER, ZERO) == Decided("bare")
    assert judged(world, BARE, ONE) == Decided("one")


def test_a_choice_may_say_that_a_value_is_absent(world: Any) -> None:
    missing = Choice("missing", absent="{ghost}")
    assert judged(world, Choice("there", equals=("{ghost}", 1)), missing) == Decided("missing")
    assert judged(world, ONE, Choice("missing", absent="{inner}")) == Decided("one")


def test_a_choice_may_be_a_check(world: Any) -> None:
    assert judged(world, Choice("alive", when=Alive("box")), BARE) == Decided("alive")
    assert judged(world, Choice("renamed", when=Hostname("box", "x")), BARE) == Decided("bare")


def test_several_that_hold_decide_nothing_and_are_named(world: Any) -> None:
    judgement = judged(world, ONE, Choice("same", equals=("{inner}", "{inner}")), ZERO)
    assert isinstance(judgement, Undecided)
    assert judgement.holding == ("one", "same")
    assert "one, same" in say(judgement.reason, words_for("en"))


@pytest.mark.parametrize("choices", [(ZERO, OUTER), (ZERO, Choice("alive", when=Hostname("nobody", "x")), BARE)])
def test_none_that_holds_and_a_check_that_sees_nothing_decide_nothing(world: Any, choices: tuple[Choice, ...]) -> None:
    assert isinstance(judged(world, *choices), Undecided)
