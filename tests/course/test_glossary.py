"""The terms of the course, held to the lessons."""

from __future__ import annotations

from pathlib import Path

import pytest

from nslab.course.glossary import BrokenGlossary, Term, find, read_glossary
from nslab.course.loader import Pack
from nslab.course.prose import introduced
from nslab.course.syllabus import Syllabus, lessons_root
from nslab.words import LANGS, Lang, words_for

GLOSSARY = read_glossary(lessons_root())
PACKS = [pack for pack in Syllabus().load_all() if isinstance(pack, Pack)]


@pytest.mark.parametrize("lang", LANGS)
def test_every_term_in_bold_is_in_the_glossary_under_the_lesson_that_introduces_it_first(lang: Lang) -> None:
    first = {}
    for pack in PACKS:
        for term in introduced(pack.words[lang]):
            first.setdefault(term, pack.lesson.id)
    assert {term.name(lang): term.lesson for term in GLOSSARY} == first


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.lesson.id)
def test_a_lesson_introduces_the_same_terms_in_both_languages_each_once(pack: Pack) -> None:
    by_zh = {term.zh: term.en for term in GLOSSARY}
    english, chinese = (list(introduced(pack.words[lang])) for lang in LANGS)
    assert english == [by_zh[term] for term in chinese]
    assert len(set(english)) == len(english)


@pytest.mark.parametrize("term", GLOSSARY, ids=lambda term: term.en)
def test_a_term_says_what_it_means_and_what_it_is_not_in_both_languages(term: Term) -> None:
    for lang in LANGS:
        assert term.meaning[lang]
        assert term.not_[lang]
    assert term.see


def test_terms_stand_in_order_and_none_twice() -> None:
    names = [term.en.casefold() for term in GLOSSARY]
    assert names == sorted(set(names))


@pytest.mark.parametrize(
    ("query", "found"), [("PID", "PID namespace"), ("命名空间", "namespace"), (" inode ", "inode number")]
)
def test_a_term_is_found_by_its_name_in_either_language(query: str, found: str) -> None:
    assert found in [term.en for term in find(GLOSSARY, query)]


def test_an_empty_query_finds_all() -> None:
    assert find(GLOSSARY, "") == list(GLOSSARY)


@pytest.mark.parametrize("content", ["", "format = 1\nterm = 3", "format = 1\n[[term]]\nen = 'x'", "\0"])
def test_a_broken_glossary_is_an_error_with_its_path(tmp_path: Path, content: str) -> None:
    (tmp_path / "glossary.toml").write_text(content)
    with pytest.raises(BrokenGlossary) as told:
        read_glossary(tmp_path)
    assert str(told.value.facts["path"]).startswith(str(tmp_path / "glossary.toml"))
    assert all("{" not in words_for(lang)(f"error.{told.value.code}.why", **told.value.facts) for lang in LANGS)
