"""`nslab clean`: remove what runs that were killed could not remove themselves."""

from __future__ import annotations

import argparse
import os

from nslab.cli.output import print_json
from nslab.engine import rundir
from nslab.words import Words


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--json", action="store_true", help=words("clean.json"))


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Sweep this user's run directories. What a living lab uses is left alone and named."""
    found = rundir.sweep(rundir.base(dict(os.environ), os.geteuid()))
    if arguments.json:
        users = [{"path": str(each.path), "pid": each.pid, "command": each.command} for each in found.in_use]
        removed, kept = map(str, found.removed), map(str, found.kept)
        print_json({"removed": [*removed], "in_use": users, "kept": [*kept]})
        return 0
    for path in found.removed:
        print(words("clean.removed", path=path))
    for occupant in found.in_use:
        pid = "?" if occupant.pid is None else occupant.pid
        print(words("clean.in-use", path=occupant.path, pid=pid, command=occupant.command or "?"))
    for path in found.kept:
        print(words("clean.kept", path=path))
    if not found.removed and not found.kept:
        print(words("clean.nothing"))
    return 0
