"""Scans of the real machine, of a lab through its descriptor, and of a recorded tree."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from nslab.kernel import procfs
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scanner, read_for_children, read_process

pytestmark = pytest.mark.alone

Boxed = Callable[..., AbstractContextManager[int]]


def test_this_process_is_in_the_namespaces_that_stat_tells(machine: ProcRoot) -> None:
    process = read_process(machine, os.getpid())
    assert process is not None
    for kind in Kind:
        told = os.stat(f"/proc/self/ns/{kind.value}")
        assert process.namespaces.of(kind) == NamespaceId(told.st_dev, told.st_ino)


def test_a_scan_finds_every_process_once_in_order(machine: ProcRoot) -> None:
    found = [process.pid for process in Scanner(machine).scan().processes]
    assert os.getpid() in found
    assert found == sorted(set(found))


def test_a_process_that_nobody_changed_is_the_same_object_in_the_next_scan(machine: ProcRoot, boxed: Boxed) -> None:
    scanner = Scanner(machine)
    with boxed(run="echo; kill -STOP $$") as pid:
        _wait_for_state(machine, pid, "T")
        first, second = scanner.scan(), scanner.scan()
    assert first.get(pid) is second.get(pid) is not None


def test_a_process_that_moves_itself_is_seen_in_its_new_namespace(machine: ProcRoot) -> None:
    scanner = Scanner(machine)
    move = "echo; read go; exec unshare --uts sh -c 'echo; exec sleep 60'"
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", move]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as mover:
        assert mover.stdin is not None
        assert mover.stdout is not None
        mover.stdout.readline()
        before = scanner.scan().get(mover.pid)
        mover.stdin.write(b"\n")
        mover.stdin.flush()
        mover.stdout.readline()
        after = scanner.scan().get(mover.pid)
        mover.kill()
    assert before is not None
    assert after is not None
    assert before.is_same(after)
    assert before.namespaces.differing(after.namespaces) == (Kind.UTS,)


def test_a_process_that_has_been_waited_for_is_not_in_the_scan(machine: ProcRoot) -> None:
    scanner = Scanner(machine)
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        assert scanner.scan().get(sleeper.pid) is not None
        sleeper.kill()
    assert scanner.scan().get(sleeper.pid) is None
    assert read_process(machine, sleeper.pid) is None


def test_a_zombie_is_in_the_scan_with_what_it_has_let_go_of_unread(machine: ProcRoot) -> None:
    with subprocess.Popen(["true"]) as dead:
        os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
        zombie = Scanner(machine).scan().get(dead.pid)
    assert zombie is not None
    assert zombie.state == "Z"
    assert zombie.ended
    assert zombie.namespaces.uts == Unread(errno.ENOENT)


def test_processes_may_die_during_a_scan_without_an_error(machine: ProcRoot) -> None:
    scanner = Scanner(machine)
    script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do true & done; wait"
    with subprocess.Popen(["sh", "-c", f"while :; do {script}; done"]) as storm:
        try:
            scans = [scanner.scan() for _ in range(40)]
        finally:
            storm.kill()
    assert all(scan.get(os.getpid()) for scan in scans)
    assert not any(scan.refused for scan in scans)


def test_links_that_may_not_be_read_are_unread_and_the_process_is_still_there(machine: ProcRoot) -> None:
    init = _as_an_ordinary_user(lambda: _memberships(read_process(machine, 1)))
    assert init == ["EACCES"] * len(Kind)


def _memberships(process: Process | None) -> list[str]:
    assert process is not None
    found = [process.namespaces.of(kind) for kind in Kind]
    return [one.name if isinstance(one, Unread) else "read" for one in found]


def _as_an_ordinary_user(read: Callable[[], list[str]]) -> list[str]:
    """What a child answers that has given up root, if we are root."""
    answer, question = os.pipe()
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
        os.write(question, json.dumps(read()).encode())
        os._exit(0)
    os.close(question)
    os.waitpid(child, 0)
    with open(answer, "rb") as told:
        words: list[str] = json.load(told)
    return words


def _wait_for_state(root: ProcRoot, pid: int, state: str) -> None:
    deadline = time.monotonic() + 5
    while (found := read_process(root, pid)) is None or found.state != state:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_lab_is_read_through_its_descriptor_with_its_own_numbers(small_lab: ProcRoot) -> None:
    scan = Scanner(small_lab).scan()
    init = scan.get(1)
    assert init is not None
    assert init.comm == "sh"
    assert len(scan.processes) == 3
    inner = scan.processes[-1]
    assert init.namespaces.differing(inner.namespaces) == (Kind.PID, Kind.UTS)


def test_the_maker_of_a_pid_namespace_differs_only_in_what_its_children_get(small_lab: ProcRoot) -> None:
    scan = Scanner(small_lab).scan()
    init, maker, inner = scan.processes
    process = procfs.open_process(small_lab.fd, maker.pid)
    try:
        for_children = read_for_children(small_lab, process)
    finally:
        os.close(process)
    assert maker.namespaces.pid == init.namespaces.pid
    assert for_children.pid == inner.namespaces.pid != maker.namespaces.pid
    assert for_children.time == maker.namespaces.time


def test_a_recorded_tree_reads_as_the_lab_it_was(recorded_lab: ProcRoot) -> None:
    scan = Scanner(recorded_lab).scan()
    lab, bash = scan.get(1), scan.get(181)
    assert lab is not None
    assert bash is not None
    assert (lab.comm, bash.comm, bash.ppid) == ("lab", "bash", 180)
    assert lab.namespaces.differing(bash.namespaces) == (Kind.PID, Kind.UTS)
    assert scan.get(2) is None
