"""Who a process is and what it may do, asked of this kernel and of a recording."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from nslab.kernel.capabilities import Capability, full_set
from nslab.kernel.idmap import Extent
from nslab.kernel.namespaces import Kind
from nslab.observe.credentials import CredentialReader, Credentials, read_credentials
from nslab.observe.namespaces import Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, read_process

pytestmark = pytest.mark.alone

Boxed = Callable[..., AbstractContextManager[int]]


def process_of(root: ProcRoot, pid: int) -> Process:
    process = read_process(root, pid)
    assert process is not None
    return process


def credentials_of(root: ProcRoot, pid: int) -> Credentials:
    found = read_credentials(root, process_of(root, pid))
    assert found is not None
    return found


def test_root_in_a_user_namespace_of_its_own_is_the_reader_outside_and_holds_everything_inside(
    machine: ProcRoot, boxed: Boxed
) -> None:
    with boxed() as pid:
        found = credentials_of(machine, pid)
    assert (found.uids.effective, found.uid_in(found.uids.effective)) == (os.getuid(), 0)
    assert (found.gids.effective, found.gid_in(found.gids.effective)) == (os.getgid(), 0)
    assert found.uid_map == (Extent(0, os.getuid(), 1),)
    assert found.capabilities.effective == found.capabilities.permitted == found.capabilities.bounding == full_set()
    assert not found.same_user


def test_capabilities_count_where_the_user_namespace_is_the_owner(machine: ProcRoot, boxed: Boxed) -> None:
    with boxed() as alone, boxed("--uts", "--net") as owner:
        assert credentials_of(machine, alone).governed == (Kind.USER,)
        assert credentials_of(machine, owner).governed == (Kind.UTS, Kind.NET, Kind.USER)


def test_capabilities_count_as_well_in_what_a_user_namespace_further_in_owns(machine: ProcRoot, boxed: Boxed) -> None:
    inner = "unshare --user --map-root-user --uts sh -c 'echo; exec sleep 60'; :"
    with boxed(run=inner) as outer, open(f"/proc/{outer}/task/{outer}/children") as children:
        (child,) = map(int, children.read().split())
        process = process_of(machine, child)
        joined = read_credentials(machine, process)
        assert joined is not None
        assert joined.governed == (Kind.UTS, Kind.USER)
        command = ["nsenter", "--target", str(child), "--uts", "sh", "-c", "echo; exec sleep 60"]
        entered = ["nsenter", "--preserve-credentials", "--target", str(outer), "--user", *command]
        with subprocess.Popen(entered, stdout=subprocess.PIPE) as visitor:
            assert visitor.stdout is not None
            visitor.stdout.readline()
            seen = credentials_of(machine, visitor.pid)
            visitor.kill()
    assert seen.user not in (process.namespaces.user, machine.reader_user)
    assert seen.governed == (Kind.UTS, Kind.USER)


def test_before_its_maps_are_written_a_process_has_no_id_inside(machine: ProcRoot) -> None:
    command = ["unshare", "--user", "sh", "-c", "echo; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as nobody:
        assert nobody.stdout is not None
        nobody.stdout.readline()
        found = credentials_of(machine, nobody.pid)
        nobody.kill()
    assert (found.uid_map, found.gid_map) == ((), ())
    assert (found.uid_in(os.getuid()), found.gid_in(os.getgid())) == (None, None)
    assert found.uids.effective == os.getuid()


def test_in_the_readers_own_user_namespace_an_id_means_what_it_says(machine: ProcRoot) -> None:
    found = credentials_of(machine, os.getpid())
    assert found.same_user
    assert found.uid_in(4711) == 4711
    assert found.groups == tuple(sorted(os.getgroups()))


def test_each_set_is_told_by_itself(machine: ProcRoot, boxed: Boxed) -> None:
    sets = "--inh-caps=+chown --ambient-caps=+chown --bounding-set=-sys_admin"
    with boxed(run=f"exec setpriv --no-new-privs {sets} sh -c 'echo; exec sleep 60'") as pid:
        found = credentials_of(machine, pid)
    chown = 1 << Capability.CHOWN
    assert (found.capabilities.inheritable, found.capabilities.ambient) == (chown, chown)
    assert found.capabilities.bounding == full_set() & ~(1 << Capability.SYS_ADMIN)
    assert found.no_new_privs is True


def test_a_map_that_can_not_be_read_is_unread_and_gives_nobody_a_number(recorded_lab: ProcRoot) -> None:
    bash = credentials_of(recorded_lab, 181)
    assert bash.gid_map == Unread(errno.ENOENT)
    assert bash.gid_in(bash.gids.effective) is None
    assert bash.governed == tuple(Kind)


def test_a_process_that_has_died_keeps_its_credentials_as_last_seen_until_nobody_asks(
    machine: ProcRoot, boxed: Boxed
) -> None:
    reader = CredentialReader(machine)
    with boxed() as pid:
        process = process_of(machine, pid)
        living = reader.read([process])
    assert reader.read([process]) == living != {}
    assert reader.read([]) == {}
    assert reader.read([process]) == {}


def test_a_number_that_now_belongs_to_another_process_has_no_credentials(machine: ProcRoot) -> None:
    now = process_of(machine, os.getpid())
    earlier = Process(now.pid, now.ppid, now.start_ticks - 1, now.comm, now.state, now.namespaces)
    assert read_credentials(machine, earlier) is None


def test_where_the_user_namespace_may_not_be_read_it_is_unknown_where_capabilities_count(
    machine: ProcRoot, process: Callable[..., Process]
) -> None:
    hidden = process(os.getpid(), in_user=Unread(errno.EACCES))
    own = process_of(machine, os.getpid())
    found = read_credentials(machine, Process(own.pid, 0, own.start_ticks, "", "S", hidden.namespaces))
    assert found is not None
    assert found.governed is None
