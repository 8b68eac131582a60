"""Looks one after another at one lab."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from nslab.observe.namespace_view import Subject
from nslab.observe.observer import HostMissing, Observer
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import read_process


def test_the_labs_first_process_is_a_and_what_appears_later_b(small_lab: ProcRoot) -> None:
    observer = Observer(small_lab)
    look = observer.look()
    view = observer.namespaces(look, [Subject("host", look.host), Subject("box", look.scan.get(3))])
    assert [column.letter for column in view.columns] == ["A", "B"]
    assert observer.letters.world(look.host.namespaces) == "A"


def test_the_container_is_found_after_two_looks_at_it(small_lab: ProcRoot) -> None:
    observer = Observer(small_lab)
    observer.look()
    found = observer.newcomer(frozenset({1}))
    assert found is not None
    assert found.pid == 3


def test_only_rows_on_show_are_read_in_detail(small_lab: ProcRoot) -> None:
    look = Observer(small_lab).look(shown=[1, 3, 77])
    assert sorted(look.details) == [1, 3]
    assert len(look.scan.processes) == 3


def test_a_lab_that_dies_is_told_and_its_host_stays_as_last_seen(small_lab: ProcRoot, small_lab_init: int) -> None:
    observer = Observer(small_lab)
    before = observer.look()
    assert before.host_alive
    os.kill(small_lab_init, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while (after := observer.look()).host_alive:
        assert time.monotonic() < deadline
    assert not after.host_alive
    assert after.host.is_same(before.host)
    assert after.scan.processes == ()
    assert observer.processes(after, [Subject("host", after.host)]).rows == ()


def test_a_first_look_without_the_host_is_an_error(machine: ProcRoot) -> None:
    with pytest.raises(HostMissing):
        Observer(machine, host_pid=2**22 + 1)


def test_while_no_mount_changes_the_same_view_is_given_again(small_lab: ProcRoot, small_lab_init: int) -> None:
    observer = Observer(small_lab)
    host, inner = (read_process(small_lab, pid) for pid in (1, 3))
    subjects = Subject("host", host), Subject("box", inner)
    view = observer.mounts(subjects)
    assert view.shared
    assert observer.mounts(subjects) is view
    inside = ["nsenter", "--preserve-credentials", "-t", str(small_lab_init), "-U", "-m"]
    subprocess.run([*inside, "mount", "-t", "tmpfs", "t", "/mnt"], check=True)
    again = observer.mounts(subjects)
    assert "/mnt" in {row.path for row in again.rows} - {row.path for row in view.rows}
