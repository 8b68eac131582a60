"""Every namespace of the real machine, also those that nothing of the kernel's lists: kept by a mount, a descriptor, a child."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from nslab.kernel.namespaces import Kind
from nslab.observe.holders import DescriptorHold, MountHold, holds
from nslab.observe.machine.census import Census, Kept, Namespace, births, take
from nslab.observe.machine.lineage import Lineages
from nslab.observe.machine.reach import BirthHold, Ref
from nslab.observe.machine.worlds import kept_by
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Scanner, read_process

pytestmark = pytest.mark.alone

Boxed = Callable[..., AbstractContextManager[int]]


def census(root: ProcRoot, lineages: Lineages | None = None) -> Census:
    scan = Scanner(root).scan()
    return take(scan, Kept(holds(root, scan), births(root, scan)), lineages or Lineages(root))


def find(taken: Census, ref: Ref) -> Namespace:
    return next(one for one in taken.namespaces if one.ref == ref)


def ref_at(root: ProcRoot, path: str | int, kind: Kind) -> Ref:
    """The namespace of a path or an open descriptor."""
    return Ref(kind, root.namespace(os.stat(path).st_ino))


def test_each_namespace_of_a_process_counts_it_and_tells_the_command_that_shows_it(machine: ProcRoot) -> None:
    taken = census(machine)
    for kind in Kind:
        one = find(taken, ref_at(machine, f"/proc/self/ns/{kind.value}", kind))
        assert os.getpid() in one.members
        assert one.source == f"readlink /proc/{one.members[0]}/ns/{kind.value}"


def test_the_owner_the_parent_and_the_maker_of_a_namespace_are_told(machine: ProcRoot, boxed: Boxed) -> None:
    with boxed("--uts") as pid:
        taken = census(machine)
        user, uts = (find(taken, ref_at(machine, f"/proc/{pid}/ns/{kind}", kind)) for kind in (Kind.USER, Kind.UTS))
    own = ref_at(machine, "/proc/self/ns/user", Kind.USER).id
    assert (user.owner, user.parent, user.owner_uid) == (own, own, os.geteuid())
    assert (uts.owner, uts.parent, uts.owner_uid) == (user.id, None, None)
    assert uts.ref in user.dependants


def test_one_kept_by_a_descriptor_alone_is_in_it(machine: ProcRoot, boxed: Boxed) -> None:
    with boxed("--uts") as pid:
        opened = os.open(f"/proc/{pid}/ns/uts", os.O_RDONLY)
    try:
        one = find(census(machine), ref_at(machine, opened, Kind.UTS))
    finally:
        os.close(opened)
    assert one.members == ()
    assert DescriptorHold(Kind.UTS, one.id, os.getpid(), opened) in one.holders
    assert list(kept_by(one)) == ["descriptor"]
    assert one.source == f"stat -L /proc/{os.getpid()}/fd/{opened}"


def test_one_kept_by_a_mount_alone_is_in_it(machine: ProcRoot, boxed: Boxed) -> None:
    keep = "mount -t tmpfs t /mnt && touch /mnt/kept && unshare --uts=/mnt/kept true && echo && exec sleep 60"
    with boxed("--mount", run=keep) as pid:
        mounted = ref_at(machine, f"/proc/{pid}/root/mnt/kept", Kind.UTS)
        one = find(census(machine), mounted)
    assert one.holders == (MountHold(Kind.UTS, one.id, "/mnt/kept", pid),)
    assert list(kept_by(one)) == ["mount"]
    assert isinstance(one.owner, NamespaceId)  # read through the mount itself


def test_a_user_namespace_that_only_its_child_keeps_is_found_by_asking_the_child(
    machine: ProcRoot, boxed: Boxed
) -> None:
    with boxed(run="exec unshare --user sh -c 'echo; exec sleep 60'") as pid:
        taken = census(machine)
        inner = find(taken, ref_at(machine, f"/proc/{pid}/ns/user", Kind.USER))
        assert isinstance(inner.parent, NamespaceId)
        outer = find(taken, Ref(Kind.USER, inner.parent))
    assert (outer.members, outer.holders, outer.dependants) == ((), (), (inner.ref,))
    assert list(kept_by(outer)) == ["child"]
    assert outer.source == f"ioctl({inner.ref}, NS_GET_PARENT)"


def test_a_pid_namespace_whose_processes_are_all_dead_lives_on_in_a_child_that_is_held_open(machine: ProcRoot) -> None:
    flags = ("--user", "--map-root-user", "--pid", "--fork", "--kill-child")
    inner = "unshare --pid --fork --kill-child sh -c 'echo; exec sleep 60'"
    with subprocess.Popen(["unshare", *flags, "sh", "-c", inner], stdout=subprocess.PIPE) as made:
        assert made.stdout is not None
        made.stdout.readline()
        pid = made.pid
        while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            pid = int(children[0])
        opened = os.open(f"/proc/{pid}/ns/pid", os.O_RDONLY)
        made.kill()
    try:
        above = _above(machine, opened)
        while any(_lives(machine, pid) for pid in above.members):
            time.sleep(0.01)
            above = _above(machine, opened)
    finally:
        os.close(opened)
    assert above.holders == ()
    assert [one for one in kept_by(above) if one != "zombie"] == ["child"]  # whoever inherits them may let zombies be


def _lives(root: ProcRoot, pid: int) -> bool:
    process = read_process(root, pid)
    return process is not None and process.state not in "ZX"


def test_a_user_namespace_that_only_one_it_owns_keeps_is_found_too(machine: ProcRoot, boxed: Boxed) -> None:
    with boxed("--net") as pid:
        opened = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        taken = census(machine)
        net = find(taken, ref_at(machine, opened, Kind.NET))
        assert isinstance(net.owner, NamespaceId)
        owner = find(taken, Ref(Kind.USER, net.owner))
    finally:
        os.close(opened)
    assert list(kept_by(owner)) == ["owned"]
    assert owner.source == f"ioctl({net.ref}, NS_GET_USERNS)"


def test_one_that_a_child_to_come_will_be_born_into_is_in_it(machine: ProcRoot) -> None:
    flags = Kind.USER.clone_flag | Kind.TIME.clone_flag
    program = (
        f"import ctypes; ctypes.CDLL(None).unshare({flags}); print(flush=True); input()"  # an execve(2) would enter it
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe) as maker:
        assert maker.stdout is not None
        maker.stdout.readline()
        coming = ref_at(machine, f"/proc/{maker.pid}/ns/time_for_children", Kind.TIME)
        one = find(census(machine), coming)
        maker.kill()
    assert one.holders == (BirthHold(Kind.TIME, one.id, maker.pid),)
    assert list(kept_by(one)) == ["birth"]


def _above(root: ProcRoot, held: int) -> Namespace:
    """The parent of the PID namespace behind a descriptor, as a census has it now."""
    taken = census(root)
    parent = find(taken, ref_at(root, held, Kind.PID)).parent
    assert isinstance(parent, NamespaceId)
    return find(taken, Ref(Kind.PID, parent))


@pytest.mark.as_root
@pytest.mark.program("ip")
def test_what_ip_netns_lists_is_kept_by_a_mount_of_that_name(machine: ProcRoot) -> None:
    name = f"nslab-test-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        listed = subprocess.run(["ip", "netns", "list"], check=True, capture_output=True, text=True).stdout
        one = find(census(machine), ref_at(machine, f"/run/netns/{name}", Kind.NET))
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)
    assert name in listed.split()
    assert list(kept_by(one)) == ["mount"]
    assert f"/run/netns/{name}" in [hold.point for hold in one.holders if isinstance(hold, MountHold)]


def test_a_lineage_is_read_once_and_forgotten_with_its_namespace(machine: ProcRoot, boxed: Boxed) -> None:
    lineages = Lineages(machine)
    with boxed("--uts") as pid:
        ref = ref_at(machine, f"/proc/{pid}/ns/uts", Kind.UTS)
        first = census(machine, lineages)
        assert find(first, ref).owner == find(census(machine, lineages), ref).owner
    assert ref not in {one.ref for one in census(machine, lineages).namespaces}


def test_taking_it_leaves_no_descriptor_open(machine: ProcRoot) -> None:
    before = os.listdir("/proc/self/fd")
    census(machine)
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.as_user
def test_what_may_not_be_read_is_counted_not_left_out(machine: ProcRoot) -> None:
    taken = census(machine)
    assert 1 in taken.unread
    assert 1 in taken.unsearched
    assert all(1 not in one.members for one in taken.namespaces)


def test_a_recorded_machine_has_the_lineage_that_was_recorded(recorded_lab: ProcRoot) -> None:
    taken = census(recorded_lab)
    pid = next(one for one in taken.namespaces if one.kind is Kind.PID and 181 in one.members)
    assert isinstance(pid.parent, NamespaceId)
    assert 1 in find(taken, Ref(Kind.PID, pid.parent)).members
    first = find(taken, Ref(Kind.PID, pid.parent))
    assert isinstance(first.parent, Unread | NamespaceId)
