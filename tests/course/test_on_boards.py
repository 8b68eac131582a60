"""Values of what was made on a board: read where it was made, absent where not, and said in both languages."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from msgspec import structs

from nslab.course.look import Look
from nslab.course.on_boards import BirthFact, OrderFact, PlaceOf
from nslab.course.told import Absent, say
from nslab.engine.spec import DEFAULT_CAPABILITIES
from nslab.engine.steps import Done, Lost
from nslab.observe.namespaces import Unread
from nslab.words import LANGS, Lang, words_for
from tests import born, order_views
from tests.course.conftest import RecordedWorld

STEPS = [call.step for call in born.birth(0).calls]
WHOLE = RecordedWorld(born=born.birth(len(STEPS)))
FACTS = ("plan", "calls", "answer", "mounts", "roots", "processes", "pid", "uid", "rights", "program")


def read(value: Any, world: Any = WHOLE) -> object:
    return value.read(Look(world, {}))


@pytest.mark.parametrize(
    ("fact", "after", "reading"),
    [
        ("plan", None, len(STEPS)),
        ("calls", None, len(STEPS)),
        ("calls", "clone", STEPS.index("clone") + 1),
        ("mounts", "pivot", 1),
        ("roots", "pivot", 1),
        ("answer", "pivot", "0"),
        ("processes", "clone", 2),
        ("processes", "pivot", 1),
        ("pid", "room", 1),
        ("pid", "clone", 2),
        ("uid", None, 0),
        ("rights", "capset", len(DEFAULT_CAPABILITIES)),
        ("rights", "clone", 41),
        ("program", "clone", "python3.11"),
        ("program", "exec", "sh"),
    ],
)
def test_a_fact_is_that_of_the_moment_right_after_the_call(fact: Any, after: str | None, reading: object) -> None:
    assert read(BirthFact(fact, after)) == reading


def test_a_call_that_was_not_made_yet_has_no_moment_after_it() -> None:
    half = RecordedWorld(born=born.birth(STEPS.index("pivot")))
    assert read(BirthFact("mounts", "chdir_root"), half) == 1
    assert isinstance(read(BirthFact("mounts", "pivot"), half), Absent)
    assert isinstance(read(BirthFact("calls", "nosuch"), half), Absent)
    assert read(BirthFact("plan"), half) == len(STEPS)


def test_the_last_answer_may_be_an_errno_or_that_nobody_was_left_to_give_one() -> None:
    for outcome, answer in ((Done("pivot", errno.EINVAL, 12.4, 0, -1), "EINVAL"), (Lost("pivot"), "LOST")):
        ended = RecordedWorld(born=born.ended_at("pivot", outcome))
        assert read(BirthFact("answer"), ended) == answer
        assert isinstance(read(BirthFact("mounts", "pivot"), ended), Absent)
    assert isinstance(read(BirthFact("answer"), RecordedWorld(born=born.birth(0))), Absent)


def test_where_nothing_is_being_born_or_a_file_could_not_be_read_it_is_absent() -> None:
    assert isinstance(read(BirthFact("plan"), RecordedWorld()), Absent)
    view = born.birth(1)
    moment = structs.replace(
        view.moments[1], mounts=Unread(13), shown=Unread(13), program=Unread(13), status=Unread(13)
    )
    blind = RecordedWorld(born=structs.replace(view, moments=(view.moments[0], moment)))
    for fact in ("mounts", "roots", "processes", "program", "uid", "rights"):
        assert isinstance(read(BirthFact(fact), blind), Absent)


def test_a_card_has_its_place_in_the_order_that_was_run_last() -> None:
    tried = RecordedWorld(orders=(order_views.right(), order_views.early()))
    assert read(PlaceOf("program"), tried) == 9
    assert isinstance(read(PlaceOf("program"), RecordedWorld()), Absent)


@pytest.mark.parametrize(("fact", "reading"), [("moved", 1), ("agreed", 9), ("tries", 2)])
def test_an_order_is_told_as_it_was_run_last_and_the_tries_are_counted(fact: Any, reading: int) -> None:
    assert read(OrderFact(fact), RecordedWorld(orders=(order_views.right(), order_views.early()))) == reading
    assert isinstance(read(OrderFact(fact), RecordedWorld()), Absent)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("after", [None, "clone"])
@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_has_a_name_in_both_languages(fact: Any, after: str | None, lang: Lang) -> None:
    said = say(BirthFact(fact, after).subject(), words_for(lang))
    assert "{" not in said
    assert (after is None) == ("clone" not in said)
    assert "pivot" in say(PlaceOf("pivot").subject(), words_for(lang))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("fact", ["moved", "agreed", "tries"])
def test_every_fact_of_an_order_has_a_name_in_both_languages(fact: Any, lang: Lang) -> None:
    assert "." not in say(OrderFact(fact).subject(), words_for(lang))
