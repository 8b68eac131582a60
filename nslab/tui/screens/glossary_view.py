"""The words of the course, each in both languages, with what this learner has met."""

from __future__ import annotations

from msgspec import Struct

from nslab.words import Lang


class TermEntry(Struct, frozen=True):
    """A term. Its meaning, and what people take it for, are in the learner's language; `see` are commands that show it."""

    id: str
    names: dict[Lang, str]
    lesson: str
    met: bool
    meaning: str
    is_not: str = ""
    see: tuple[str, ...] = ()
    man: str = ""


class GlossaryView(Struct, frozen=True):
    """All terms, in the order they are shown."""

    terms: tuple[TermEntry, ...]
