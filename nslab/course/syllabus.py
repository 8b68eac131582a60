"""Where lessons are, in which order they are taken, and how one is found."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from nslab.course.faults import Fault, facts_of
from nslab.course.glossary import FORMAT, Term, read_glossary
from nslab.course.known import Known
from nslab.course.loader import Faulty, Pack, load
from nslab.course.naming import ID
from nslab.course.progress import Progress
from nslab.course.prose import commands, introduced
from nslab.course.reading import struct_of
from nslab.course.vocabulary import vocabulary
from nslab.engine.doctor.controllers import SUFFIX
from nslab.errors import NslabError
from nslab.words import LANGS, Lang

MAP_FILE, GLOSSARY_FILE, LESSON_FILE = "course.toml", "glossary.toml", "lesson.toml"
PACK_CHAPTER = "lessons"
"""The id of the one chapter of a pack without a map."""

PACKAGE = Path(__file__).resolve().parent.parent


class NoSuchLesson(NslabError):
    """Nothing of that name, and no folder at that path, holds a lesson. Facts: name, lessons."""

    code = "no-such-lesson"


class BrokenMap(NslabError):
    """course.toml can't be read as the map of the course. Facts: path, why, and those of the reason."""

    code = "broken-map"


class Chapter(Struct, frozen=True, forbid_unknown_fields=True):
    """A chapter of the map: its lessons in the order in which they are taken, those to be written among them."""

    id: str
    title: dict[Lang, str]
    lessons: tuple[str, ...]


class CourseMap(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in course.toml."""

    format: int
    chapter: tuple[Chapter, ...]


def lessons_root() -> Path:
    """`nslab/lessons` in an installed wheel, `lessons` beside the package in a checkout."""
    installed = PACKAGE / "lessons"
    return installed if installed.is_dir() else PACKAGE.parent / "lessons"


class Syllabus:
    """The lessons below one folder: our own, or a teacher's pack, which stands on ours and may bring a map and a glossary."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or lessons_root()
        self.ours = self.root.resolve() == lessons_root().resolve()
        self._names: Known | None = None

    def chapters(self) -> tuple[Chapter, ...]:
        """The map, with the lessons that exist; chapters that have none yet are on it too. A pack without a map has its lessons
        by name. Raises BrokenMap."""
        path = self.root / MAP_FILE
        if not self.ours and not path.exists():
            return (Chapter(PACK_CHAPTER, dict.fromkeys(LANGS, self.root.resolve().name), self.lessons()),)
        course = struct_of(path, CourseMap, FORMAT)
        if isinstance(course, Fault):
            raise BrokenMap(**facts_of(course))
        return tuple(
            msgspec.structs.replace(chapter, lessons=tuple(filter(self.has, chapter.lessons)))
            for chapter in course.chapter
        )

    def lessons(self) -> tuple[str, ...]:
        """The ids of the lessons in the folder, on the map or not, by name."""
        try:
            names = sorted(os.listdir(self.root))
        except OSError:
            return ()
        return tuple(filter(self.has, names))

    def has(self, lesson_id: str) -> bool:
        """Whether a lesson of that id exists."""
        return bool(ID.fullmatch(lesson_id)) and (self.root / lesson_id / LESSON_FILE).is_file()

    def order(self) -> tuple[str, ...]:
        """The ids of all lessons that exist, in the order of the map."""
        return tuple(lesson for chapter in self.chapters() for lesson in chapter.lessons)

    def terms(self) -> tuple[Term, ...]:
        """The terms that may be met here, by their English names: a pack's own among ours. Raises BrokenGlossary."""
        own = read_glossary(self.root) if self.ours or (self.root / GLOSSARY_FILE).exists() else ()
        return own if self.ours else tuple(sorted((*own, *Syllabus().terms()), key=lambda term: term.en.casefold()))

    def folder(self, name: str) -> Path:
        """The folder of a lesson: of this syllabus or of our own by its id, or by its path. Raises NoSuchLesson."""
        for root in (self.root, lessons_root()):
            if ID.fullmatch(name) and (root / name / LESSON_FILE).is_file():
                return root / name
        if (path := folder_at(name)) is not None:
            return path
        raise NoSuchLesson(name=name, lessons=", ".join(self.order()))

    def load(self, name: str) -> Pack | Faulty:
        """The lesson of that id or path, or its faults. Raises NoSuchLesson, BrokenGlossary."""
        folder = self.folder(name)
        if folder.parent == self.root:
            return load(folder, self.names())
        return load(folder, names_at(folder.resolve().parent))

    def names(self) -> Known:
        """What lessons of this syllabus may refer to. Read once. Raises BrokenMap, BrokenGlossary."""
        if self._names is None:
            lessons = {*self.order(), *(() if self.ours else Syllabus().order())}
            self._names = Known(lessons=frozenset(lessons), terms=vocabulary(self.terms()))
        return self._names

    def load_all(self) -> Iterator[Pack | Faulty]:
        """Every lesson of the map in order; one that is broken does not hide the others."""
        for lesson_id in self.order():
            yield self.load(lesson_id)

    def divided(self) -> bool:
        """Whether the lab of some lesson of the map divides its control group. Only lessons that speak of a controller are read.

        Raises BrokenMap, BrokenGlossary.
        """
        speaking = (lesson for lesson in self.order() if self._speaks_of_controllers(lesson))
        return any(isinstance(pack := self.load(lesson), Pack) and pack.lesson.divided for lesson in speaking)

    def _speaks_of_controllers(self, lesson_id: str) -> bool:
        try:
            return SUFFIX.encode() in (self.root / lesson_id / LESSON_FILE).read_bytes()
        except OSError:  # what is wrong with it is told where it is opened
            return False

    def key(self, lesson_id: str) -> str:
        """Under what the progress of a lesson of this syllabus is kept."""
        return key_at(self.root / lesson_id)

    def done(self, progress: Progress) -> frozenset[str]:
        """The ids of the lessons that were finished: ours, and this pack's own."""
        return progress.done() | {lesson for lesson in self.lessons() if progress.of(self.key(lesson)).done}


def folder_at(name: str) -> Path | None:
    """The folder that a path names; None for what is no folder, and for a bare word unless a lesson or a pack is there."""
    path = os.path.expanduser(name)
    if not os.path.isdir(path):  # False for what can't be a path, where pathlib raises
        return None
    folder = Path(path)
    named = os.sep in name or (ID.fullmatch(name) is not None and ((folder / LESSON_FILE).is_file() or in_pack(folder)))
    return folder if named else None


def in_pack(folder: Path) -> bool:
    """Whether the lessons of a folder are a pack: there is a map or a glossary beside them. Ours are none."""
    return any((folder / file).exists() for file in (MAP_FILE, GLOSSARY_FILE))


def names_at(folder: Path) -> Known:
    """What a lesson may refer to whose folder is in this one: what a pack or ours knows, else our terms and any lesson."""
    if in_pack(folder):
        return Syllabus(folder).names()
    return Known(terms=Syllabus().names().terms)


def syllabus_at(name: str | None) -> tuple[Syllabus, str | None]:
    """Of which syllabus somebody speaks, and of which lesson in it, if of one: by an id, or by the path of a lesson or a pack.

    A lesson stands alone, unless beside it there is a map or a glossary.
    """
    path = None if name is None or Syllabus().has(name) else folder_at(name)
    if path is None or name is None:
        return Syllabus(), name
    parent = path.resolve().parent
    if (path / LESSON_FILE).exists():
        return (Syllabus(parent), path.resolve().name) if in_pack(parent) else (Syllabus(), name)
    pack = Syllabus(path)
    if pack.lessons() or in_pack(path):
        return pack, None
    return Syllabus(), name  # a lesson without its first file, which its faults will say


def pack_at(name: str) -> Syllabus:
    """The pack at a path. Raises NoSuchLesson where there is none."""
    syllabus, lesson = syllabus_at(name)
    if lesson is not None:
        raise NoSuchLesson(name=name, lessons=", ".join(syllabus.order()))
    return syllabus


def key_at(folder: Path) -> str:
    """Under what a lesson's progress is kept: its id if it is ours, its path if it is a teacher's."""
    ours = folder.resolve().parent == lessons_root().resolve()
    return folder.name if ours else str(folder.resolve())


def search(packs: Iterable[Pack], query: str) -> list[Pack]:
    """The lessons that speak of every word of `query`, in either language; those with it in id or title first."""
    wanted = query.casefold().split()
    hits = [pack for pack in packs if all(word in _searchable(pack) for word in wanted)]
    return sorted(hits, key=lambda pack: not all(word in _titles(pack) for word in wanted))


def _titles(pack: Pack) -> str:
    return "\n".join([pack.lesson.id, *(pack.words[lang].title for lang in LANGS)]).casefold()


def _searchable(pack: Pack) -> str:
    """What a lesson is found by: id, titles, terms, and commands."""
    parts = [_titles(pack), *pack.lesson.programs, *pack.lesson.files]
    for words in pack.words.values():
        parts += [*commands(words.card), *introduced(words)]
    parts += (line.run for step in pack.lesson.step for line in step.commands)
    return "\n".join(parts).casefold()
