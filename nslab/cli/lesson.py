"""`nslab lesson [ID|PATH]`: the course on screen, at its map or in one lesson."""

from __future__ import annotations

import argparse
import sys

from nslab.cli.screen import add_look, ready_terminal, show
from nslab.course.faults import placed
from nslab.course.loader import Faulty
from nslab.course.syllabus import Syllabus
from nslab.errors import NslabError
from nslab.words import Words


class UnknownStep(NslabError):
    """`--from` names a step that the lesson doesn't have."""

    code = "unknown-step"


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("lesson", metavar="LESSON", nargs="?", help=words("cli.lesson.lesson"))
    parser.add_argument("--from", dest="step", metavar="STEP", help=words("cli.lesson.from"))
    add_look(parser, words)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Show the course until the person leaves. Raises what ended it before, once the terminal is as it was."""
    syllabus = Syllabus()
    pack = syllabus.load(arguments.lesson) if arguments.lesson else None
    if isinstance(pack, Faulty):
        print(*(placed(fault, words) for fault in pack.faults), sep="\n", file=sys.stderr)
        return 1
    if pack is not None and arguments.step and arguments.step not in {step.id for step in pack.lesson.step}:
        raise UnknownStep(step=arguments.step, steps=", ".join(step.id for step in pack.lesson.step))
    ready_terminal()
    return show(arguments, words, lambda app: app.start_with(pack, arguments.step), syllabus)
