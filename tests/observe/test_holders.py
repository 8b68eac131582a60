"""Namespaces that live although no process is in them."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from nslab.kernel.namespaces import Kind
from nslab.observe.holders import DescriptorHold, Hidden, Holds, MountHold, holds, sharers
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan, Scanner

pytestmark = pytest.mark.alone

Boxed = Callable[..., AbstractContextManager[int]]


def without_process(scan: Scan, found: Holds) -> list[DescriptorHold | MountHold]:
    """The holds of namespaces that no process is in: nothing else keeps those alive."""
    return [hold for hold in found.found if sharers(scan, hold.kind, hold.namespace) == ()]


def test_sharers_are_all_processes_of_one_namespace(process: Callable[..., Process], scan: Callable[..., Scan]) -> None:
    seen = scan(process(1), process(8, in_pid=2), process(9, in_pid=2), process(10, in_uts=2))
    assert [one.pid for one in sharers(seen, Kind.PID, NamespaceId(4, 2))] == [8, 9]
    assert sharers(seen, Kind.PID, Unread(13)) == ()


def test_a_namespace_kept_by_an_open_descriptor_alone_is_found(machine: ProcRoot, boxed: Boxed) -> None:
    with boxed("--uts") as pid:
        kept = os.open(f"/proc/{pid}/ns/uts", os.O_RDONLY)
    try:
        namespace = machine.namespace(os.fstat(kept).st_ino)
        scan = Scanner(machine).scan()
        assert sharers(scan, Kind.UTS, namespace) == ()
        alone = without_process(scan, holds(machine, scan))
        assert DescriptorHold(Kind.UTS, namespace, os.getpid(), kept) in alone
    finally:
        os.close(kept)


def test_a_namespace_kept_by_a_mount_alone_is_found(machine: ProcRoot, boxed: Boxed) -> None:
    keep = "mount -t tmpfs t /mnt && touch '/mnt/a b' && unshare --uts='/mnt/a b' true && echo && exec sleep 60"
    with boxed("--mount", run=keep) as pid:
        scan = Scanner(machine).scan()
        alone = without_process(scan, holds(machine, scan))
    mounts = [hold for hold in alone if isinstance(hold, MountHold) and hold.pid == pid]
    kept = [(hold.kind, hold.point) for hold in mounts if hold.point.startswith("/mnt/")]  # the machine may keep more
    assert kept == [(Kind.UTS, "/mnt/a b")]


def test_a_descriptor_of_an_inhabited_namespace_is_a_hold_but_not_the_only_one(machine: ProcRoot) -> None:
    own = os.open("/proc/self/ns/uts", os.O_RDONLY)
    try:
        scan = Scanner(machine).scan()
        found = holds(machine, scan)
        hold = DescriptorHold(Kind.UTS, machine.namespace(os.fstat(own).st_ino), os.getpid(), own)
        assert hold in found.found
        assert hold not in without_process(scan, found)
    finally:
        os.close(own)


def test_the_recorded_lab_keeps_one_by_a_mount_and_one_by_a_descriptor(recorded_lab: ProcRoot) -> None:
    scan = Scanner(recorded_lab).scan()
    found = holds(recorded_lab, scan)
    mount, descriptor = without_process(scan, found)
    assert isinstance(mount, MountHold)
    assert (mount.kind, mount.point) == (Kind.UTS, "/run/kept")
    assert isinstance(descriptor, DescriptorHold)
    assert (descriptor.kind, descriptor.fd) == (Kind.UTS, 7)
    assert mount.namespace != descriptor.namespace
    assert found.hidden == ()


def test_looking_for_holders_leaves_no_descriptor_open(machine: ProcRoot) -> None:
    before = os.listdir("/proc/self/fd")
    holds(machine, Scanner(machine).scan())
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.as_user
def test_a_process_that_may_not_be_looked_into_is_told_with_its_errno(machine: ProcRoot) -> None:
    hidden = holds(machine, Scanner(machine).scan()).hidden
    assert Hidden(1, errno.EACCES) in hidden
