"""Worlds and their trees: made-up processes, since every case must be there."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence

from nslab.kernel.namespaces import Kind
from nslab.observe.holders import DescriptorHold, MountHold
from nslab.observe.machine.census import Namespace
from nslab.observe.machine.reach import BirthHold, Holder, Ref
from nslab.observe.machine.worlds import Arrangement, arranged, kept_by, worlds
from nslab.observe.namespaces import Membership, NamespaceId, Unread
from nslab.observe.scan import Process, Scan

MakeProcess = Callable[..., Process]
MakeScan = Callable[..., Scan]


def user(inode: int, owner: Membership | int, members: tuple[int, ...] = (), *holders: Holder) -> Namespace:
    above = NamespaceId(4, owner) if isinstance(owner, int) else owner
    return Namespace(Kind.USER, NamespaceId(4, inode), above, above, 0, members, holders, (), "")


FIRST = user(1, Unread(errno.EPERM), (1,))


def shape(processes: Sequence[Process], namespaces: Sequence[Namespace], by: Arrangement, scan: MakeScan) -> list[str]:
    """`3<1`: the world led by 3 hangs from that led by 1; `user:[7]<1` for an empty one."""
    found = worlds(scan(*processes))
    nodes = arranged(found, namespaces, processes[0].namespaces, by)
    names = [
        str(node.world.leader.pid) if node.world else str(node.namespace.ref) if node.namespace else ""
        for node in nodes
    ]
    return [
        name if node.parent is None else f"{name}<{names[node.parent]}" for name, node in zip(names, nodes, strict=True)
    ]


def test_processes_in_the_same_eight_are_one_world_led_by_the_oldest(process: MakeProcess, scan: MakeScan) -> None:
    found = worlds(scan(process(1), process(9, start=3, in_uts=2), process(8, start=5, in_uts=2), process(4)))
    assert [[one.pid for one in world.processes] for world in found] == [[1, 4], [9, 8]]
    assert found[1].leader.pid == 9


def test_a_zombie_and_one_that_may_not_be_read_are_in_no_world(process: MakeProcess, scan: MakeScan) -> None:
    refused = process(7, **{f"in_{kind.value}": Unread(errno.EACCES) for kind in Kind})
    dead = process(8)
    dead = Process(dead.pid, dead.ppid, dead.start_ticks, dead.comm, "Z", dead.namespaces)
    assert [[one.pid for one in world.processes] for world in worlds(scan(process(1), refused, dead))] == [[1]]


def test_a_kind_that_this_kernel_lacks_keeps_nobody_out(process: MakeProcess, scan: MakeScan) -> None:
    assert len(worlds(scan(process(1, in_time=Unread(errno.ENOENT))))) == 1


def test_a_world_hangs_from_where_the_owner_of_its_user_namespace_is_at_home(
    process: MakeProcess, scan: MakeScan
) -> None:
    processes = [
        process(1),
        process(3, ppid=1, in_mnt=2),
        process(5, ppid=3, in_user=2),
        process(6, ppid=5, in_user=2, in_pid=2),
        process(8, ppid=6, in_user=3),
    ]
    users = [FIRST, user(2, 1, (5, 6)), user(3, 2, (8,))]
    assert shape(processes, users, Arrangement.OWNER, scan) == ["1", "3<1", "5<1", "6<5", "8<5"]


def test_by_process_it_hangs_from_the_world_of_its_maker(process: MakeProcess, scan: MakeScan) -> None:
    processes = [process(1), process(3, ppid=1, in_mnt=2), process(5, ppid=3, in_user=2), process(6, ppid=44, in_net=2)]
    users = [FIRST, user(2, 1, (5,))]
    assert shape(processes, users, Arrangement.PROCESS, scan) == ["1", "3<1", "5<3", "6<1"]


def test_an_empty_user_namespace_has_a_row_between_its_owner_and_what_it_owns(
    process: MakeProcess, scan: MakeScan
) -> None:
    processes = [process(1), process(5, ppid=1, in_user=3)]
    users = [FIRST, user(2, 1), user(3, 2, (5,))]
    assert shape(processes, users, Arrangement.OWNER, scan) == ["1", "user:[2]<1", "5<user:[2]"]


def test_where_the_owner_is_out_of_sight_a_world_stands_by_itself(process: MakeProcess, scan: MakeScan) -> None:
    processes = [process(1), process(5, in_user=3)]
    users = [FIRST, user(3, Unread(errno.EPERM), (5,))]
    assert shape(processes, users, Arrangement.OWNER, scan) == ["1", "5"]


def test_an_empty_one_hangs_from_its_owner_or_by_process_from_who_holds_it(
    process: MakeProcess, scan: MakeScan
) -> None:
    processes = [process(1), process(5, in_mnt=2)]
    net = Namespace(
        Kind.NET,
        NamespaceId(4, 7),
        NamespaceId(4, 1),
        None,
        None,
        (),
        (DescriptorHold(Kind.NET, NamespaceId(4, 7), 5, 3),),
        (),
        "",
    )
    assert shape(processes, [FIRST, net], Arrangement.OWNER, scan) == ["1", "5<1", "net:[7]<1"]
    assert shape(processes, [FIRST, net], Arrangement.PROCESS, scan) == ["1", "5<1", "net:[7]<5"]


def test_the_host_comes_first_however_young(process: MakeProcess, scan: MakeScan) -> None:
    young, old = process(9, in_user=2), process(3, in_user=1)
    assert shape([young, old], [user(1, 2), user(2, Unread(errno.EPERM))], Arrangement.OWNER, scan) == ["9", "3<9"]


def test_two_worlds_that_say_they_made_each_other_are_no_circle(process: MakeProcess, scan: MakeScan) -> None:
    processes = [process(1), process(5, ppid=6, in_mnt=2), process(6, ppid=5, in_mnt=3)]
    assert shape(processes, [FIRST], Arrangement.PROCESS, scan) == ["1", "5<1", "6<5"]


def test_what_keeps_an_empty_one_is_told_from_what_is_plain_to_what_is_found_by_asking() -> None:
    id_ = NamespaceId(4, 7)
    holders = (BirthHold(Kind.PID, id_, 1), DescriptorHold(Kind.PID, id_, 1, 3), MountHold(Kind.PID, id_, "/x", 1))
    one = Namespace(Kind.PID, id_, id_, id_, None, (8,), holders, (Ref(Kind.PID, NamespaceId(4, 8)),), "")
    assert list(kept_by(one)) == ["zombie", "mount", "descriptor", "birth", "child"]
    owner = Namespace(Kind.USER, id_, id_, id_, 0, (), (), (Ref(Kind.NET, NamespaceId(4, 8)),), "")
    assert list(kept_by(owner)) == ["owned"]
