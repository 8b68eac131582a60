"""Owners and parents, asked of the kernel and of a recording."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import AbstractContextManager

from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.relatives import ancestry, owners, relatives_of
from nslab.observe.roots import ProcRoot, Relatives
from nslab.observe.scan import read_process

Boxed = Callable[..., AbstractContextManager[int]]


def test_a_uts_namespace_is_owned_by_the_user_namespace_it_was_made_in(machine: ProcRoot, boxed: Boxed) -> None:
    with boxed("--uts") as pid:
        process = read_process(machine, pid)
        assert process is not None
        assert relatives_of(machine, pid, Kind.UTS) == Relatives(process.namespaces.user, None, None)


def test_a_user_namespace_tells_its_parent_twice_and_who_made_it(machine: ProcRoot, boxed: Boxed) -> None:
    with boxed() as pid:
        own = machine.reader_user
        assert relatives_of(machine, pid, Kind.USER) == Relatives(own, own, os.getuid())


def test_a_parent_out_of_view_is_unread_with_eperm(machine: ProcRoot) -> None:
    relatives = relatives_of(machine, os.getpid(), Kind.PID)
    assert isinstance(relatives, Relatives)
    assert relatives.parent == Unread(errno.EPERM)


def test_a_process_that_is_gone_has_unread_relatives(machine: ProcRoot) -> None:
    assert relatives_of(machine, 2**22 + 1, Kind.UTS) == Unread(errno.ENOENT)
    assert ancestry(machine, 2**22 + 1, Kind.PID) == ()


def test_the_chain_of_pid_namespaces_leads_from_the_process_to_the_reader(
    machine: ProcRoot, small_lab: ProcRoot
) -> None:
    lab, inner = read_process(small_lab, 1), read_process(small_lab, 3)
    reader = read_process(machine, os.getpid())
    assert lab is not None
    assert inner is not None
    assert reader is not None
    chain = (inner.namespaces.pid, lab.namespaces.pid, reader.namespaces.pid)
    assert ancestry(small_lab, 3, Kind.PID) == chain


def test_the_owners_of_a_namespace_lead_from_whose_it_is_to_the_reader(machine: ProcRoot, boxed: Boxed) -> None:
    with boxed("--uts") as pid:
        process = read_process(machine, pid)
        assert process is not None
        assert owners(machine, pid, Kind.UTS) == (process.namespaces.user, machine.reader_user)
        assert owners(machine, pid, Kind.NET)[-1:] == (machine.reader_user,)
    assert owners(machine, 2**22 + 1, Kind.UTS) == ()


def test_a_recording_keeps_the_owners_too(recorded_lab: ProcRoot) -> None:
    lab = read_process(recorded_lab, 1)
    assert lab is not None
    assert owners(recorded_lab, 181, Kind.UTS)[0] == lab.namespaces.user


def test_a_recording_keeps_the_chain_although_its_links_are_text(recorded_lab: ProcRoot) -> None:
    box, lab = read_process(recorded_lab, 181), read_process(recorded_lab, 1)
    assert box is not None
    assert lab is not None
    assert ancestry(recorded_lab, 181, Kind.PID)[:2] == (box.namespaces.pid, lab.namespaces.pid)
    owner = relatives_of(recorded_lab, 181, Kind.UTS)
    assert isinstance(owner, Relatives)
    assert owner.owner == lab.namespaces.user
    assert isinstance(owner.owner, NamespaceId)
