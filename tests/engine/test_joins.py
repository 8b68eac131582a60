"""Containers that share namespaces with others: which, in what order, with whom it can't be done, and what that leaves open."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest

from nslab.engine.changes import Change, Without
from nslab.engine.client import Lab, Told
from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.spec import BadName, HostnameWithoutUts, Join, JoinedTwice, Process, Spec, UserApart, checked
from nslab.engine.steps import Done, Plan
from nslab.kernel.namespaces import Kind

Run = Callable[..., Any]
ALL = tuple(Kind)
POD = (Kind.NET, Kind.IPC, Kind.UTS)
GROUND = Ground(("usr", "opt"), 65536)
QUIET = Process(("sleep", "1000"), pipes=(), terminal=True)
LINKS = "cd /proc/{}/ns; readlink pid uts mnt net ipc user cgroup time"


def joins(*kinds: Kind, of: str = "pause") -> tuple[Join, ...]:
    return tuple(Join(kind, of) for kind in kinds)


def spec(own: tuple[Kind, ...], joined: tuple[Join, ...], process: Process = QUIET) -> Spec:
    return Spec("web", process, own, joins=joined)


@contextlib.contextmanager
def container(lab: Lab, made: Spec) -> Iterator[int]:
    """A container while the block runs: its first process by the lab's number."""
    task = lab.run(made)
    try:
        yield task.pid
    finally:
        with contextlib.suppress(Told):
            lab.delete(made.name)
        os.close(task.pidfd)
        os.close(task.master)


@contextlib.contextmanager
def pause(lab: Lab, kinds: tuple[Kind, ...] = ALL, name: str = "pause") -> Iterator[int]:
    with container(lab, Spec(name, QUIET, kinds, name if Kind.UTS in kinds else None)) as pid:
        yield pid


@contextlib.contextmanager
def held(lab: Lab, joined: tuple[Join, ...], *changes: Change) -> Iterator[Plan]:
    """A container's plan, of which no step is made yet."""
    steps = lab.conceive(spec((), joined), changes).plan
    try:
        yield steps
    finally:
        lab.delete("web")


def links(lab: Lab, in_lab: Run, pid: int) -> dict[Kind, str]:
    return dict(zip(LINKS.split()[3:], in_lab(lab, LINKS.format(pid)).lines, strict=True))


def shared(one: dict[Kind, str], other: dict[Kind, str]) -> set[Kind]:
    return {kind for kind in Kind if one[kind] == other[kind]}


@pytest.mark.parametrize("kind", ALL)
def test_a_kind_is_shared_with_the_other_container_and_no_other_is(shared_lab: Lab, in_lab: Run, kind: Kind) -> None:
    with pause(shared_lab) as other, container(shared_lab, spec((), joins(kind))) as pid:
        host, web = links(shared_lab, in_lab, 1), links(shared_lab, in_lab, pid)
        assert shared(web, links(shared_lab, in_lab, other)) == {kind}
        assert shared(web, host) == set(Kind) - {kind}


def test_a_pod_shares_three_kinds_and_has_the_rest_of_its_own(shared_lab: Lab, in_lab: Run) -> None:
    own = (Kind.PID, Kind.MNT, Kind.CGROUP, Kind.TIME)
    with pause(shared_lab, (*own, *POD)) as other, container(shared_lab, spec(own, joins(*POD))) as pid:
        host, web = links(shared_lab, in_lab, 1), links(shared_lab, in_lab, pid)
        assert shared(web, links(shared_lab, in_lab, other)) == {*POD, Kind.USER}
        assert shared(web, host) == {Kind.USER}


SUBSETS = [kinds for count in (2, 3, 7, 8) for kinds in combinations(Kind, count)]


@pytest.mark.parametrize("kinds", SUBSETS, ids="+".join)
def test_several_kinds_are_shared_at_once_the_rest_being_its_own(
    shared_lab: Lab, in_lab: Run, kinds: tuple[Kind, ...]
) -> None:
    own = tuple(kind for kind in Kind if kind not in kinds and not (kind is Kind.USER and Kind.PID in kinds))
    with pause(shared_lab) as other, container(shared_lab, spec(own, joins(*kinds))) as pid:
        assert shared(links(shared_lab, in_lab, pid), links(shared_lab, in_lab, other)) == set(kinds)
        assert shared(links(shared_lab, in_lab, pid), links(shared_lab, in_lab, 1)) == set(Kind) - {*kinds, *own}


def test_two_others_can_be_shared_with(shared_lab: Lab, in_lab: Run) -> None:
    wanted = (Join(Kind.USER, "pause"), Join(Kind.NET, "side"), Join(Kind.UTS, "side"), Join(Kind.IPC, "pause"))
    both = pause(shared_lab), pause(shared_lab, POD, "side")
    with both[0] as one, both[1] as two, container(shared_lab, spec((Kind.MNT,), wanted)) as pid:
        web = links(shared_lab, in_lab, pid)
        assert shared(web, links(shared_lab, in_lab, one)) == {Kind.USER, Kind.IPC}
        assert shared(web, links(shared_lab, in_lab, two)) == {Kind.NET, Kind.UTS, Kind.PID, Kind.CGROUP, Kind.TIME}


def test_what_the_other_shares_with_the_lab_is_the_labs_for_both(shared_lab: Lab, in_lab: Run) -> None:
    """Joining a user namespace last: from inside it the lab's host name could not be joined any more."""
    with (
        pause(shared_lab, (Kind.USER,)),
        container(shared_lab, spec((Kind.MNT,), joins(Kind.UTS, Kind.NET, Kind.USER))) as pid,
    ):
        assert shared(links(shared_lab, in_lab, pid), links(shared_lab, in_lab, 1)) == set(Kind) - {Kind.MNT, Kind.USER}


def test_it_is_the_labs_child_and_its_end_is_told(shared_lab: Lab, in_lab: Run) -> None:
    process = Process(("sh", "-c", "exit 7"), pipes=(), terminal=True)
    with pause(shared_lab):
        task = shared_lab.run(spec((Kind.MNT,), joins(Kind.PID, Kind.NET), process))
        assert shared_lab.wait(task.pid, 10) == 7 << 8
        shared_lab.delete("web")
        os.close(task.pidfd)
        os.close(task.master)


def test_it_sees_the_others_processes_where_it_shares_them(shared_lab: Lab, attached: Run) -> None:
    with pause(shared_lab), container(shared_lab, spec((Kind.MNT,), joins(Kind.PID, Kind.USER))) as pid:
        told = attached(shared_lab, pid, "ps -e -o pid=,comm=")
        assert told.lines[0].split() == ["1", "sleep"]
        assert [line.split()[1] for line in told.lines].count("sleep") == 2


def test_sys_shows_the_links_of_the_network_it_shares(shared_lab: Lab, attached: Run, in_lab: Run) -> None:
    """But not through a user namespace of its own: that would have to own the network."""
    with pause(shared_lab, (Kind.NET,)) as other:
        in_lab(shared_lab, f"ip link add wire0 type veth peer name eth7 netns {other}")
        for own, found in (((Kind.MNT,), "eth7"), ((Kind.MNT, Kind.USER), "wire0")):
            with container(shared_lab, spec(own, joins(Kind.NET))) as pid:
                assert found in attached(shared_lab, pid, "ls /sys/class/net").out
                assert "eth7" in attached(shared_lab, pid, "cat /proc/net/dev").out
        in_lab(shared_lab, "ip link del wire0")


def test_a_terminal_is_one_of_the_tree_that_is_shared(shared_lab: Lab, in_lab: Run) -> None:
    with pause(shared_lab):
        task = shared_lab.run(spec((), joins(Kind.MNT), Process(("tty",), pipes=(), terminal=True)))
        shared_lab.wait(task.pid, 10)
        assert os.read(task.master, 100) == b"/dev/pts/1\r\n"
        shared_lab.delete("web")
        os.close(task.pidfd)
        os.close(task.master)


# Whom it can't be shared with


def test_a_container_that_is_not_there_is_named(shared_lab: Lab) -> None:
    with pytest.raises(Told) as refused:
        shared_lab.run(spec((), joins(Kind.NET, of="nobody")))
    assert (refused.value.code, refused.value.facts) == ("no-such-container", {"name": "nobody"})


def test_one_that_has_ended_is_named_and_nothing_is_left_of_the_attempt(shared_lab: Lab, in_lab: Run) -> None:
    with pause(shared_lab) as pid:
        shared_lab.signal("pause", signal.SIGKILL)
        shared_lab.wait(pid, 10)
        with pytest.raises(Told) as refused:
            shared_lab.run(spec((Kind.MNT,), joins(Kind.NET)))
        assert refused.value.code == "join-target-ended"
        assert refused.value.facts["name"] == "pause"
        assert in_lab(shared_lab, "ls /run/nslab; ps -e -o comm=").lines == ["pause", "lab", "sh", "ps"]


def test_one_that_is_not_born_yet_is_not_there(shared_lab: Lab) -> None:
    shared_lab.conceive(Spec("pause", QUIET, POD))
    try:
        with pytest.raises(Told) as refused:
            shared_lab.run(spec((), joins(Kind.NET)))
        assert refused.value.code == "no-such-container"
    finally:
        shared_lab.delete("pause")


def test_the_namespaces_outlive_the_one_they_were_made_for_and_are_joined_through_another(
    shared_lab: Lab, in_lab: Run
) -> None:
    """A pod is mended through any container that is left of it."""
    own = (Kind.PID, Kind.MNT)
    with pause(shared_lab, (*own, *POD)) as first:
        before = links(shared_lab, in_lab, first)
        with container(shared_lab, spec(own, joins(*POD))):
            shared_lab.delete("pause")
            with container(shared_lab, Spec("app", QUIET, own, joins=joins(*POD, of="web"))) as app:
                assert shared(links(shared_lab, in_lab, app), before) >= set(POD)


@pytest.mark.parametrize(
    "wanted", [joins(Kind.NET), (*joins(Kind.UTS), *joins(Kind.UTS, of="side")), joins(Kind.IPC) * 2]
)
def test_one_namespace_of_a_kind_is_enough(wanted: tuple[Join, ...]) -> None:
    with pytest.raises(JoinedTwice):
        checked(spec((Kind.NET,), wanted))


def test_a_user_namespace_of_its_own_goes_with_a_pid_namespace_that_is_not_anothers() -> None:
    with pytest.raises(UserApart):
        checked(spec((Kind.USER,), joins(Kind.PID)))


def test_a_shared_host_name_is_not_renamed_in_passing() -> None:
    with pytest.raises(HostnameWithoutUts):
        checked(Spec("web", QUIET, (), "mine", joins=joins(Kind.UTS)))


def test_who_is_shared_with_has_a_name_that_is_one() -> None:
    with pytest.raises(BadName):
        checked(spec((), joins(Kind.NET, of="../x")))


def test_the_end_of_the_first_process_in_a_pid_namespace_waits_for_those_that_joined_it(
    shared_lab: Lab, in_lab: Run
) -> None:
    """They are children of the lab's: it has to wait for them while it waits for the first one."""
    with pause(shared_lab), container(shared_lab, spec((), joins(Kind.PID))) as web:
        task = shared_lab.attach(web, QUIET)
        shared_lab.delete("pause")
        assert shared_lab.wait(web, 10) == signal.SIGKILL
        assert shared_lab.wait(task.pid, 10) == signal.SIGKILL
        os.close(task.pidfd)
        os.close(task.master)


# As a plan


def ids(steps: Plan) -> list[str]:
    return [step.id for step in steps]


def test_user_namespaces_are_joined_last_and_all_before_the_first_process_is_born() -> None:
    wanted = (Join(Kind.USER, "a"), Join(Kind.NET, "b"), Join(Kind.PID, "a"), Join(Kind.UTS, "b"))
    steps = [
        step
        for step in plan(spec((Kind.MNT,), wanted), GROUND)
        if step.id in ("clone", "undumpable") or "join" in step.id
    ]
    assert [(step.id, step.who) for step in steps] == [
        ("joiner", "lab"),
        ("undumpable", "joiner"),
        ("join_b", "joiner"),
        ("join_a", "joiner"),
        ("user_join", "joiner"),
        ("clone", "joiner"),
    ]
    assert [step.args[1:] for step in steps[2:]] == [(Kind.UTS, Kind.NET), (Kind.PID,), (Kind.USER,), (Kind.MNT,)]


def test_every_way_of_sharing_has_ids_of_its_own() -> None:
    for kinds in combinations(Kind, 3):
        steps = plan(Spec("web", QUIET, (Kind.MNT,) if Kind.MNT not in kinds else (), joins=joins(*kinds)), GROUND)
        assert len(set(ids(steps))) == len(steps)


def test_a_container_called_as_a_step_is_no_danger_to_the_plan() -> None:
    steps = plan(spec((Kind.MNT,), joins(Kind.NET, of="user") + joins(Kind.USER, of="null")), GROUND)
    assert len(set(ids(steps))) == len(steps)


def test_a_joined_birth_can_be_held_at_every_step(shared_lab: Lab, in_lab: Run) -> None:
    """With a user namespace of its own besides: its maps are written from outside, by the lab, who did not bear it."""
    own = (Kind.PID, Kind.MNT, Kind.USER)
    with pause(shared_lab, POD) as other:
        steps = shared_lab.conceive(spec(own, joins(*POD))).plan
        born = -1
        for at in range(1, len(steps)):
            told = shared_lab.advance("web", at)
            assert all(isinstance(one, Done) for one in told.outcomes)
            born = told.pid
            if at == ids(steps).index("joiner") + 1:
                assert shared(links(shared_lab, in_lab, born), links(shared_lab, in_lab, 1)) == set(Kind)
            if at == ids(steps).index("clone"):
                assert shared(links(shared_lab, in_lab, born), links(shared_lab, in_lab, other)) == set(Kind)
        task = shared_lab.start_container("web")
        assert task.pid == born
        assert shared(links(shared_lab, in_lab, born), links(shared_lab, in_lab, other)) == set(Kind) - set(own)
        shared_lab.delete("web")
        assert shared_lab.wait(born, 10) == signal.SIGKILL
        os.close(task.pidfd)
        os.close(task.master)


def test_a_birth_that_is_held_keeps_whom_it_will_join(shared_lab: Lab) -> None:
    """Deleted meanwhile, it has ended; nobody else is joined in its place."""
    with pause(shared_lab, POD):
        steps = shared_lab.conceive(spec((Kind.MNT,), joins(*POD))).plan
        shared_lab.delete("pause")
        told = shared_lab.advance("web", len(steps))
        assert steps[len(told.outcomes) - 1].id == "join_pause"
        shared_lab.delete("web")


def test_without_the_joining_it_has_the_labs(shared_lab: Lab, in_lab: Run) -> None:
    with pause(shared_lab, POD):
        task = shared_lab.run(spec((Kind.MNT,), joins(*POD)), changes=(Without(("join_pause",)),))
        assert shared(links(shared_lab, in_lab, task.pid), links(shared_lab, in_lab, 1)) == set(Kind) - {Kind.MNT}
        shared_lab.delete("web")
        os.close(task.pidfd)
        os.close(task.master)


# As an attack


LOOK_IN = "ls -l /proc/2/fd 2>&1; readlink /proc/2/exe; head -1 /proc/2/status"


def test_nobody_in_a_shared_pid_namespace_can_look_into_it_before_its_program_runs(
    shared_lab: Lab, attached: Run
) -> None:
    """CVE-2016-9962: it holds the lab's descriptors until execve(2), and has by then no more rights than they have."""
    with pause(shared_lab, (Kind.PID, Kind.MNT)) as other, held(shared_lab, joins(Kind.PID, Kind.MNT)) as steps:
        for step in ("comm", "capset", "seccomp", "close"):
            shared_lab.advance("web", ids(steps).index(step) + 1)
            told = attached(shared_lab, other, LOOK_IN, capabilities=tuple(range(41)))
            assert told.lines == ["ls: cannot open directory '/proc/2/fd': Permission denied", "Name:\tweb"]


def test_without_that_step_they_could(shared_lab: Lab, attached: Run) -> None:
    change = Without(("undumpable",))
    with pause(shared_lab, (Kind.PID, Kind.MNT)) as other, held(shared_lab, joins(Kind.PID, Kind.MNT), change) as steps:
        shared_lab.advance("web", ids(steps).index("seccomp") + 1)
        assert "socket:[" in attached(shared_lab, other, LOOK_IN).out


def test_where_only_its_child_will_be_seen_a_birth_stays_open_to_whoever_steps_through_it() -> None:
    assert "undumpable" not in ids(plan(spec((Kind.PID,), joins(*POD)), GROUND))


def test_it_is_hardened_as_every_container_is(shared_lab: Lab, attached: Run, in_lab: Run) -> None:
    look = "grep -E 'Cap|NoNew|Seccomp' /proc/{}/status"
    with pause(shared_lab) as other, container(shared_lab, spec((), joins(*ALL))) as pid:
        assert in_lab(shared_lab, look.format(pid)).out == in_lab(shared_lab, look.format(other)).out
