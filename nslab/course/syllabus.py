"""Where lessons are, in which order they are taken, and how one is found."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from nslab.course.known import Known
from nslab.course.loader import Faulty, Pack, load
from nslab.course.naming import ID
from nslab.course.prose import commands, introduced
from nslab.errors import NslabError
from nslab.words import LANGS, Lang

PACKAGE = Path(__file__).resolve().parent.parent


class NoSuchLesson(NslabError):
    """Nothing of that name, and no folder at that path, holds a lesson. Facts: name, lessons."""

    code = "no-such-lesson"


class BrokenMap(NslabError):
    """course.toml can't be read as the map of the course. Facts: path, problem."""

    code = "broken-map"


class Chapter(Struct, frozen=True, forbid_unknown_fields=True):
    """A chapter of the map: its lessons in the order in which they are taken, those to be written among them."""

    id: str
    title: dict[Lang, str]
    lessons: tuple[str, ...]


class _Map(Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    chapter: tuple[Chapter, ...]


def lessons_root() -> Path:
    """`nslab/lessons` in an installed wheel, `lessons` beside the package in a checkout."""
    installed = PACKAGE / "lessons"
    return installed if installed.is_dir() else PACKAGE.parent / "lessons"


class Syllabus:
    """The lessons below one folder."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or lessons_root()

    def chapters(self) -> tuple[Chapter, ...]:
        """The map, with the lessons that exist; chapters that have none yet are on it too. Raises BrokenMap."""
        path = self.root / "course.toml"
        try:
            course = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Map)
        except (OSError, ValueError) as error:  # TOMLDecodeError and msgspec's ValidationError are ValueErrors
            raise BrokenMap(path=str(path), problem=str(error)) from error
        return tuple(
            msgspec.structs.replace(chapter, lessons=tuple(filter(self.has, chapter.lessons)))
            for chapter in course.chapter
        )

    def has(self, lesson_id: str) -> bool:
        """Whether a lesson of that id exists."""
        return bool(ID.fullmatch(lesson_id)) and (self.root / lesson_id / "lesson.toml").is_file()

    def order(self) -> tuple[str, ...]:
        """The ids of all lessons that exist, in the order of the map."""
        return tuple(lesson for chapter in self.chapters() for lesson in chapter.lessons)

    def folder(self, name: str) -> Path:
        """The folder of a lesson, by its id or by the path of a teacher's own. Raises NoSuchLesson."""
        if self.has(name):
            return self.root / name
        path = os.path.expanduser(name)
        if os.sep in name and os.path.isdir(path):  # which is False for what can't be a path, where pathlib raises
            return Path(path)
        raise NoSuchLesson(name=name, lessons=", ".join(self.order()))

    def load(self, name: str) -> Pack | Faulty:
        """The lesson of that id or path, or its faults. Raises NoSuchLesson."""
        folder = self.folder(name)
        ours = folder.parent == self.root
        return load(folder, Known(lessons=frozenset(self.order())) if ours else Known())

    def load_all(self) -> Iterator[Pack | Faulty]:
        """Every lesson of the map in order; one that is broken does not hide the others."""
        for lesson_id in self.order():
            yield self.load(lesson_id)


def key_of(pack: Pack, syllabus: Syllabus) -> str:
    """Under what a lesson's progress is kept: its id if it is ours, its path if it is a teacher's."""
    return pack.lesson.id if pack.folder.parent == syllabus.root else str(pack.folder.resolve())


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
