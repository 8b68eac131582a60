"""What may stand in bold: a term of a glossary, told with its line where it is none."""

from __future__ import annotations

import pytest

from nslab.course.glossary import Term
from nslab.course.loader import Pack
from nslab.course.prose import outline
from nslab.course.told import Told
from nslab.course.vocabulary import strangers, unmet, vocabulary

KNOWN = frozenset({"namespace", "PID namespace", "挂载命名空间"})


def term(en: str, zh: str) -> Term:
    return Term(en, zh, "tiny", {"en": "x", "zh": "x"}, {"en": "x", "zh": "x"})


def found(text: str) -> list[tuple[int, object]]:
    return [(line, told.facts["name"]) for line, told in strangers(outline(text), KNOWN)]


def test_a_term_that_no_glossary_has_is_told_with_its_line() -> None:
    text = (
        "# Title\n\n## one\nA **namespace**,\nand a **pod**.\n\n### explain\n- a **capsule**\n- a **PID namespace**\n"
    )
    assert found(text) == [(5, "pod"), (8, "capsule")]


@pytest.mark.parametrize("text", ["## one\na **PID\nnamespace** is", "## one\n一个**挂载\n命名空间**是"])
def test_a_term_that_is_broken_over_two_lines_is_whole(text: str) -> None:
    assert found(f"# Title\n\n{text}\n") == []


def test_a_stranger_that_is_broken_over_two_lines_is_placed_where_it_begins() -> None:
    assert found("# Title\n\n## one\nNow a **strange\nthing** is\n") == [(4, "strange thing")]


def test_the_words_for_those_who_chose_an_answer_are_looked_through_too() -> None:
    text = "# Title\n\n## one\nx\n\n### predict\nWhich?\n#### a\nthis\n---\nNo: a **pod**.\n"
    assert found(text) == [(11, "pod")]


def test_the_nearest_term_is_offered_and_where_none_is_near_the_glossary() -> None:
    near, far = strangers(outline("# T\n\n## one\na **namespaces**, a **quux**\n"), KNOWN)
    assert near[1].facts["offer"] == Told("fault.nearest", {"near": "namespace"})
    assert far[1].facts["offer"] == Told("fault.add-term")


def test_stress_and_code_are_no_terms() -> None:
    assert found("# T\n\n## one\nA *pod* in `code`.\n") == []


def test_a_vocabulary_has_each_term_as_its_language_writes_it() -> None:
    assert vocabulary([term("pod", "豆荚")]) == {"en": {"pod"}, "zh": {"豆荚"}}


def test_a_lesson_must_introduce_what_a_glossary_gives_it_in_both_languages(tiny: Pack) -> None:
    assert unmet(term("new term", "新术语"), tiny.words) == ()
    assert unmet(term("new term", "老术语"), tiny.words) == ("zh",)
    assert unmet(term("pod", "豆荚"), tiny.words) == ("en", "zh")
