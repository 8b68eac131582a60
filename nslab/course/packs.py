"""What is wrong with the files that hold a pack's lessons together, its map and its glossary: values with file and line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from msgspec import Struct

from nslab.course.decoding import Decoder, Misfit
from nslab.course.faults import Fault, unknown
from nslab.course.glossary import FORMAT, Glossary
from nslab.course.loader import Pack
from nslab.course.positions import Path as TreePath
from nslab.course.positions import Positions
from nslab.course.reading import text_of, tree_of
from nslab.course.syllabus import GLOSSARY_FILE, MAP_FILE, CourseMap, Syllabus
from nslab.course.told import Told
from nslab.course.vocabulary import unmet
from nslab.words import LANGS, Lang

T = TypeVar("T", bound=Struct)
Found = Iterator[tuple[TreePath, Told]]


class Read(Struct, Generic[T], frozen=True):
    """One file as far as it could be read: `value` is None where its structure has faults."""

    path: Path
    faults: tuple[Fault, ...]
    value: T | None = None
    lines: Positions | None = None

    def place(self, found: Found) -> Iterator[Fault]:
        """Faults of the value, each on its line."""
        for at, told in found:
            yield Fault(self.path, self.lines.line(at) if self.lines else None, told)


def pack_faults(syllabus: Syllabus) -> tuple[Fault, ...]:
    """The faults of the map, then those of the glossary. A pack need not have them; our own lessons must."""
    faults: list[Fault] = []
    if syllabus.ours or (syllabus.root / MAP_FILE).exists():
        course = read(syllabus.root / MAP_FILE, CourseMap)
        faults += course.faults or (course.place(_map(course.value, syllabus)) if course.value else ())
    if syllabus.ours or (syllabus.root / GLOSSARY_FILE).exists():
        glossary = read(syllabus.root / GLOSSARY_FILE, Glossary)
        faults += glossary.faults or (glossary.place(_glossary(glossary.value, syllabus)) if glossary.value else ())
    return tuple(faults)


def unlisted_faults(syllabus: Syllabus) -> tuple[Fault, ...]:
    """The lessons that no chapter of the map has: they can be opened, but nobody finds them."""
    path = syllabus.root / MAP_FILE
    course = read(path, CourseMap) if path.exists() else None
    if course is None or course.value is None:
        return ()
    listed = {lesson for chapter in course.value.chapter for lesson in chapter.lessons}
    missing = (lesson for lesson in syllabus.lessons() if lesson not in listed)
    return tuple(course.place((("chapter",), Told("fault.not-on-the-map", {"name": lesson})) for lesson in missing))


def unmet_faults(syllabus: Syllabus, pack: Pack) -> tuple[Fault, ...]:
    """The terms that the glossary gives a lesson which does not introduce them, on their lines."""
    path = syllabus.root / GLOSSARY_FILE
    if pack.folder.parent != syllabus.root or not path.exists():
        return ()
    glossary = read(path, Glossary)
    return tuple(glossary.place(_unmet(glossary.value, pack))) if glossary.value else ()


def read(path: Path, cls: type[T]) -> Read[T]:
    """A TOML file as a value of `cls`, or all that is wrong with its structure."""
    source = text_of(path)
    if isinstance(source, Fault):
        return Read(path, (source,))
    raw = tree_of(path, source, FORMAT)
    if isinstance(raw, Fault):
        return Read(path, (raw,))
    decoder, lines = Decoder(), Positions(source)
    value = decoder.struct(cls, raw, ())
    faults = tuple(Fault(path, lines.line(at), told) for at, told in decoder.faults)
    return Read(path, faults, None if faults or isinstance(value, Misfit) else value, lines)


def _map(course: CourseMap, syllabus: Syllabus) -> Found:
    """Titles in both languages; no lesson that is not there, and none twice."""
    exist, listed = syllabus.lessons(), Counter(lesson for chapter in course.chapter for lesson in chapter.lessons)
    for i, chapter in enumerate(course.chapter):
        yield from _both_languages(chapter.title, ("chapter", i, "title"))
        for j, lesson in enumerate(chapter.lessons):
            if lesson not in exist:
                yield ("chapter", i, "lessons", j), unknown("fault.unknown-lesson", lesson, exist)
            elif listed[lesson] > 1:
                yield ("chapter", i, "lessons", j), Told("fault.twice", {"name": lesson})


def _glossary(glossary: Glossary, syllabus: Syllabus) -> Found:
    """Each term once, under a lesson there is, and explained in both languages; none that nslab has itself."""
    exist = syllabus.lessons()
    ours = {} if syllabus.ours else {term.name(lang): term for term in Syllabus().terms() for lang in LANGS}
    seen = Counter(term.name(lang) for term in glossary.term for lang in LANGS)
    for i, term in enumerate(glossary.term):
        for lang in LANGS:
            if seen[term.name(lang)] > 1 and term.en != term.zh:
                yield ("term", i, lang), Told("fault.twice", {"name": term.name(lang)})
            if term.name(lang) in ours:
                yield ("term", i, lang), Told("fault.term-ours", {"name": term.name(lang)})
        if term.lesson not in exist:
            yield ("term", i, "lesson"), unknown("fault.unknown-lesson", term.lesson, exist)
        yield from _both_languages(term.meaning, ("term", i, "meaning"))
        yield from _both_languages(term.not_, ("term", i, "not"))


def _both_languages(texts: Mapping[Lang, str], at: TreePath) -> Found:
    for lang in LANGS:
        if not texts.get(lang, "").strip():
            yield at, Told("fault.one-language", {"lang": lang})


def _unmet(glossary: Glossary, pack: Pack) -> Found:
    for i, term in enumerate(glossary.term):
        if term.lesson == pack.lesson.id:
            for lang in unmet(term, pack.words):
                yield (
                    ("term", i),
                    Told("fault.term-not-met", {"name": term.name(lang), "file": f"{term.lesson}/{lang}.md"}),
                )
