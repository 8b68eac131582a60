"""`nslab ps [PID]`: the process tree, with numbers and users inside and outside, and where namespaces are entered."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator

from msgspec.structs import replace

from nslab.cli.output import print_json, print_table
from nslab.cli.processes import PROC, host_pid, named_process
from nslab.observe.namespace_view import Subject
from nslab.observe.observer import Look, Observer
from nslab.observe.roots import ProcRoot
from nslab.observe.tree import tree
from nslab.observe.views import ProcessRow, ProcessView
from nslab.tui.wrap import shorten
from nslab.words import Words

HEADS = ("pid", "pid-inside", "uid", "uid-inside", "state", "process")
OTHER_COLUMNS_CELLS = 48
LEAST_TREE_CELLS = 30
PIPED_TREE_CELLS = 160


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("pid", metavar="PID", nargs="?", help=words("cli.ps.pid"))
    parser.add_argument("--json", action="store_true", help=words("cli.ps.json"))


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print the tree, or the part of it that begins with one process."""
    with ProcRoot(PROC) as root:
        view = look_at(root, arguments.pid)
    if arguments.json:
        print_json(view)
        return 0
    print_table([words(f"ps.head.{head}") for head in HEADS], (cells(row, line) for row, line in lines(view)))
    if view.unread:
        print(words("pane.not-readable", count=view.unread))
    return 0


def look_at(root: ProcRoot, pid: str | None) -> ProcessView:
    """The view: of all, or of one process and its descendants, with its own PID column. Raises NoSuchProcess, ProcessRefused."""
    wanted = named_process(root, pid) if pid is not None else None
    observer = Observer(root, host_pid(root))
    look = observer.look()
    subjects = [Subject("host", look.host)]
    if wanted is not None:
        look = below(look, wanted.pid)
        subjects.append(Subject(str(wanted.pid), wanted))
    return observer.processes(look, subjects)


def below(look: Look, pid: int) -> Look:
    """The same look, of one process and its descendants alone."""
    nodes = tree(look.scan.processes)
    start = next((at for at, node in enumerate(nodes) if node.process.pid == pid), len(nodes))
    end = start + 1
    while end < len(nodes) and len(nodes[end].last_of) > len(nodes[start].last_of):
        end += 1
    kept = sorted((node.process for node in nodes[start:end]), key=lambda process: process.pid)
    return replace(look, scan=replace(look.scan, processes=tuple(kept)))


def lines(view: ProcessView) -> Iterator[tuple[ProcessRow, str]]:
    """Each process with its line of the tree."""
    for row in view.rows:
        *above, last = row.last_of
        trunk = "".join("   " if was_last else "│  " for was_last in above[1:])
        branch = "" if not above else "└─ " if last else "├─ "
        if row.entered:
            branch = f"╘═ {' '.join(map(str, row.entered))}  "
        yield row, f"{trunk}{branch}{row.name}"


def cells(row: ProcessRow, line: str) -> list[str]:
    """One line of the table. A number inside is told where there is another than outside."""
    inside = str(row.nspid[-1]) if len(row.nspid) > 1 else ""
    uid = "?" if row.uid_outside is None else str(row.uid_outside)
    uid_inside = "" if row.uid_inside in (None, row.uid_outside) else str(row.uid_inside)
    return [str(row.pid), inside, uid, uid_inside, row.state, shorten(line, tree_cells())]


def tree_cells() -> int:
    """How wide the tree may be: on a terminal what the other columns leave of a line. Whole commands are in the JSON."""
    if not sys.stdout.isatty():
        return PIPED_TREE_CELLS
    return max(os.get_terminal_size(sys.stdout.fileno()).columns - OTHER_COLUMNS_CELLS, LEAST_TREE_CELLS)
