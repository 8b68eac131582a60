"""The terms of the course in both languages: lessons/glossary.toml as values."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct, field

from nslab.errors import NslabError
from nslab.words import Lang


class BrokenGlossary(NslabError):
    """glossary.toml can't be read. Facts: path, problem."""

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
    path = root / "glossary.toml"
    try:
        glossary = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Glossary)
    except (OSError, ValueError) as error:
        raise BrokenGlossary(path=str(path), problem=str(error)) from error
    return tuple(sorted(glossary.term, key=lambda term: term.en.casefold()))


def find(terms: Iterable[Term], query: str) -> list[Term]:
    """The terms that have `query` in their name, in either language; all of them for an empty query."""
    wanted = query.casefold().strip()
    return [term for term in terms if wanted in f"{term.en}\n{term.zh}".casefold()]
