"""A machine as rows: where a namespace begins, comes down, or was joined."""

from __future__ import annotations

import errno
from collections.abc import Callable

from nslab.kernel.namespaces import Kind
from nslab.observe.containers import Container, Manager
from nslab.observe.holders import DescriptorHold, Holds
from nslab.observe.letters import Letters
from nslab.observe.machine.census import Census, Kept, Namespace, take
from nslab.observe.machine.labels import Label
from nslab.observe.machine.lineage import Lineages
from nslab.observe.machine.rows import COLUMNS, Bond, Machine, Row, rows_of
from nslab.observe.machine.worlds import Arrangement, worlds
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan, Scanner
from nslab.observe.views import Member

MakeProcess = Callable[..., Process]
ID = "6dd05e91f00f99281f70b1fd90a29e5cc30b0dab243cb7cfb6153d8017872394"


def made_machine(recorded: ProcRoot, scan: Scan, *holds: DescriptorHold) -> Machine:
    """What an Explorer would see of made-up processes."""
    census: Census = take(scan, Kept(Holds(holds, ()), ()), Lineages(recorded))
    living = worlds(scan)
    letters = Letters(living[0].namespaces)
    letters.meet(world.namespaces for world in living)
    for one in census.namespaces:
        letters.meet_empty(one.kind, one.id)
    labels = tuple(Label(world.leader.comm) for world in living)
    lettered = {one.ref: letters.of(one.kind, one.id) or "" for one in census.namespaces}
    return Machine(Member(1, "init"), living[0].namespaces, census, living, labels, lettered, 0, 0.0)


def drawn(row: Row) -> str:
    """A letter where it begins, in brackets where it was joined, a line where it comes down."""
    marks = {Bond.BEGINS: "{}", Bond.JOINED: "({})", Bond.INHERITED: "|", Bond.NONE: "-"}
    return " ".join(marks[cell.bond].format(cell.letter) for cell in row.cells)


def test_a_namespace_begins_in_one_row_comes_down_below_it_and_is_joined_elsewhere(
    recorded_lab: ProcRoot, process: MakeProcess, scan: Callable[..., Scan]
) -> None:
    seen = scan(process(1), process(5, ppid=1, in_net=2, in_mnt=2), process(7, ppid=1, in_net=2, in_uts=3))
    rows = rows_of(made_machine(recorded_lab, seen), Arrangement.PROCESS)
    assert [kind.value for kind in COLUMNS] == ["user", "pid", "mnt", "net", "ipc", "uts", "cgroup", "time"]
    assert [drawn(row) for row in rows] == [
        "A A A A A A A A",
        "| | B B | | | |",
        "| | | (B) | B | |",
    ]
    assert [row.last_of for row in rows] == [(True,), (True, False), (True, True)]
    assert [row.holds_host for row in rows] == [True, False, False]


def test_a_mere_namespace_says_nothing_of_other_kinds(
    recorded_lab: ProcRoot, process: MakeProcess, scan: Callable[..., Scan]
) -> None:
    hold = DescriptorHold(Kind.NET, NamespaceId(4, 9), 1, 5)
    rows = rows_of(made_machine(recorded_lab, scan(process(1)), hold), Arrangement.PROCESS)
    assert drawn(rows[1]) == "- - - B - - - -"
    assert (rows[1].label, rows[1].leader, rows[1].processes, rows[1].kept_by) == (None, None, 0, ("descriptor",))
    assert rows[1].parent == 0


def test_a_row_keeps_its_key_while_its_processes_change(
    recorded_lab: ProcRoot, process: MakeProcess, scan: Callable[..., Scan]
) -> None:
    before = rows_of(made_machine(recorded_lab, scan(process(1), process(5, in_net=2))), Arrangement.OWNER)
    after = rows_of(made_machine(recorded_lab, scan(process(1), process(6, in_net=2))), Arrangement.OWNER)
    assert [row.key for row in before] == [row.key for row in after]


def test_what_could_not_be_read_is_no_bond(
    recorded_lab: ProcRoot, process: MakeProcess, scan: Callable[..., Scan]
) -> None:
    seen = scan(process(1), process(5, in_net=2, in_time=Unread(errno.ENOENT)))
    rows = rows_of(made_machine(recorded_lab, seen), Arrangement.PROCESS)
    assert rows[1].cell(Kind.TIME).bond is Bond.NONE
    assert rows[1].cell(Kind.NET).bond is Bond.BEGINS


def test_a_label_says_whose_a_world_is() -> None:
    container = Container(Manager.DOCKER, ID, "/docker/x")
    named, unnamed = Label("web", container, "web"), Label("6dd05e91f00f", container)
    inner = Label("nginx", container, "web")
    assert [(one.owner, one.is_owner) for one in (named, unnamed, inner, Label("sh"))] == [
        ("web", True),
        ("6dd05e91f00f", True),
        ("web", False),
        ("", False),
    ]


def test_every_namespace_of_a_real_scan_has_a_row_where_it_begins(recorded_lab: ProcRoot) -> None:
    machine = made_machine(recorded_lab, Scanner(recorded_lab).scan())
    for by in Arrangement:
        begun = [cell.ref for row in rows_of(machine, by) for cell in row.cells if cell.bond is Bond.BEGINS]
        assert len(begun) == len(set(begun))
        assert {one.ref for one in machine.census.namespaces if _is_seen(one)} <= set(begun)


def _is_seen(one: Namespace) -> bool:
    return bool(one.members or one.holders or one.dependants)
