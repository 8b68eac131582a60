"""`nslab completion SHELL` prints a script that teaches the shell nslab's commands and options."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any, cast

import shtab

from nslab.cli.main import COMMANDS
from nslab.cli.parser import frame
from nslab.course.syllabus import Syllabus
from nslab.words import Words

TAKES_LESSONS = ("lesson", "lessons")
"""What arguments are called that take a lesson's id, or several."""


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Take the shell's name, one of those that shtab can write for."""
    parser.add_argument("shell", choices=shtab.SUPPORTED_SHELLS, help=words("cli.completion.shell"))


def taken(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """All options and arguments, also those of `author check`."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from taken(inner)
        else:
            yield action


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print the script. All commands are imported for it.

    What takes a FILE is completed by the names of files, what takes a lesson by the ids of the course and, in
    bash, by the paths of one's own.
    """
    parser, commands = frame(words, COMMANDS)
    own = shtab.Optional.DIRECTORY if arguments.shell == "bash" else []  # others would offer its name as a word
    lessons = [*Syllabus().order(), *own]
    for command in commands.values():
        command.load()
        for action in taken(command):
            if action.metavar == "FILE":
                cast(Any, action).complete = shtab.FILE  # how shtab is told: an attribute of its own
            elif action.dest in TAKES_LESSONS:
                action.choices = lessons
    print(shtab.complete(parser, shell=arguments.shell))
    return 0
