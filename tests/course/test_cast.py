"""Names bound to processes on a real lab: who is found, who is kept after death, who takes a name over."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from nslab.course.cast import Cast, Engine, Role, deepest, depth
from nslab.course.model import Container
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import Unread
from tests.stage import Stage, staged

LET_GO = Unread(errno.ENOENT)
WEB = Container("web", (Kind.PID, Kind.UTS), "shop")


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged(WEB) as stage:
        yield stage


def role(stage: Stage, name: str) -> Role:
    found = stage.world.cast.role(name)
    assert found is not None
    return found


def end(stage: Stage, name: str) -> None:
    """Kill whoever goes by a name, and look until that is seen."""
    stage.run("host", f"kill -9 {role(stage, name).process.pid}")
    stage.until(lambda: not role(stage, name).alive)


def test_the_host_is_the_labs_first_process_and_a_declared_name_the_engines_container(stage: Stage) -> None:
    assert role(stage, "host").process.pid == 1
    assert role(stage, "web").process.pid == stage.session.engine().containers["web"]
    assert role(stage, "web:sleep").process == role(stage, "web").process


def test_nobody_is_box_before_the_learner_makes_one_not_even_the_engines_container(stage: Stage) -> None:
    stage.session.look()
    assert stage.world.cast.role("box") is None
    assert stage.world.cast.role("box:bash") is None


def test_box_is_the_container_that_the_learner_makes_and_outlives_it_as_last_seen(stage: Stage) -> None:
    made = stage.box()
    before = role(stage, "box")
    assert before.alive
    assert (before.process.pid, before.process.comm) == (made, "bash")
    stage.type("box", "exit")
    stage.until(lambda: not role(stage, "box").alive)
    assert role(stage, "box").process == before.process
    assert not role(stage, "box:bash").alive


def test_who_made_box_and_waits_for_its_end_is_not_taken_for_it(stage: Stage) -> None:
    stage.box()
    before = role(stage, "box").process
    stage.run("host", f"kill -STOP {before.ppid}; kill -9 {before.pid}")
    stage.until(lambda: not role(stage, "box").alive)
    assert role(stage, "box").process == before
    stage.run("host", f"kill -CONT {before.ppid}")


def test_who_is_seen_while_the_kernel_takes_it_apart_is_kept_as_seen_before(stage: Stage) -> None:
    before = role(stage, "web").process
    leaving = replace(before, namespaces=replace(before.namespaces, uts=LET_GO, mnt=LET_GO), state="R")
    look = stage.world.seen
    others = tuple(one for one in look.scan.processes if one.pid != before.pid)
    everybody = tuple(sorted((*others, leaving), key=lambda one: one.pid))
    stage.world.cast.update(replace(look, scan=replace(look.scan, processes=everybody)), stage.session.engine())
    assert role(stage, "web") == Role(before, alive=False)


def test_a_later_container_takes_the_name_over(stage: Stage) -> None:
    first = stage.box()
    stage.type("box", "exit")
    stage.until(lambda: not role(stage, "box").alive)
    second = stage.box()
    assert second != first
    assert role(stage, "box").alive


def test_the_newest_container_has_the_name_while_an_older_one_runs(stage: Stage) -> None:
    outer = stage.box()
    stage.type("box", "unshare --fork --pid sleep 60")
    stage.until(lambda: role(stage, "box").process.comm == "sleep")
    assert role(stage, "box").process.pid != outer


def test_a_program_in_a_place_is_the_oldest_of_its_name_there(stage: Stage) -> None:
    stage.box()
    first = role(stage, "box:bash").process
    stage.type("box", "bash")
    stage.until(lambda: sum(one.comm == "bash" for one in stage.world.seen.scan.processes) >= 4)
    assert role(stage, "box:bash").process.pid == first.pid
    assert role(stage, "box:init").process.pid == first.pid
    assert stage.world.cast.role("web:bash") is None


def test_a_program_in_a_place_is_sought_where_the_place_is_now(stage: Stage) -> None:
    old = role(stage, "web:sleep").process
    stage.session.make(WEB)
    stage.session.look()
    assert role(stage, "web:sleep").process.pid != old.pid
    assert role(stage, "web:sleep").alive


def test_the_deepest_of_a_name_is_the_one_with_the_most_pid_namespaces_above_it(stage: Stage) -> None:
    stage.type("host", "unshare -fp unshare -fp sleep 61 & sleep 62 &")
    stage.until(lambda: depth_of(stage, "deep:sleep") == 2)
    found = deepest(stage.world.seen, "sleep")
    assert found == role(stage, "deep:sleep").process
    assert deepest(stage.world.seen, "no-such-program") is None


def depth_of(stage: Stage, name: str) -> int | None:
    found, host = stage.world.cast.role(name), role(stage, "host")
    return depth(stage.world.seen, found.process, host.process) if found else None


def test_what_is_not_below_has_no_depth(stage: Stage) -> None:
    look = stage.world.seen
    assert depth(look, role(stage, "host").process, role(stage, "web").process) is None
    assert depth(look, role(stage, "host").process, role(stage, "host").process) == 0


def test_a_zombie_has_lost_its_name(stage: Stage) -> None:
    """Its parent never waits for it: it stays in the table, and runs nothing."""
    stage.type("host", "sh -c 'unshare --uts sleep 1 & exec sleep 60' &")
    stage.until(lambda: (found := stage.world.cast.role("box")) is not None and found.process.comm == "sleep")
    pid = role(stage, "box").process.pid
    stage.until(lambda: not role(stage, "box").alive)
    zombie = stage.world.seen.scan.get(pid)
    assert zombie is not None
    assert zombie.state == "Z"


def test_another_process_that_was_given_the_number_again_is_somebody_else(stage: Stage) -> None:
    stage.box("unshare --uts bash")
    stage.world.cast.role("box")
    stage.type("box", "exit")
    stage.until(lambda: not role(stage, "box").alive)
    dead = role(stage, "box").process
    stage.run("host", f"echo {dead.pid - 1} > /proc/sys/kernel/ns_last_pid; sleep 63 &")
    stage.until(lambda: (now := stage.world.seen.scan.get(dead.pid)) is not None and now.comm == "sleep")
    assert role(stage, "box") == Role(dead, alive=False)


def test_once_the_lab_has_ended_everybody_has(stage: Stage) -> None:
    stage.box()
    os.kill(stage.session.lab.pid, signal.SIGKILL)
    stage.until(lambda: not stage.world.seen.host_alive)
    assert [role(stage, name).alive for name in ("host", "box", "web", "box:bash")] == [False] * 4


def test_before_the_first_look_nobody_is_known(stage: Stage) -> None:
    cast = Cast(stage.world.observer)
    assert cast.role("host") is None
    cast.update(stage.world.seen, Engine())
    assert cast.role("host") == role(stage, "host")
    assert Engine({"web": 7}, frozenset({3})).pids == {3, 7}
