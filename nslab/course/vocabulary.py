"""Which terms a lesson may introduce in bold, and whether those that a glossary gives it are introduced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from nslab.course.glossary import Term
from nslab.course.prose import LessonWords, Outline, introduced, introduced_at
from nslab.course.told import Told
from nslab.words import LANGS, Lang

Vocabulary = Mapping[Lang, frozenset[str]]
"""The terms there are, as each language writes them."""


def vocabulary(terms: Iterable[Term]) -> Vocabulary:
    """What may stand in bold."""
    known = tuple(terms)
    return {lang: frozenset(term.name(lang) for term in known) for lang in LANGS}


def strangers(outline: Outline, known: frozenset[str]) -> Iterator[tuple[int, Told]]:
    """Terms in bold that no glossary has, each with its line; the nearest known one is offered where one is near."""
    for line, term in introduced_at(outline):
        if term not in known:
            near = get_close_matches(term, known, n=1)
            offer = Told("fault.nearest", {"near": near[0]}) if near else Told("fault.add-term")
            yield line, Told("fault.unknown-term", {"name": term, "offer": offer})


def unmet(term: Term, words: Mapping[Lang, LessonWords]) -> tuple[Lang, ...]:
    """The languages in which the lesson to which a glossary gives a term does not introduce it."""
    return tuple(lang for lang in LANGS if term.name(lang) not in introduced(words[lang]))
