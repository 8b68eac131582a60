"""`nslab explain PID`: what a process shares with the host, what it may do, and what it is limited to."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from nslab.cli.output import print_json
from nslab.cli.processes import PROC, NoSuchProcess, existing_process, host_pid
from nslab.observe.container_names import Names
from nslab.observe.explanation import Explanation, explain
from nslab.observe.letters import Letters
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Scanner
from nslab.tui.explained import Line, Section, headline, sections
from nslab.tui.wrap import lines_of
from nslab.words import Words

PIPED_CELLS = 160
LEAST_CELLS = 60


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("pid", metavar="PID", help=words("cli.explain.pid"))
    parser.add_argument("--json", action="store_true", help=words("cli.explain.json"))


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print what there is to say."""
    with ProcRoot(PROC) as root:
        told = look_at(root, arguments.pid)
    if arguments.json:
        print_json(told)
    else:
        print("\n".join(text(headline(told, words), sections(told, words), width())))
    return 0


def look_at(root: ProcRoot, pid: str) -> Explanation:
    """Read it: much of a process is there for everybody, whosever it is. Raises NoSuchProcess."""
    wanted = existing_process(root, pid)
    scan = Scanner(root).scan()
    process, host = scan.get(wanted.pid), scan.get(host_pid(root))
    if process is None or not process.is_same(wanted):
        raise NoSuchProcess(pid=pid)
    host = host or process
    letters = Letters(host.namespaces)
    letters.meet([process.namespaces])
    told = explain(root, scan, process, host, letters, Names(root))
    if told is None:
        raise NoSuchProcess(pid=pid)
    return told


def text(head: Sequence[str], parts: Sequence[Section], cells: int) -> Iterator[str]:
    """The whole as lines of at most `cells`: under each title a name, what it means, and where it was read."""
    for said in head:
        yield from lines_of(said, cells)
    labels = max((cell_len(line.label) for part in parts for line in part.lines), default=0)
    for part in parts:
        yield ""
        yield part.title
        for line in part.lines:
            yield from _told(line, labels, cells)


def _told(line: Line, labels: int, cells: int) -> Iterator[str]:
    margin = labels + 4
    said = f"{line.letter} {line.text}" if line.letter else line.text
    source = f"  ← {line.source}" if line.source else ""
    for at, row in enumerate(lines_of(f"{said}{source}", cells - margin)):
        label = "" if at else f"  {line.label}"
        yield f"{label}{' ' * (margin - cell_len(label))}{row}".rstrip()


def width() -> int:
    """The terminal's, and a long line's where there is none."""
    if not sys.stdout.isatty():
        return PIPED_CELLS
    return max(os.get_terminal_size(sys.stdout.fileno()).columns, LEAST_CELLS)
