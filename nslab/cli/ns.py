"""`nslab ns PID…`: which namespaces processes are in, side by side."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence

from msgspec import Struct

from nslab.cli.output import print_json, print_table
from nslab.cli.processes import PROC, host_pid, named_process
from nslab.kernel import procfs
from nslab.kernel.namespaces import Kind
from nslab.observe.letters import Letters
from nslab.observe.namespaces import ForChildren, Membership, Namespaces, Unread
from nslab.observe.relatives import relatives_of
from nslab.observe.roots import ProcRoot, Relatives
from nslab.observe.scan import Process, read_for_children, read_process
from nslab.words import Words, printable


class Told(Struct, frozen=True):
    """One process. `letters` are those of its namespaces by kind, A being the host's; `for_children` is None once it has ended."""

    pid: int
    comm: str
    namespaces: Namespaces
    letters: dict[Kind, str]
    for_children: ForChildren | None
    relatives: dict[Kind, Relatives | Unread]


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    parser.add_argument("pid", metavar="PID", nargs="+", help=words("cli.ns.pid"))
    parser.add_argument("--json", action="store_true", help=words("cli.ns.json"))


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Print a column for each process."""
    with ProcRoot(PROC) as root:
        told = tell(root, [named_process(root, pid) for pid in arguments.pid])
    if arguments.json:
        print_json(told)
    else:
        print_table(["", *(f"{one.comm} {one.pid}" for one in told)], rows(told))
    return 0


def tell(root: ProcRoot, processes: Sequence[Process]) -> tuple[Told, ...]:
    """Read what there is to say of each."""
    host = read_process(root, host_pid(root))
    letters = Letters((host or processes[0]).namespaces)
    letters.meet(process.namespaces for process in processes)
    return tuple(_tell(root, process, letters) for process in processes)


def rows(told: Sequence[Told]) -> Iterator[list[str]]:
    """A line a kind; below them, where a process's children will be born elsewhere than it is itself."""
    for kind in Kind:
        yield [kind.value, *(_cell(one.namespaces.of(kind), one.letters.get(kind)) for one in told)]
    for kind in (Kind.PID, Kind.TIME):
        cells = [_elsewhere(one, kind) for one in told]
        if any(cells):
            yield [f"{kind.value}_for_children", *cells]


def _tell(root: ProcRoot, process: Process, letters: Letters) -> Told:
    known = ((kind, letters.of(kind, process.namespaces.of(kind))) for kind in Kind)
    return Told(
        pid=process.pid,
        comm=printable(process.comm),
        namespaces=process.namespaces,
        letters={kind: letter for kind, letter in known if letter is not None},
        for_children=_for_children(root, process.pid),
        relatives={kind: relatives_of(root, process.pid, kind) for kind in Kind},
    )


def _for_children(root: ProcRoot, pid: int) -> ForChildren | None:
    try:
        process = procfs.open_process(root.fd, pid)
    except OSError:
        return None
    try:
        return read_for_children(root, process)
    finally:
        os.close(process)


def _elsewhere(told: Told, kind: Kind) -> str:
    if told.for_children is None:
        return ""
    namespace: Membership = getattr(told.for_children, kind.value)
    differs = not isinstance(namespace, Unread) and namespace != told.namespaces.of(kind)
    return _cell(namespace, None) if differs else ""


def _cell(namespace: Membership, letter: str | None) -> str:
    if isinstance(namespace, Unread):
        return f"? {namespace.name}"
    return f"{letter or ' '} {namespace.inode}"
