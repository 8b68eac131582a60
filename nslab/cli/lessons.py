"""`nslab lessons`: the course as a list, with what was done of it and what this machine can't run."""

from __future__ import annotations

import argparse
import sys
from functools import cache

from nslab.cli.output import print_json, print_table
from nslab.course.kept import Kept
from nslab.course.progress import ProgressStore
from nslab.course.standing import Entry, entries
from nslab.course.syllabus import Syllabus, pack_at
from nslab.course.told import say
from nslab.engine.doctor import examine
from nslab.words import LANGS, Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("pack", metavar="PACK", nargs="?", help=words("lessons.pack"))
    parser.add_argument("--json", action="store_true", help=words("lessons.json"))


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print the list."""
    syllabus = Kept(Syllabus() if arguments.pack is None else pack_at(arguments.pack))
    syllabus.read_all()
    store = ProgressStore()
    listed = list(entries(syllabus, store, cache(examine)))
    if store.trouble is not None:
        print(say(store.trouble, words), file=sys.stderr)
    if arguments.json:
        print_json([as_json(entry) for entry in listed])
        return 0
    head = [words(f"lessons.head.{name}") for name in ("lesson", "title", "minutes", "state")]
    print_table(head, ((entry.id, title(entry, words), minutes(entry), state(entry, words)) for entry in listed))
    return 0


def title(entry: Entry, words: Words) -> str:
    """The lesson's title; for one that can't be loaded, who can say why."""
    return entry.pack.words[words.lang].title if entry.pack else words("lessons.broken", id=entry.id)


def minutes(entry: Entry) -> str:
    """How long it takes."""
    return str(entry.pack.lesson.minutes) if entry.pack else ""


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
        "title": {lang: entry.pack.words[lang].title for lang in LANGS} if entry.pack else None,
        "minutes": entry.pack.lesson.minutes if entry.pack else None,
        "steps": len(entry.steps),
        "done": entry.progress.done,
        "step": entry.progress.step,
        "lacks": entry.lacks,
    }
