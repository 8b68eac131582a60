"""What a lesson's boards make: a birth held in the lesson's lab, attacks and orders in labs of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from nslab.course.attacks import ATTACKS
from nslab.course.boards import Boards
from nslab.course.model import AllAttacked, Attacked, Born, Ordered
from nslab.course.ordering import CARDS
from nslab.engine.client import Lab
from nslab.engine.failures import NoSuchStep
from nslab.kernel.namespaces import Kind

pytestmark = pytest.mark.needs("lab", "overlay")


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab.start() as lab:
        yield lab


@pytest.fixture
def boards(lab: Lab) -> Iterator[Boards]:
    boards = Boards(lab)
    yield boards
    boards.close()


def made(boards: Boards) -> str:
    assert boards.birth is not None
    return boards.birth.calls[boards.birth.made - 1].step if boards.birth.made else ""


def test_a_birth_is_held_after_the_call_that_was_asked_for_and_goes_on_from_there(boards: Boards) -> None:
    boards.bear(Born("box"))
    assert made(boards) == ""
    boards.bear(Born("box", until="pivot"))
    assert made(boards) == "pivot"
    boards.bear(Born("box", until="clone"))
    assert made(boards) == "pivot"  # what was made stays
    boards.bear(Born("box", until="exec"))
    assert boards.birth is not None
    assert boards.birth.whole


def test_a_birth_up_to_a_call_that_its_plan_does_not_have_is_refused(boards: Boards) -> None:
    with pytest.raises(NoSuchStep):
        boards.bear(Born("box", until="no-such"))


def test_another_container_begins_anew_and_the_one_before_is_gone(boards: Boards, lab: Lab) -> None:
    boards.bear(Born("box", until="pivot"))
    before = [name for name in os.listdir(lab.proc) if name.isdigit()]
    boards.bear(Born("box", (Kind.UTS,), until="clone"))
    assert made(boards) == "clone"
    assert len([name for name in os.listdir(lab.proc) if name.isdigit()]) == len(before)


def test_every_attack_is_tried_at_once(boards: Boards) -> None:
    boards.attack(AllAttacked("every", ("uts",)))
    assert {attack for attack, off in boards.tried.results if off == {"uts"}} == {attack.id for attack in ATTACKS}
    assert [attack for (attack, _), trial in boards.tried.results.items() if trial.through] == ["rename"]


def test_attacks_and_orders_leave_only_their_answers(boards: Boards, lab: Lab) -> None:
    before = os.listdir(lab.proc)
    boards.attack(Attacked("escape", ("pivot",)))
    boards.run(Ordered(CARDS))
    assert boards.tried.results["escape", frozenset({"pivot"})].through
    assert [attempt.right for attempt in boards.attempts.tries] == [True]
    assert set(os.listdir(lab.proc)) <= set(before)
