"""The tree with a number for each side."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from nslab.kernel.namespaces import Kind
from nslab.observe.letters import Letters
from nslab.observe.namespace_view import Subject
from nslab.observe.observer import Observer
from nslab.observe.process_view import process_view
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan
from nslab.observe.views import Perspective, PidCell, ProcessView, Tag


def recorded_view(root: ProcRoot) -> ProcessView:
    observer = Observer(root)
    look = observer.look()
    subjects = [Subject("host", look.scan.get(176)), Subject("box", look.scan.get(181))]
    return observer.processes(look, subjects)


def test_each_process_has_its_number_on_the_host_and_one_in_the_box_if_it_can_be_seen_there(
    recorded_lab: ProcRoot,
) -> None:
    view = recorded_view(recorded_lab)
    assert view.perspectives == (Perspective("host", "A"), Perspective("box", "B"))
    numbers = {row.pid: [cell.pid for cell in row.pids] for row in view.rows}
    assert numbers == {
        1: [1, None],
        176: [176, None],
        177: [177, None],
        178: [178, None],
        180: [180, None],
        181: [181, 1],
        182: [182, 2],
        183: [183, 3],
        186: [186, None],
        187: [187, None],
        189: [189, None],
    }
    bash = next(row for row in view.rows if row.pid == 181)
    assert bash.pids[1] == PidCell(1, "/proc/181/status NSpid")


def test_a_process_tells_what_it_entered_and_its_children_only_what_they_are_in(recorded_lab: ProcRoot) -> None:
    rows = {row.pid: row for row in recorded_view(recorded_lab).rows}
    both = (Tag(Kind.PID, "B"), Tag(Kind.UTS, "B"))
    assert (rows[180].inside, rows[180].entered) == ((), ())
    assert (rows[181].inside, rows[181].entered) == (both, both)
    assert (rows[183].inside, rows[183].entered) == (both, ())
    assert (rows[183].name, rows[183].depth) == ("sleep 1001", 4)


def test_uids_are_those_of_the_labs_user_namespace_on_both_sides(recorded_lab: ProcRoot) -> None:
    rows = {row.pid: row for row in recorded_view(recorded_lab).rows}
    assert (rows[181].uid_outside, rows[181].uid_inside) == (0, 0)


def test_sides_that_share_a_pid_namespace_share_a_column(
    process: Callable[..., Process], scan: Callable[..., Scan]
) -> None:
    host, box = process(1), process(8, ppid=1, in_uts=2)
    letters = Letters(host.namespaces)
    letters.meet([box.namespaces])
    view = process_view(scan(host, box), {}, letters, host, [Subject("host", host), Subject("box", box)])
    assert view.perspectives == (Perspective("host", "A"),)
    assert [row.pids[0].pid for row in view.rows] == [1, 8]


def test_a_row_without_details_has_its_number_in_the_procfs_and_nothing_made_up(
    process: Callable[..., Process], scan: Callable[..., Scan]
) -> None:
    host, box = process(1), process(8, ppid=1, comm="bash", in_pid=2)
    letters = Letters(host.namespaces)
    letters.meet([box.namespaces])
    view = process_view(scan(host, box), {}, letters, host, [Subject("host", host), Subject("box", box)])
    row = view.rows[1]
    assert [cell.pid for cell in row.pids] == [8, None]
    assert (row.name, row.uid_outside, row.uid_inside) == ("bash", None, None)


def test_a_view_survives_json(recorded_lab: ProcRoot) -> None:
    view = recorded_view(recorded_lab)
    assert msgspec.json.decode(msgspec.json.encode(view), type=ProcessView) == view
