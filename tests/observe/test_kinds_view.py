"""The board of kinds, as values."""

from __future__ import annotations

from collections.abc import Callable

from nslab.engine.rosetta.elsewhere import Elsewhere
from nslab.kernel.namespaces import SINCE, Kind
from nslab.observe.kinds_view import KINDS, kinds_view
from nslab.observe.letters import Letters
from nslab.observe.namespace_view import Subject
from nslab.observe.scan import Process, Scan
from nslab.observe.views import Birth, CallRow, Refused, Returned

MakeProcess = Callable[..., Process]
MakeScan = Callable[..., Scan]


def test_every_kind_has_its_flag_and_a_release_and_the_oldest_is_first() -> None:
    assert {row.kind for row in KINDS} == set(Kind)
    assert [row.flag for row in KINDS][:2] == ["CLONE_NEWNS", "CLONE_NEWUTS"]
    releases = [tuple(map(int, row.since.whole.split("."))) for row in KINDS]
    first = [tuple(map(int, row.since.first.split("."))) for row in KINDS]
    assert first == sorted(first)
    assert [row.since.year for row in KINDS] == sorted(row.since.year for row in KINDS)
    assert releases[0] == min(releases)
    assert releases[-1] == max(releases)
    assert all(
        tuple(map(int, since.first.split("."))) <= tuple(map(int, since.whole.split("."))) for since in SINCE.values()
    )


def test_the_host_stands_beside_the_container(process: MakeProcess, scan: MakeScan) -> None:
    host, box = process(1), process(8, in_uts=2)
    letters = Letters(host.namespaces)
    letters.meet([box.namespaces])
    view = kinds_view([Subject("host", host), Subject("box", box)], letters, scan(host, box), None)
    assert [column.name for column in view.sides.columns] == ["host", "box"]
    split = [row.kind for row in view.sides.rows if len({cell.letter for cell in row.cells if cell}) == 2]
    assert (split, view.refused) == ([Kind.UTS], None)


def test_a_container_that_could_not_be_made_is_told_by_the_call_that_was_refused(
    process: MakeProcess, scan: MakeScan
) -> None:
    host = process(1)
    clone = CallRow(
        "clone", "lab", "clone3({flags=CLONE_NEWUTS})", Refused("ENOSPC", "", tolerated=False), 1.0, Elsewhere()
    )
    letters = Letters(host.namespaces)
    refused = kinds_view([Subject("host", host)], letters, scan(host), Birth("box", None, None, (clone,)))
    assert refused.refused == clone
    made = Birth("box", 8, None, (CallRow("clone", "lab", "clone3()", Returned(8), 1.0, Elsewhere()),))
    assert kinds_view([Subject("host", host)], letters, scan(host), made).refused is None
