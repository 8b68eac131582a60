"""`nslab author check` holds lessons to what their authors promise; `nslab author new` starts one, or a pack."""

from __future__ import annotations

import argparse
from pathlib import Path

from nslab.cli.author_check import Checker, divided
from nslab.cli.limits import seek_place
from nslab.cli.output import print_json
from nslab.cli.parser import Parser
from nslab.course.scaffold import make_lesson, make_pack
from nslab.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the two things an author asks for."""
    actions = parser.add_subparsers(
        dest="action", required=True, metavar=words("cli.author.action"), parser_class=Parser
    )
    check = actions.add_parser("check", words=words, help=words("cli.author.check"))
    check.add_argument("lessons", nargs="*", metavar=words("cli.author.lesson"), help=words("cli.author.lessons"))
    check.add_argument("--json", action="store_true", help=words("cli.author.json"))
    new = actions.add_parser("new", words=words, help=words("cli.author.new"))
    new.add_argument("folder", type=Path, metavar=words("cli.author.folder"), help=words("cli.author.folder-help"))
    new.add_argument("--pack", action="store_true", help=words("cli.author.pack"))
    for action in (check, new):
        action.add_language(default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Check, or make a lesson. The status is 1 if any promise is broken."""
    if arguments.action == "new":
        for path in (make_pack if arguments.pack else make_lesson)(arguments.folder):
            print(path)
        named = arguments.folder if len(arguments.folder.parts) > 1 else f"./{arguments.folder}"  # no lesson's id
        print(words("cli.author.made", folder=named))
        return 0
    names = arguments.lessons or (None,)
    seek_place(lambda: divided(names))
    checker = Checker(words, quiet=arguments.json)
    for name in names:
        checker.check(name)
    if arguments.json:
        print_json(checker.reports)
    return 1 if any(report.problems for report in checker.reports) else 0
