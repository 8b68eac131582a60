"""`nslab lesson [ID|PATH]`: the course on screen, at its map or in one lesson."""

from __future__ import annotations

import argparse
import os
import sys

from nslab.course.faults import placed
from nslab.course.loader import Faulty
from nslab.course.progress import ProgressStore
from nslab.course.syllabus import Syllabus
from nslab.errors import NslabError
from nslab.tui.theme import WANTED
from nslab.words import Words


class NoTerminal(NslabError):
    """The course needs a terminal to be shown in."""

    code = "no-terminal"


class DumbTerminal(NslabError):
    """The terminal can't move its cursor: TERM is `dumb`, or not set at all."""

    code = "dumb-terminal"


class UnknownStep(NslabError):
    """`--from` names a step that the lesson doesn't have."""

    code = "unknown-step"


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("lesson", metavar="LESSON", nargs="?", help=words("cli.lesson.lesson"))
    parser.add_argument("--from", dest="step", metavar="STEP", help=words("cli.lesson.from"))
    parser.add_argument("--theme", choices=WANTED, help=words("cli.lesson.theme"))


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

    from nslab.tui.app import NslabApp  # the one heavy import: everything that can be refused has been

    app = NslabApp(words, syllabus, ProgressStore(), WANTED.get(arguments.theme))
    app.start_with(pack, arguments.step)
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0


def ready_terminal() -> None:
    """There is a terminal that a screen can be drawn on. Raises NoTerminal, DumbTerminal."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):  # Textual draws on the last
        raise NoTerminal
    if (term := os.environ.get("TERM", "")) in ("", "dumb"):
        raise DumbTerminal(term=term or "unset")
