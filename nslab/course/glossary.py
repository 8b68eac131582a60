"""The terms of the course in both languages: lessons/glossary.toml as values."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct, field

from nslab.course.faults import Fault, facts_of
from nslab.course.reading import struct_of
from nslab.errors import NslabError
from nslab.words import Lang

FORMAT = 1
"""Of a pack's map and glossary."""


class BrokenGlossary(NslabError):
    """glossary.toml can't be read. Facts: path, why, and those of the reason."""

    code = "broken-glossary"


class Term(Struct, frozen=True, forbid_unknown_fields=True):
    """One term: its words, the lesson that introduces it, and what to know about it."""

    en: str
    zh: str
    lesson: str
    meaning: dict[Lang, str]
    not_: dict[Lang, str] = field(name="not")  # what people take it for
    see: tuple[str, ...] = ()  # commands that show it
    man: str | None = None  # where it is documented: "namespaces(7)"

    def name(self, lang: Lang) -> str:
        """The term as that language writes it."""
        return self.en if lang == "en" else self.zh


class Glossary(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in glossary.toml."""

    format: int
    term: tuple[Term, ...] = ()


def read_glossary(root: Path) -> tuple[Term, ...]:
    """The terms of the lessons below `root`, by their English names. Raises BrokenGlossary."""
    glossary = struct_of(root / "glossary.toml", Glossary, FORMAT)
    if isinstance(glossary, Fault):
        raise BrokenGlossary(**facts_of(glossary))
    return tuple(sorted(glossary.term, key=lambda term: term.en.casefold()))


def find(terms: Iterable[Term], query: str) -> list[Term]:
    """The terms that have `query` in their name, in either language; all of them for an empty query."""
    wanted = query.casefold().strip()
    return [term for term in terms if wanted in f"{term.en}\n{term.zh}".casefold()]
