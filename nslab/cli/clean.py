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
    swept, in_use = rundir.sweep(rundir.base(dict(os.environ), os.geteuid()))
    if arguments.json:
        users = [{"path": str(each.path), "pid": each.pid, "command": each.command} for each in in_use]
        print_json({"removed": [str(path) for path in swept], "in_use": users})
        return 0
    for path in swept:
        print(words("clean.removed", path=path))
    for occupant in in_use:
        pid = "?" if occupant.pid is None else occupant.pid
        print(words("clean.in-use", path=occupant.path, pid=pid, command=occupant.command or "?"))
    if not swept:
        print(words("clean.nothing"))
    return 0
