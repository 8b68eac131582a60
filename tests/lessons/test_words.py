"""The lessons as they ship: without a fault, and each new term in the glossary, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nslab.course.glossary import Term, read_glossary
from nslab.course.loader import Pack
from nslab.course.prose import LessonWords, Prose, terms
from nslab.course.syllabus import Syllabus
from nslab.words import LANGS, Lang

SYLLABUS = Syllabus(Path(__file__).parents[2] / "lessons")
GLOSSARY = read_glossary(SYLLABUS.root)


def loaded(lesson: str) -> Pack:
    pack = SYLLABUS.load(lesson)
    assert isinstance(pack, Pack), pack.faults
    return pack


def proses(words: LessonWords) -> Iterator[Prose]:
    """Every text of a lesson, answers and hints included."""
    yield words.hook
    for step in words.steps.values():
        yield from (step.prose, step.question, step.explain)
        for choice in step.choices.values():
            yield from (choice.words, choice.reply)
        for task in step.tasks.values():
            yield from (task.words, *task.hints)
    yield words.card


@pytest.mark.parametrize("lesson", SYLLABUS.order())
def test_a_lesson_loads_without_a_fault(lesson: str) -> None:
    assert loaded(lesson).lesson.id == lesson


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("lesson", SYLLABUS.order())
def test_a_lesson_introduces_exactly_the_terms_that_the_glossary_gives_it(lesson: str, lang: Lang) -> None:
    introduced = [term for prose in proses(loaded(lesson).words[lang]) for term in terms(prose)]
    assert sorted(introduced) == sorted(term.name(lang) for term in GLOSSARY if term.lesson == lesson)


@pytest.mark.parametrize("term", GLOSSARY, ids=lambda term: term.en)
def test_a_term_is_explained_in_both_languages(term: Term) -> None:
    assert set(term.meaning) == set(term.not_) == set(LANGS)
    assert term.meaning["en"].endswith(".")
    assert term.meaning["zh"].endswith("。")
    assert term.see


@pytest.mark.parametrize("lesson", SYLLABUS.order())
def test_a_value_has_one_meaning_throughout_its_lesson(lesson: str) -> None:
    defined = [name for step in loaded(lesson).lesson.step for name in step.values]
    assert len(defined) == len(set(defined))


def test_a_file_that_several_lessons_give_is_the_same_in_each() -> None:
    """A lesson's folder is whole in itself, so that a teacher can take it away; a copy must not grow apart from the others."""
    given: dict[str, set[bytes]] = {}
    for file in SYLLABUS.root.glob("*/files/*"):
        given.setdefault(file.name, set()).add(file.read_bytes())
    assert "ns_pid.c" in given
    assert [name for name, texts in given.items() if len(texts) > 1] == []
