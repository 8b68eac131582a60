"""Checks of what was made on a board: on a machine where it is so, where it isn't, and where nothing was tried yet."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.course.checks.boards import (
    AttacksThrough,
    AttackThrough,
    BirthChanged,
    BirthMade,
    OrderEnded,
    OrderLacks,
    OrderRight,
)
from nslab.course.checks.verdict import Observation, Verdict
from nslab.course.look import Look
from nslab.course.told import say
from nslab.words import LANGS, Lang, words_for
from tests import born, order_views, without_views
from tests.course.conftest import RecordedWorld

STEPS = [call.step for call in born.birth(0).calls]
AT_PIVOT = STEPS.index("pivot") + 1
NOTHING = RecordedWorld()


def judge(check: Observation, world: Any) -> Verdict:
    return check.judge(Look(world, {}))


def at(made: int) -> RecordedWorld:
    return RecordedWorld(born=born.birth(made))


def ran(*tries: Any) -> RecordedWorld:
    return RecordedWorld(orders=tries)


ESCAPE = AttackThrough("escape", ("pivot",))
NNP = frozenset({"nnp"})
ALONE = AttacksThrough(("nnp",), ("regain",))


def siege(*through: str, off: frozenset[str] = NNP) -> RecordedWorld:
    """Every attack was tried with the primitives `off` left out, and these got through."""
    results = {attack: without_views.through(attack, 7) for attack in through}
    return RecordedWorld(trials=dict(without_views.trials(off, results).results))


HOLDS = [
    (BirthMade("pivot"), at(AT_PIVOT)),
    (BirthChanged("root", "pivot"), at(AT_PIVOT)),
    (BirthChanged("pid", "clone"), at(AT_PIVOT)),
    (ESCAPE, RecordedWorld(trials={("escape", frozenset({"pivot"})): without_views.through("escape", 7)})),
    (ALONE, siege("regain")),
    (AttacksThrough((), ()), siege(off=frozenset())),
    (OrderRight(), ran(order_views.silent(), order_views.right())),
    (OrderEnded("kernel", "ENOENT"), ran(order_views.broken_at("kernel"))),
    (OrderLacks("leak"), ran(order_views.silent())),
]
FAILS = [
    (BirthMade("pivot"), at(AT_PIVOT - 1)),
    (BirthChanged("root", "pivot"), at(AT_PIVOT - 1)),
    (BirthChanged("root", "overlay"), at(AT_PIVOT)),
    (ESCAPE, RecordedWorld(trials={("escape", frozenset({"pivot"})): without_views.stopped("escape")})),
    (ESCAPE, RecordedWorld(trials={("escape", frozenset({"pivot"})): without_views.refused("escape", 22)})),
    (ALONE, siege()),
    (ALONE, siege("regain", "kill")),
    (OrderRight(), ran(order_views.silent(), order_views.broken_at("dev"))),
    (OrderRight(), ran(order_views.right(), order_views.silent())),
    (OrderEnded("kernel", "EPERM"), ran(order_views.broken_at("kernel"))),
    (OrderEnded("kernel", "ENOENT"), ran(order_views.broken_at("kernel"), order_views.right())),
    (OrderLacks("leak"), ran(order_views.right())),
    (OrderLacks("nnp"), ran(order_views.silent())),
]
ABSENT = [
    (BirthMade("pivot"), NOTHING),
    (BirthChanged("root", "pivot"), NOTHING),
    (ESCAPE, RecordedWorld(trials={("escape", frozenset()): without_views.stopped("escape")})),
    (ALONE, NOTHING),
    (ALONE, siege("regain", off=frozenset({"nnp", "pid"}))),
    (ALONE, RecordedWorld(trials={("regain", NNP): without_views.through("regain", 7)})),
    (OrderRight(), NOTHING),
    (OrderEnded("kernel", "ENOENT"), NOTHING),
    (OrderLacks("leak"), NOTHING),
]


@pytest.mark.parametrize(("check", "world"), HOLDS)
def test_it_holds_where_it_is_so(check: Observation, world: RecordedWorld) -> None:
    assert judge(check, world).passed


@pytest.mark.parametrize(("check", "world"), FAILS)
def test_it_fails_where_it_is_not_so_and_says_one_thing_to_try(check: Observation, world: RecordedWorld) -> None:
    verdict = judge(check, world)
    assert verdict.observed
    assert not verdict.passed
    assert verdict.next


@pytest.mark.parametrize(("check", "world"), ABSENT)
def test_what_was_not_tried_is_neither(check: Observation, world: RecordedWorld) -> None:
    assert not judge(check, world).observed


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("check", "world"), [*HOLDS, *FAILS, *ABSENT])
@pytest.mark.parametrize("so", [True, False])
def test_every_verdict_is_a_sentence_in_both_languages(
    check: Observation, world: RecordedWorld, lang: Lang, *, so: bool
) -> None:
    verdict = check.judge(Look(world, {}), so=so)
    words = words_for(lang)
    for told in (verdict.wanted, verdict.found, *([verdict.next] if verdict.next else [])):
        assert "{" not in say(told, words)


def test_a_birth_tells_how_far_it_has_come() -> None:
    found = say(judge(BirthMade("exec"), at(AT_PIVOT)).found, words_for("en"))
    assert found == f"{AT_PIVOT} of {len(STEPS)} calls are made, pivot the last one"


def test_an_order_tells_all_that_it_lacks() -> None:
    found = say(judge(OrderLacks("leak"), ran(order_views.silent())).found, words_for("en"))
    assert "its mounts have travelled to the host" in found
    assert "/proc is not covered" in found


def test_a_siege_tells_who_got_through_by_the_boards_own_names() -> None:
    found = say(judge(ALONE, siege("regain", "kill")).found, words_for("en"))
    assert found == "getting through: kill a host process, regain caps by exec"
    nobody = judge(ALONE, siege()).found
    assert [say(nobody, words_for(lang)) for lang in LANGS] == ["getting through: nothing", "得逞的是：一种也没有"]
    untried = say(
        judge(ALONE, RecordedWorld(trials={("regain", NNP): without_views.through("regain", 7)})).found, words_for("en")
    )
    assert untried.startswith("only 1 of ")
