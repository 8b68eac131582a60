"""Words that are still to be said, and answers that were typed."""

from __future__ import annotations

import pytest

from nslab.course.told import Absent, Namespace, Reading, Told, answers, say, why
from nslab.engine.failures import LabGone
from nslab.errors import Because
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import NamespaceId
from nslab.words import Lang, words_for

BOX = Namespace(Kind.PID, NamespaceId(4, 4026532254))
HOST = Told("check.process.host")
FOUND = Told("check.found.one-namespace", {"type": "pid", "of_a": HOST, "of_b": "box", "namespace": BOX})


def test_facts_are_said_in_the_language_that_is_asked_for() -> None:
    assert say(FOUND, words_for("en")) == "the host and box share pid 4026532254"
    assert say(FOUND, words_for("zh")) == "宿主机和 box 共用 pid 4026532254"


def test_a_screen_may_show_namespaces_its_own_way_also_inside_other_words() -> None:
    told = Told("absent.lab", {"why": FOUND})
    shown = say(told, words_for("en"), lambda namespace: f"B {namespace}")
    assert shown == "the lab could not say: the host and box share pid B 4026532254"


def test_chinese_keeps_a_space_beside_a_latin_name_and_none_beside_a_chinese_one() -> None:
    named = [say(Told("check.found.hostname", {"of": of, "name": "lab"}), words_for("zh")) for of in ("box", HOST)]
    assert named == ["box 叫 lab", "宿主机叫 lab"]


def test_the_space_in_a_text_of_the_machine_is_left_alone() -> None:
    facts = {"path": "x", "where": "box 里", "text": "你 好"}
    assert "你 好" in say(Told("check.found.text", facts), words_for("zh"))


@pytest.mark.parametrize(
    "typed",
    ["4026532254", " [4026532254]", "pid:[4026532254]", "B 4026532254", "４０２６５３２２５４", "［4026532254］\u3000"],
)
def test_a_namespace_is_answered_however_it_was_copied(typed: str) -> None:
    assert answers(typed, BOX)


@pytest.mark.parametrize("typed", ["4026532253", "pid", "10", "", "pid:[]", "4026532254 4026532254"])
def test_another_number_is_no_answer(typed: str) -> None:
    assert not answers(typed, BOX)


@pytest.mark.parametrize(("typed", "reading"), [(" 8 ", 8), ("８", 8), ("lab ", "lab")])
def test_numbers_and_names_are_answered_with_spaces_round_them(typed: str, reading: Reading) -> None:
    assert answers(typed, reading)


@pytest.mark.parametrize("reading", [108, "108 kB"])
@pytest.mark.parametrize("typed", ["108", "108 kB", "108kB", "108 KB"])
def test_a_size_is_answered_with_its_unit_or_without(typed: str, reading: Reading) -> None:
    assert answers(typed, reading)


def test_brackets_belong_to_namespaces_only_and_nothing_answers_what_is_absent() -> None:
    assert not answers("[8]", 8)
    assert not answers("8", Absent(HOST))


@pytest.mark.parametrize(("lang", "said"), [("en", "its PID 1"), ("zh", "1 号进程")])
def test_why_a_lab_could_not_say_is_said_in_the_learners_language(lang: Lang, said: str) -> None:
    error = LabGone(why=Because("error.lab-gone.because.pid1-ended"))
    assert said in say(Told("absent.lab", {"why": why(error)}), words_for(lang))
