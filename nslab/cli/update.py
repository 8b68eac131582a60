"""`nslab update NAME`: change the limits of a container that runs, in whichever lab of this user it is."""

from __future__ import annotations

import argparse
import os

from nslab.cli.limits import add_limits, resources_of
from nslab.cli.output import print_json
from nslab.engine import rundir
from nslab.engine.visit import Visit
from nslab.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("name", metavar="NAME", help=words("cli.update.name"))
    add_limits(parser, words)
    parser.add_argument("--json", action="store_true", help=words("cli.update.json"))
    parser.set_defaults(misused=parser.error)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Have them written, and print what was, with the files as this machine has them. Wrong usage ends the program with 2."""
    resources = resources_of(arguments, words)
    if resources is None:
        arguments.misused(words("cli.update.nothing"))
        return 2
    with Visit.to([arguments.name], rundir.base(dict(os.environ), os.geteuid())) as visit:
        visit.update(arguments.name, resources)
        group = f"{rundir.group_of(visit.directory)}/{arguments.name}"
    if arguments.json:
        print_json([{"file": f"{group}/{file}", "value": value} for file, value in resources.knobs])
        return 0
    for file, value in resources.knobs:
        print(f"{value} > {group}/{file}")
    return 0
