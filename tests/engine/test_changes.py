"""Changes over a plan: pure, told by name where a step is not there, and executed as the kernel has it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.engine.changes import Args, Change, Move, Order, Put, Without, changed
from nslab.engine.client import Lab, Told
from nslab.engine.failures import NoSuchStep
from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Done, NeverRun, Step, Unborn
from nslab.kernel.namespaces import Kind

KINDS = (Kind.PID, Kind.UTS, Kind.MNT, Kind.IPC)
PLAN = plan(Spec("box", Process(("true",)), KINDS, "boxed"), Ground(("usr",), 1000))
IDS = [step.id for step in PLAN]

step_ids = st.sampled_from(IDS)
changes = st.one_of(
    st.builds(lambda ids: Without(tuple(ids)), st.sets(step_ids, max_size=3)),
    st.builds(Move, step_ids, st.none() | step_ids).filter(lambda move: move.id != move.after),
    st.builds(lambda ids: Order(tuple(ids)), st.lists(step_ids, unique=True, max_size=8)),
    st.builds(Args, step_ids, st.just(("a", 1, None))),
    st.builds(lambda after: Put((Step("new", "init", "chdir", ("/",)),), after), st.none() | step_ids),
)


def ids(*made: Change) -> list[str]:
    return [step.id for step in changed(PLAN, made)]


def test_no_change_is_the_plan_itself() -> None:
    assert changed(PLAN, ()) == PLAN


def test_a_step_that_is_left_out_is_gone_and_nothing_else() -> None:
    assert ids(Without(("private", "seccomp"))) == [id_ for id_ in IDS if id_ not in ("private", "seccomp")]


def test_a_step_moves_right_behind_another_one_or_to_the_front() -> None:
    moved = ids(Move("pivot", after="private"))
    assert moved[moved.index("private") + 1] == "pivot"
    assert sorted(moved) == sorted(IDS)
    assert ids(Move("pivot"))[0] == "pivot"


def test_an_order_rearranges_only_the_steps_that_it_names() -> None:
    ordered = ids(Order(("pivot", "private", "hostname")))
    assert [id_ for id_ in ordered if id_ in ("pivot", "private", "hostname")] == ["pivot", "private", "hostname"]
    others = [(at, id_) for at, id_ in enumerate(IDS) if id_ not in ("pivot", "private", "hostname")]
    assert all(ordered[at] == id_ for at, id_ in others)


@pytest.mark.parametrize("change", [Without(("nosuch",)), Move("nosuch"), Move("pivot", "nosuch"), Args("nosuch", ())])
def test_a_step_that_is_not_there_is_named(change: Change) -> None:
    with pytest.raises(NoSuchStep) as error:
        changed(PLAN, (change,))
    assert error.value.facts == {"step": "nosuch"}


@given(changes)
def test_every_change_but_a_removal_keeps_all_steps(change: Change) -> None:
    after = ids(change)
    if isinstance(change, Without):
        assert len(after) == len(IDS) - len(change.ids)
    else:
        assert sorted(id_ for id_ in after if id_ != "new") == sorted(IDS)


@given(changes)
def test_a_change_crosses_to_the_lab_as_it_is(change: Change) -> None:
    assert msgspec.json.decode(msgspec.json.encode(change), type=Change) == change


Run = Callable[..., Any]


def box(*args: str, kinds: tuple[Kind, ...] = KINDS) -> Spec:
    return Spec("box", Process(args or ("sleep", "100"), pipes=(), terminal=True), kinds, "boxed")


def uts_of(lab: Lab, pid: int) -> str:
    return os.readlink(f"{pid}/ns/uts", dir_fd=lab.proc)


def test_a_container_is_born_step_by_step_and_then_runs(lab: Lab) -> None:
    conceived = lab.conceive(box())
    assert (conceived.outcomes, conceived.pid) == ((), -1)
    at_clone = [step.id for step in conceived.plan].index("clone") + 1
    for until in range(1, at_clone):
        assert lab.advance("box", until).pid == -1
    born = lab.advance("box", at_clone)
    assert born.pid > 1
    assert uts_of(lab, born.pid) != uts_of(lab, 1)
    named = [step.id for step in conceived.plan].index("hostname")
    lab.advance("box", named)
    before = lab.names((born.pid,))[0]
    lab.advance("box", named + 1)
    after = lab.names((born.pid,))[0]
    assert before is not None
    assert after is not None
    assert (before.nodename != "boxed", after.nodename) == (True, "boxed")
    done = lab.advance("box", len(conceived.plan))
    assert [outcome for outcome in done.outcomes if not isinstance(outcome, Done)] == []
    task = lab.start_container("box")
    assert task.pid == born.pid
    lab.delete("box")
    os.close(task.pidfd)
    os.close(task.master)


def test_a_step_by_step_birth_tells_of_its_end(lab: Lab, in_lab: Run) -> None:
    conceived = lab.conceive(box())
    born = lab.advance("box", [step.id for step in conceived.plan].index("clone") + 1)
    lab.delete("box")
    assert lab.wait(born.pid, 2) is not None
    assert in_lab(lab, "ls /run/nslab; ps -e -o comm=; grep -c nslab /proc/mounts").out.split()[-1] == "0"


def test_a_refused_step_leaves_what_was_made_for_a_look(lab: Lab) -> None:
    conceived = lab.conceive(box(), (Without(("private",)),))
    ended = lab.advance("box", len(conceived.plan))
    last = ended.outcomes[-1]
    assert isinstance(last, Done)
    assert (last.id, last.errno) == ("pivot", errno.EINVAL)
    assert uts_of(lab, ended.pid) != uts_of(lab, 1)
    assert lab.advance("box", len(conceived.plan)) == ended
    lab.delete("box")


def test_a_step_of_a_process_that_is_not_born_yet_is_told_as_such(lab: Lab) -> None:
    with pytest.raises(Told) as refused:
        lab.run(box(), changes=(Move("clone", after="private"),))
    assert refused.value.outcomes[-1] == Unborn("comm")
    assert refused.value.code == "step-lost"


def test_a_plan_without_a_birth_is_told_as_such(lab: Lab) -> None:
    with pytest.raises(Told) as refused:
        lab.run(box(), changes=(Without(("clone",)),))
    assert refused.value.outcomes[-1] == Unborn("comm")


def test_what_stands_behind_execve_is_never_run(lab: Lab) -> None:
    with pytest.raises(Told) as refused:
        lab.run(box(), changes=(Move("hostname", after="exec"),))
    assert refused.value.outcomes[-1] == NeverRun("hostname")


def test_a_step_that_a_change_does_not_find_is_told_and_nothing_stays(lab: Lab) -> None:
    with pytest.raises(Told) as refused:
        lab.run(box(), changes=(Without(("nosuch",)),))
    assert refused.value.code == "no-such-step"
    task = lab.run(box())
    lab.delete("box")
    os.close(task.pidfd)
    os.close(task.master)


def test_fewer_flags_for_clone_share_that_namespace_with_the_lab(lab: Lab) -> None:
    task = lab.run(box(), changes=(Args("clone", tuple(kind for kind in KINDS if kind is not Kind.UTS)),))
    assert uts_of(lab, task.pid) == uts_of(lab, 1)
    names = lab.names((1,))[0]
    assert names is not None
    assert names.nodename == "boxed"  # the plan's own sethostname renamed the lab
    lab.delete("box")
    os.close(task.pidfd)
    os.close(task.master)
