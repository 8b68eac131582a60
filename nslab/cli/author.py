"""`nslab author check` holds lessons to what their authors promise; `nslab author new` starts one."""

from __future__ import annotations

import argparse
from pathlib import Path

from msgspec import Struct

from nslab.cli.failures import faults_told
from nslab.cli.output import print_json
from nslab.cli.parser import Parser
from nslab.course.bench import new_bench
from nslab.course.loader import Faulty
from nslab.course.rehearsal import Confirmed, Finding, LeftOut, rehearse
from nslab.course.scaffold import make_lesson
from nslab.course.syllabus import Syllabus
from nslab.course.told import say
from nslab.words import Words


class Report(Struct):
    """What came of one lesson: its faults in files, what the machine did not keep, which steps are only for
    other machines, and how much it kept."""

    lesson: str
    problems: list[str] = []
    left_out: list[str] = []
    held: int = 0


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
    for action in (check, new):
        action.add_language(default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Check, or make a lesson. The status is 1 if any promise is broken."""
    if arguments.action == "new":
        for path in make_lesson(arguments.folder):
            print(path)
        named = arguments.folder if len(arguments.folder.parts) > 1 else f"./{arguments.folder}"  # no lesson's id
        print(words("cli.author.made", folder=named))
        return 0
    syllabus, reports = Syllabus(), []
    for name in arguments.lessons or syllabus.order():
        report = Report(name)
        reports.append(report)
        check(report, syllabus, words, quiet=arguments.json)
    if arguments.json:
        print_json(reports)
    return 1 if any(report.problems for report in reports) else 0


def check(report: Report, syllabus: Syllabus, words: Words, *, quiet: bool) -> None:
    """Fill in a lesson's report, and unless `quiet` print each problem as it is found and a line at the end."""

    def blame(problem: str) -> None:
        report.problems.append(problem)
        if not quiet:
            print(problem, flush=True)

    pack = syllabus.load(report.lesson)
    if isinstance(pack, Faulty):
        for fault in pack.faults:
            blame(faults_told((fault,), words))
        return
    for result in rehearse(pack.lesson, new_bench(pack.folder)):
        match result:
            case Finding(step, told):
                blame(words("cli.author.finding", lesson=report.lesson, step=step, problem=say(told, words)))
            case LeftOut(step, wanted, found):
                report.left_out.append(step)
                if not quiet:
                    facts = {"wanted": say(wanted, words), "found": say(found, words)}
                    print(words("cli.author.left-out", lesson=report.lesson, step=step, **facts), flush=True)
            case Confirmed():
                report.held += 1
    if not quiet:
        outcome = "broken" if report.problems else "kept"
        print(words(f"cli.author.{outcome}", lesson=report.lesson, held=report.held, broken=len(report.problems)))
