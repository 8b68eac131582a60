"""Which process is the container that a learner just made by hand."""

from __future__ import annotations

from collections.abc import Callable

from nslab.observe.newcomer import newcomer
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan, Scanner

ENGINE = frozenset({2, 3})
MakeProcess = Callable[..., Process]
MakeScan = Callable[..., Scan]


def found(scan: Scan, before: Scan | None = None) -> int | None:
    newest = newcomer(before or scan, scan, ENGINE)
    return newest.pid if newest else None


def lab(process: MakeProcess) -> list[Process]:
    return [process(1, comm="lab"), process(2, ppid=1), process(3, ppid=1)]


def test_nobody_is_found_while_all_are_in_the_hosts_namespaces(process: MakeProcess, scan: MakeScan) -> None:
    assert found(scan(*lab(process), process(7, ppid=3))) is None


def test_the_child_of_clone_is_found_and_not_what_it_starts(process: MakeProcess, scan: MakeScan) -> None:
    seen = scan(*lab(process), process(7, 3), process(8, 7, in_pid=2, in_uts=2), process(12, 8, in_pid=2, in_uts=2))
    assert found(seen) == 8


def test_the_child_of_unshare_is_found_even_where_unshare_has_left_as_well(
    process: MakeProcess, scan: MakeScan
) -> None:
    seen = scan(*lab(process), process(7, 3, in_uts=2), process(8, 7, in_uts=2, in_pid=2))
    assert found(seen) == 8


def test_a_maker_and_its_child_of_the_same_tick_are_told_apart_by_number(process: MakeProcess, scan: MakeScan) -> None:
    seen = scan(*lab(process), process(7, 3, start=50, in_uts=2), process(8, 7, start=50, in_uts=2, in_pid=2))
    assert found(seen) == 8


def test_the_newer_of_two_containers_is_found(process: MakeProcess, scan: MakeScan) -> None:
    assert found(scan(*lab(process), process(8, 3, in_uts=2), process(20, 2, in_uts=3))) == 20


def test_a_process_that_joins_a_container_does_not_take_its_place(process: MakeProcess, scan: MakeScan) -> None:
    seen = scan(*lab(process), process(8, 3, in_uts=2, in_pid=2), process(30, 2, in_uts=2))
    assert found(seen) == 8


def test_engine_containers_and_whoever_joins_them_are_not_the_learners(process: MakeProcess, scan: MakeScan) -> None:
    seen = scan(process(1), process(2, 1, in_uts=2), process(30, 1, in_uts=2))
    assert found(seen) is None


def test_one_look_is_not_enough(process: MakeProcess, scan: MakeScan) -> None:
    seen = scan(*lab(process), process(8, 3, in_uts=2))
    assert found(seen, before=scan(*lab(process))) is None


def test_a_process_that_still_bears_its_makers_name_is_waited_for(process: MakeProcess, scan: MakeScan) -> None:
    early = scan(*lab(process), process(8, 3, comm="ns_uts", in_uts=2))
    late = scan(*lab(process), process(8, 3, comm="bash", in_uts=2))
    assert found(late, before=early) is None
    assert found(late, before=late) == 8


def test_an_older_process_that_had_the_same_number_does_not_count_as_a_look(
    process: MakeProcess, scan: MakeScan
) -> None:
    before = scan(*lab(process), process(8, 3, start=20, in_uts=2))
    assert found(scan(*lab(process), process(8, 3, start=90, in_uts=2)), before) is None


def test_when_the_container_ended_an_orphan_in_its_namespace_stands_for_it(
    process: MakeProcess, scan: MakeScan
) -> None:
    assert found(scan(*lab(process), process(12, 1, in_uts=2), process(13, 1, in_uts=2))) == 12


def test_a_lab_that_is_dead_has_no_newcomer(process: MakeProcess, scan: MakeScan) -> None:
    assert found(scan(process(8, in_uts=2))) is None


def test_the_recorded_ns_pid_is_found_although_a_namespace_without_process_is_younger(recorded_lab: ProcRoot) -> None:
    seen = Scanner(recorded_lab).scan()
    newest = newcomer(seen, seen, frozenset({176, 178}))
    assert newest is not None
    assert (newest.pid, newest.comm) == (181, "bash")


def test_in_a_real_lab_the_innermost_process_is_found(small_lab: ProcRoot) -> None:
    scanner = Scanner(small_lab)
    before, now = scanner.scan(), scanner.scan()
    newest = newcomer(before, now, frozenset({1}))
    assert newest is not None
    assert newest.pid == 3
