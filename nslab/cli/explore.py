"""`nslab explore`: every namespace of this machine, who is in it, who owns it, and what keeps it alive; read-only."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from msgspec import Struct

from nslab.cli.output import print_json, print_table
from nslab.cli.processes import PROC, host_pid
from nslab.cli.screen import add_look, ready_terminal, show
from nslab.kernel.namespaces import Kind
from nslab.observe.containers import Manager
from nslab.observe.machine.census import Namespace
from nslab.observe.machine.explorer import Explorer
from nslab.observe.machine.reach import Holder, Ref
from nslab.observe.machine.rows import COLUMNS, Bond, Cell, Machine, Row, rows_of
from nslab.observe.machine.worlds import Arrangement
from nslab.observe.namespaces import Membership, Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.views import Member
from nslab.tui.explore.said import kept_of, name_of, ref_said, unseen_of
from nslab.words import Words

INHERITED = "│"


class ToldNamespace(Struct, frozen=True):
    """A namespace for programs: numbers as lsns has them, processes by number, and whatever else keeps it alive."""

    type: Kind
    ns: int
    letter: str
    owner: int | Unread
    parent: int | Unread | None
    owner_uid: int | None
    processes: tuple[int, ...]
    holders: tuple[Holder, ...]
    dependants: tuple[str, ...]
    source: str


class ToldWorld(Struct, frozen=True):
    """Processes that share all eight namespaces, or one that nobody is in. `above` is its place in this list that it hangs from."""

    name: str
    manager: Manager | None
    container: str | None
    service: str | None
    leader: Member | None
    processes: tuple[int, ...]
    namespaces: dict[Kind, int]
    begins: tuple[Kind, ...]
    kept_by: tuple[str, ...]
    above: int | None


class ToldMachine(Struct, frozen=True):
    """The whole. `unread` are processes of which no namespace could be read, `unsearched` those that may hold unseen ones."""

    host: Member
    namespaces: tuple[ToldNamespace, ...]
    worlds: tuple[ToldWorld, ...]
    processes: int
    unread: tuple[int, ...]
    unsearched: tuple[int, ...]


def add_arguments(parser: argparse.ArgumentParser, words: Words) -> None:
    """Declare the command's arguments."""
    by = [arrangement.value for arrangement in Arrangement]
    parser.add_argument("--by", choices=by, default=Arrangement.OWNER.value, help=words("cli.explore.by"))
    parser.add_argument("--json", action="store_true", help=words("cli.explore.json"))
    add_look(parser, words)


def run(arguments: argparse.Namespace, words: Words) -> int:
    """Show the machine on screen; where that is no terminal, or with --json, print it. Raises what ended the screen."""
    with ProcRoot(PROC) as root:
        if sys.stdout.isatty() and not arguments.json:
            ready_terminal("nslab explore --json")
            return on_screen(root, arguments, words)
        machine = Explorer(root, host_pid(root)).look()
    by = Arrangement(arguments.by)
    rows = rows_of(machine, by)
    if arguments.json:
        print_json(told(machine, rows))
    else:
        print_machine(machine, rows, by, words)
    return 0


def on_screen(root: ProcRoot, look: argparse.Namespace, words: Words) -> int:
    """Until the person leaves. Raises what ended it."""
    from nslab.tui.screens.explore import ExploreScreen

    def explore(words: Words) -> ExploreScreen:
        return ExploreScreen(words, lambda: Explorer(root, host_pid(root)), Arrangement(look.by))

    return show(look, words, lambda app: app.start_with_screen(explore))


def print_machine(machine: Machine, rows: Sequence[Row], by: Arrangement, words: Words) -> None:
    """The tree of worlds, the list of namespaces, and what is not in them."""
    names = words(f"explore.by-{by.value}"), words("explore.head.processes")
    print_table([*names, *(kind.value for kind in COLUMNS), words("explore.head.kept")], _worlds(rows, words))
    print()
    heads = ("namespace", "processes", "owner", "parent", "source")
    print_table([words(f"explore.head.{head}") for head in heads], _namespaces(machine))
    for line in unseen_of(machine, words):
        print(line)


def _worlds(rows: Sequence[Row], words: Words) -> Iterator[list[str]]:
    for row in rows:
        *above, last = row.last_of[1:] or (True,)
        trunk = "".join("   " if was_last else "│  " for was_last in above)
        branch = "" if len(row.last_of) == 1 else "└─ " if last else "├─ "
        name = "  ".join(name_of(row, words))
        cells = (_cell(cell) for cell in row.cells)
        yield [f"{trunk}{branch}{name}", str(row.processes), *cells, kept_of(row, words)]


def _cell(cell: Cell) -> str:
    if cell.bond is Bond.INHERITED:
        return INHERITED
    return {Bond.BEGINS: cell.letter, Bond.JOINED: f"({cell.letter})"}.get(cell.bond) or ""


def _namespaces(machine: Machine) -> Iterator[list[str]]:
    for one in machine.census.namespaces:
        owner = _related(machine, Kind.USER, one.owner)
        parent = "" if one.parent is None else _related(machine, one.kind, one.parent)
        yield [ref_said(machine, one.ref), str(len(one.members)), owner, parent, one.source]


def _related(machine: Machine, kind: Kind, related: Membership) -> str:
    if isinstance(related, Unread):
        return related.name
    return f"{kind.value}:{machine.letters.get(Ref(kind, related), '?')}"


def told(machine: Machine, rows: Sequence[Row]) -> ToldMachine:
    """The same for programs."""
    members = {str(world.namespaces): world.processes for world in machine.worlds}
    return ToldMachine(
        host=machine.host,
        namespaces=tuple(_told_namespace(machine, one) for one in machine.census.namespaces),
        worlds=tuple(_told_world(row, tuple(one.pid for one in members.get(row.key, ()))) for row in rows),
        processes=machine.census.processes,
        unread=machine.census.unread,
        unsearched=machine.census.unsearched,
    )


def _told_namespace(machine: Machine, one: Namespace) -> ToldNamespace:
    return ToldNamespace(
        type=one.kind,
        ns=one.id.inode,
        letter=machine.letters[one.ref],
        owner=_number(one.owner),
        parent=None if one.parent is None else _number(one.parent),
        owner_uid=one.owner_uid,
        processes=one.members,
        holders=one.holders,
        dependants=tuple(map(str, one.dependants)),
        source=one.source,
    )


def _number(related: Membership) -> int | Unread:
    return related if isinstance(related, Unread) else related.inode


def _told_world(row: Row, processes: tuple[int, ...]) -> ToldWorld:
    label = row.label
    known = {kind: cell.ref.id.inode for kind, cell in zip(COLUMNS, row.cells, strict=True) if cell.ref}
    return ToldWorld(
        name=label.name if label else "",
        manager=label.container.manager if label and label.container else None,
        container=label.container.id if label and label.container else None,
        service=label.service if label else None,
        leader=row.leader,
        processes=processes,
        namespaces=known,
        begins=tuple(kind for kind, cell in zip(COLUMNS, row.cells, strict=True) if cell.bond is Bond.BEGINS),
        kept_by=row.kept_by,
        above=row.parent,
    )
