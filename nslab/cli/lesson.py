"""`nslab lesson [ID|PATH]`: the course on screen, at its map or in one lesson."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from nslab.cli.failures import three_lines
from nslab.cli.limits import seek_place
from nslab.cli.screen import add_look, ready_terminal, show
from nslab.course.faults import placed
from nslab.course.loader import Faulty, Pack
from nslab.course.model import Step
from nslab.course.packs import pack_faults
from nslab.course.progress import LessonProgress, ProgressStore
from nslab.course.standing import lacking
from nslab.course.syllabus import key_at, syllabus_at
from nslab.engine.doctor import Finding, examine
from nslab.errors import NslabError
from nslab.words import Words


class NotWritten(NslabError):
    """The file of an export can't be written."""

    code = "not-written"


class UnknownStep(NslabError):
    """`--from` names a step that the lesson doesn't have."""

    code = "unknown-step"


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("lesson", metavar="LESSON", nargs="?", help=words("cli.lesson.lesson"))
    parser.add_argument("--from", dest="step", metavar="STEP", help=words("cli.lesson.from"))
    parser.add_argument("--export", metavar="FILE", help=words("cli.lesson.export"))
    add_look(parser, words)
    parser.set_defaults(misused=parser.error)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Show the course until the person leaves. Raises what ended it before, once the terminal is as it was."""
    syllabus, lesson = syllabus_at(arguments.lesson)
    faults = () if syllabus.ours else pack_faults(syllabus)
    pack = syllabus.load(lesson) if lesson is not None and not faults else None
    if faults or isinstance(pack, Faulty):
        found = pack.faults if isinstance(pack, Faulty) else faults
        print(*(placed(fault, words) for fault in found), sep="\n", file=sys.stderr)
        return 1
    if pack is not None and arguments.step and arguments.step not in {step.id for step in pack.lesson.step}:
        raise UnknownStep(step=arguments.step, steps=", ".join(step.id for step in pack.lesson.step))
    if arguments.export and pack is None:
        arguments.misused(words("cli.lesson.export-what"))
    if arguments.export and pack is not None:
        return write_script(pack, key_at(pack.folder), arguments.export, words)
    seek_place(lambda: (pack is not None and pack.lesson.divided) or syllabus.divided())  # the map leads to all of them
    if pack is not None and (lacks := lacking(pack.lesson, examine)):
        print(refused(pack.lesson.id, lacks, words), file=sys.stderr)
        return 1
    ready_terminal()
    return show(arguments, words, lambda app: app.start_with(pack, arguments.step), syllabus)


def refused(lesson: str, lacks: Sequence[Finding], words: Words) -> str:
    """That the lesson can't run here: everything that is missing, and the remedies, each of them once."""
    whys, remedies = (
        "\n".join(dict.fromkeys(words(f"doctor.cause.{one.cause}.{part}", **one.facts) for one in lacks))
        for part in ("why", "remedy")
    )
    return three_lines(words, words("lesson.refused", lesson=lesson), whys, remedies)


def write_script(pack: Pack, key: str, file: str, words: Words) -> int:
    """The steps that the learner has passed as a script in `file`, `-` for standard output; all of them where there are none.

    Raises NotWritten.
    """
    from nslab.course.exported import export  # not what most people want of a lesson
    from nslab.engine.inventory import take_inventory

    text = export(pack, passed(pack, ProgressStore().progress.of(key)), words, take_inventory())
    if file == "-":
        sys.stdout.write(text)
        return 0
    try:
        with open(file, "w", encoding="utf-8") as script:
            script.write(text)
    except OSError as error:
        raise NotWritten(path=file, problem=os.strerror(error.errno or 0)) from error
    return 0


def passed(pack: Pack, progress: LessonProgress) -> tuple[Step, ...]:
    """The steps before the one that is at hand; the whole lesson before it was begun, and once it is done.

    Without those that some machines have and others have not.
    """
    steps = tuple(step for step in pack.lesson.step if step.only is None)
    at = next((index for index, step in enumerate(steps) if step.id == progress.step), 0)
    before = steps[:at]
    begun = any(step.recall is None for step in before)
    return before if begun and not progress.done else steps
