"""`nslab list`: the labs of this user that run now, whose they are, and which containers in them have names."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from msgspec import Struct

from nslab.cli.output import print_json, print_table
from nslab.engine import rundir
from nslab.engine.visit import calls
from nslab.words import Words

ROLL_SECONDS = 2.0


class Listed(Struct, frozen=True):
    """A lab. `pid` and `command` are its owner's; `names` are empty where it lets nobody in, and so tells nobody. `group` is the
    directory of its control group, where it has one that it divides."""

    directory: str
    pid: int | None
    command: str
    names: tuple[str, ...]
    group: str | None = None


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--json", action="store_true", help=words("cli.list.json"))


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print a line for each."""
    found = labs(rundir.base(dict(os.environ), os.geteuid()))
    if arguments.json:
        print_json(found)
        return 0
    if not found:
        print(words("list.none"))
        return 0
    heads = [words(f"list.head.{name}") for name in ("names", "pid", "command", "directory")]
    print_table(heads, (cells(one, words) for one in found))
    return 0


def labs(parent: Path) -> tuple[Listed, ...]:
    """Who holds a run directory, and who is at home by the doors that are open."""
    names: dict[Path, tuple[str, ...]] = {}
    for visit in calls(parent, ROLL_SECONDS):
        with visit:
            names[visit.directory] = visit.names
    held = rundir.occupants(parent)
    return tuple(
        Listed(str(one.path), one.pid, one.command, names.get(one.path, ()), group_path(one.path)) for one in held
    )


def group_path(directory: Path) -> str | None:
    """The control group of the lab with this run directory, as text."""
    try:
        group = rundir.group_of(directory)
    except OSError:  # it has gone meanwhile
        return None
    return None if group is None else str(group)


def cells(lab: Listed, words: Words) -> list[str]:
    """One line of the table."""
    pid = "?" if lab.pid is None else str(lab.pid)
    return [" ".join(lab.names) or words("list.unnamed"), pid, lab.command or "?", lab.directory]
