"""Processes side by side, as values."""

from __future__ import annotations

import errno
from collections.abc import Callable

from nslab.kernel.namespaces import Kind
from nslab.observe.letters import Letters
from nslab.observe.namespace_view import Subject, namespace_view
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan, Scanner, read_process
from nslab.observe.views import Member, NamespaceCell, NamespaceColumn

MakeProcess = Callable[..., Process]
MakeScan = Callable[..., Scan]


def test_the_recorded_container_differs_in_two_rows_and_each_cell_tells_its_command(recorded_lab: ProcRoot) -> None:
    scan = Scanner(recorded_lab).scan()
    host, box = scan.get(176), scan.get(181)
    assert host is not None
    assert box is not None
    letters = Letters(host.namespaces)
    letters.meet(process.namespaces for process in scan.processes)
    view = namespace_view([Subject("host", host), Subject("box", box)], letters, scan)
    assert view.columns == (NamespaceColumn("host", "A", 176, "bash"), NamespaceColumn("box", "B", 181, "bash"))
    assert [row.kind for row in view.rows] == list(Kind)
    letters_seen = ["".join(cell.letter or "?" for cell in row.cells if cell) for row in view.rows]
    assert letters_seen == ["AB", "AB", "AA", "AA", "AA", "AA", "AA", "AA"]
    assert view.rows[0].cells[1] == NamespaceCell(
        box.namespaces.pid,
        "B",
        "readlink /proc/181/ns/pid",
        (Member(181, "bash"), Member(182, "sleep"), Member(183, "sleep")),
    )
    assert view.read_at == scan.read_at


def test_a_container_that_is_not_there_yet_is_an_empty_column(process: MakeProcess, scan: MakeScan) -> None:
    host = process(1)
    view = namespace_view([Subject("host", host), Subject("box", None)], Letters(host.namespaces), scan(host))
    assert view.columns[1] == NamespaceColumn("box", "A", None, None)
    assert all(row.cells[1] is None for row in view.rows)


def test_a_container_that_has_died_is_shown_as_last_seen(process: MakeProcess, scan: MakeScan) -> None:
    host, box = process(1), process(8, in_pid=2)
    letters = Letters(host.namespaces)
    letters.meet([box.namespaces])
    view = namespace_view([Subject("host", host), Subject("box", box, alive=False)], letters, scan(host))
    assert not view.columns[1].alive
    assert view.rows[0].cells[1] == NamespaceCell(NamespaceId(4, 2), "B", "readlink /proc/8/ns/pid", ())


def test_a_link_that_may_not_be_read_is_a_cell_with_its_errno(process: MakeProcess, scan: MakeScan) -> None:
    host, box = process(1), process(8, in_pid=Unread(errno.EACCES))
    view = namespace_view([Subject("host", host), Subject("box", box)], Letters(host.namespaces), scan(host))
    assert view.rows[0].cells[1] == NamespaceCell(Unread(errno.EACCES), None, "readlink /proc/8/ns/pid")


def test_a_name_with_control_characters_is_made_printable(process: MakeProcess, scan: MakeScan) -> None:
    host = process(1, comm="a\nb")
    assert namespace_view([Subject("host", host)], Letters(host.namespaces), scan(host)).columns[0].comm == r"a\nb"


def test_a_process_read_by_itself_makes_the_same_cells_as_one_of_a_scan(recorded_lab: ProcRoot) -> None:
    alone, scanned = read_process(recorded_lab, 181), Scanner(recorded_lab).scan().get(181)
    assert alone == scanned
