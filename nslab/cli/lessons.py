"""`nslab lessons`: the course as a list, with what was done of it and what this machine can't run."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import cache

from msgspec import Struct

from nslab.cli.output import print_json, print_table
from nslab.course.library import Chapter, Library
from nslab.course.loader import Pack
from nslab.course.progress import LessonProgress, ProgressStore
from nslab.engine.doctor import Finding, examine
from nslab.words import LANGS, Lang, Words


class Entry(Struct, frozen=True):
    """One lesson of the list. `lacks` are the findings that keep it from running here; a broken lesson has no title."""

    id: str
    chapter: Chapter
    title: dict[Lang, str]
    minutes: int | None
    steps: tuple[str, ...]
    progress: LessonProgress
    lacks: tuple[Finding, ...]


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--json", action="store_true", help=words("lessons.json"))


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print the list."""
    listed = list(entries(Library(), ProgressStore()))
    if arguments.json:
        print_json([as_json(entry) for entry in listed])
        return 0
    head = [words(f"lessons.head.{name}") for name in ("lesson", "title", "minutes", "state")]
    print_table(head, ((entry.id, title(entry, words), minutes(entry), state(entry, words)) for entry in listed))
    return 0


def entries(library: Library, store: ProgressStore) -> Iterator[Entry]:
    """Every lesson of the map, in its order."""
    examined = cache(examine)
    for chapter in library.chapters():
        for lesson_id in chapter.lessons:
            pack, progress = library.load(lesson_id), store.progress.of(lesson_id)
            if not isinstance(pack, Pack):
                yield Entry(lesson_id, chapter, {}, None, (), progress, ())
                continue
            needed = (*pack.lesson.needs, *pack.lesson.programs)
            yield Entry(
                id=lesson_id,
                chapter=chapter,
                title={lang: pack.words[lang].title for lang in LANGS},
                minutes=pack.lesson.minutes,
                steps=tuple(step.id for step in pack.lesson.step),
                progress=progress,
                lacks=tuple(finding for probe in needed if (finding := examined(probe)).state == "missing"),
            )


def title(entry: Entry, words: Words) -> str:
    """The lesson's title; for one that can't be loaded, who can say why."""
    return entry.title.get(words.lang) or words("lessons.broken", id=entry.id)


def minutes(entry: Entry) -> str:
    """How long it takes."""
    return "" if entry.minutes is None else str(entry.minutes)


def state(entry: Entry, words: Words) -> str:
    """What keeps it from running here, else how far it was taken."""
    if entry.lacks:
        return "\n".join(words(f"doctor.cause.{each.cause}.why", **each.facts) for each in entry.lacks)
    if entry.progress.done:
        return words("lessons.done")
    if entry.progress.step in entry.steps:
        return words("lessons.begun", step=entry.steps.index(entry.progress.step) + 1, steps=len(entry.steps))
    return ""


def as_json(entry: Entry) -> dict[str, object]:
    """The entry for programs: ids and numbers, titles in both languages."""
    return {
        "id": entry.id,
        "chapter": entry.chapter.id,
        "title": entry.title or None,
        "minutes": entry.minutes,
        "steps": len(entry.steps),
        "done": entry.progress.done,
        "step": entry.progress.step,
        "lacks": entry.lacks,
    }
