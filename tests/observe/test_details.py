"""Numbers and ids of one process as each side sees them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager

from hypothesis import given
from hypothesis import strategies as st

from nslab.kernel.idmap import Extent
from nslab.observe.details import DetailReader, Details, id_inside
from nslab.observe.namespaces import NamespaceId, Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scanner, read_process

Boxed = Callable[..., AbstractContextManager[int]]


def details_of(root: ProcRoot, pid: int) -> Details:
    process = read_process(root, pid)
    assert process is not None
    return DetailReader(root).read([process])[pid]


def pid_namespace(root: ProcRoot, pid: int) -> NamespaceId:
    process = read_process(root, pid)
    assert process is not None
    assert isinstance(process.namespaces.pid, NamespaceId)
    return process.namespaces.pid


def test_a_process_has_a_number_in_its_own_and_every_outer_pid_namespace_and_in_no_other(small_lab: ProcRoot) -> None:
    inner, lab = pid_namespace(small_lab, 3), pid_namespace(small_lab, 1)
    assert [details_of(small_lab, 3).pid_in(namespace) for namespace in (inner, lab)] == [1, 3]
    assert [details_of(small_lab, 1).pid_in(namespace) for namespace in (inner, lab)] == [None, 1]


def test_a_recorded_process_has_both_its_numbers(recorded_lab: ProcRoot) -> None:
    bash = details_of(recorded_lab, 181)
    assert bash.pid_in(pid_namespace(recorded_lab, 181)) == 1
    assert bash.pid_in(pid_namespace(recorded_lab, 1)) == 181
    assert bash.cmdline == ("bash", "-c", "sleep 1000 & sleep 1001")


def test_root_inside_is_the_ordinary_user_outside(machine: ProcRoot, boxed: Boxed) -> None:
    with boxed() as pid:
        details = details_of(machine, pid)
    assert (details.uid_outside, details.uid_inside) == (os.getuid(), 0)


def test_in_the_readers_own_user_namespace_both_uids_are_the_same(machine: ProcRoot) -> None:
    details = details_of(machine, os.getpid())
    assert details.same_user
    assert details.uid_inside == details.uid_outside == os.getuid()


def test_before_the_map_is_written_there_is_no_uid_inside(machine: ProcRoot) -> None:
    command = ["unshare", "--user", "sh", "-c", "echo; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as nobody:
        assert nobody.stdout is not None
        nobody.stdout.readline()
        details = details_of(machine, nobody.pid)
        nobody.kill()
    assert details.uid_map == ()
    assert details.uid_inside is None


def test_a_process_that_has_died_has_no_details(machine: ProcRoot) -> None:
    reader = DetailReader(machine)
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        process = read_process(machine, sleeper.pid)
        assert process is not None
        assert sleeper.pid in reader.read([process])
        sleeper.kill()
    assert reader.read([process]) == {}


def test_a_number_that_now_belongs_to_another_process_has_no_details(machine: ProcRoot) -> None:
    process = read_process(machine, os.getpid())
    assert process is not None
    earlier = Process(
        process.pid, process.ppid, process.start_ticks - 1, process.comm, process.state, process.namespaces
    )
    assert DetailReader(machine).read([earlier]) == {}


def test_a_zombie_has_details_without_a_command_line(recorded_lab: ProcRoot) -> None:
    zombie = next(one for one in Scanner(recorded_lab).scan().processes if one.state == "Z")
    details = details_of(recorded_lab, zombie.pid)
    assert details.cmdline == ()
    assert isinstance(details.for_children.pid, Unread)


@given(
    id_=st.integers(0, 2**32 - 1),
    inside=st.integers(0, 2**31),
    outside=st.integers(0, 2**31),
    count=st.integers(1, 2**31),
)
def test_an_id_that_is_mapped_comes_back_and_one_that_is_not_is_unknown(
    id_: int, inside: int, outside: int, count: int
) -> None:
    id_map = (Extent(inside, outside, count),)
    mapped = id_inside(id_, id_map)
    if outside <= id_ < outside + count:
        assert mapped is not None
        assert inside <= mapped < inside + count
        assert mapped - inside == id_ - outside
    else:
        assert mapped is None
