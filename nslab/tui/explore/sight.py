"""A machine made ready to be drawn: its rows, and in each column where a line runs down. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from nslab.kernel.namespaces import Kind
from nslab.observe.machine.census import Namespace
from nslab.observe.machine.reach import Ref
from nslab.observe.machine.rows import COLUMNS, Bond, Machine, Row, rows_of
from nslab.observe.machine.worlds import Arrangement
from nslab.tui.explore.said import name_of
from nslab.words import Words

Lines = tuple[tuple[str | None, ...], ...]
"""For each row, for each column, the letter of the line that leaves it downwards; None where none does."""


class Sight(Struct, frozen=True):
    """What the explorer shows. `namespaces` are the census's by their ref."""

    machine: Machine
    by: Arrangement
    rows: tuple[Row, ...]
    lines: Lines
    namespaces: dict[Ref, Namespace]

    def row(self, key: str) -> Row | None:
        """The row of this key."""
        return next((row for row in self.rows if row.key == key), None)

    def home(self, ref: Ref) -> Row | None:
        """The row in which a namespace begins."""
        return next(
            (row for row in self.rows if row.cell(ref.kind).ref == ref and row.cell(ref.kind).bond is Bond.BEGINS), None
        )

    def sharing(self, ref: Ref) -> tuple[Row, ...]:
        """The worlds that are in a namespace."""
        return tuple(row for row in self.rows if row.leader is not None and row.cell(ref.kind).ref == ref)


def sight(machine: Machine, by: Arrangement) -> Sight:
    """Arrange it."""
    rows = rows_of(machine, by)
    columns = [_lines(rows, kind) for kind in COLUMNS]
    lines = tuple(tuple(column[at] for column in columns) for at in range(len(rows)))
    return Sight(machine, by, rows, lines, {one.ref: one for one in machine.census.namespaces})


def found(sight: Sight, query: str, words: Words) -> list[str]:
    """The rows whose name, container, service, number, or one of whose namespaces has the query in it."""
    wanted = query.casefold().strip()
    return [row.key for row in sight.rows if any(wanted in text.casefold() for text in _texts(row, words))]


def _texts(row: Row, words: Words) -> list[str]:
    own = [str(cell.ref.id.inode) for cell in row.cells if cell.ref is not None and cell.bond is not Bond.INHERITED]
    label = row.label
    who = [str(row.leader.pid), row.leader.comm] if row.leader else []
    whose = [label.owner, label.container.id if label.container else ""] if label else []
    return [*name_of(row, words), *who, *whose, *own]


def _lines(rows: Sequence[Row], kind: Kind) -> list[str | None]:
    """The letter of the line that leaves each row downwards.

    A line runs from the row that has the namespace to each below that inherits it, through whatever lies between. From the
    last row up: of the lines still open the one that was met last is the innermost, as rows come in a tree's order.
    """
    leaving: list[str | None] = [None] * len(rows)
    still_open: list[tuple[int, str | None]] = []  # where it comes from, and its letter
    for at in range(len(rows) - 1, -1, -1):
        while still_open and still_open[-1][0] > at:
            still_open.pop()
        if still_open:
            leaving[at] = still_open[-1][1]
        cell = rows[at].cell(kind)
        if cell.bond is Bond.INHERITED:
            still_open.append((_origin(rows, at, kind), cell.letter))
    return leaving


def _origin(rows: Sequence[Row], at: int, kind: Kind) -> int:
    """The row above that says it has the namespace: one without a process hands on what it does not speak of."""
    parent = rows[at].parent
    while parent is not None and rows[parent].cell(kind).bond is Bond.NONE:
        parent = rows[parent].parent
    return -1 if parent is None else parent
