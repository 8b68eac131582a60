"""The ablation board's matrix, from real runs: each lock alone stops its attack, and with all of them open it gets through."""

from __future__ import annotations

import errno
from functools import cache

import pytest

from nslab.course.ablation import (
    BASES,
    LEFT_OUT,
    NAMESPACES,
    PRIMITIVES,
    blind,
    changes,
    primitive_of,
    refusal,
    standing,
)
from nslab.course.attacks import ATTACKS, HOST_USERS, Attack
from nslab.course.trial import Rights, Trial, run_trial
from nslab.engine.changes import Put
from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Done
from nslab.kernel import capabilities
from nslab.kernel.namespaces import Kind

pytestmark = pytest.mark.needs("lab", "overlay")

PLAN_IDS = {
    step.id
    for step in plan(
        Spec("box", Process(("sh",), pipes=(), terminal=True), tuple(Kind), "box"), Ground(("usr",), 65536)
    )
}
BY_ID = {attack.id: attack for attack in ATTACKS}
LOCKS = [(attack.id, lock) for attack in ATTACKS for lock in attack.locks]
PAIRS = [(id_, one) for id_, lock in LOCKS if len(lock) > 1 for one in lock]
NEEDS = [(attack.id, need) for attack in ATTACKS for need in attack.needs]
FULL: frozenset[str] = frozenset()
ALL_CAPABILITIES = capabilities.last_capability() + 1


@cache
def tried(attack: str, off: frozenset[str]) -> Trial:
    return run_trial(BY_ID[attack], off)


def every(attack: Attack) -> frozenset[str]:
    return frozenset(primitive for lock in attack.locks for primitive in lock)


def refused(attack: str, *off: str) -> tuple[str, int]:
    trial = tried(attack, frozenset(off))
    assert trial.refused is not None
    assert not trial.through
    assert not trial.held
    outcome = trial.refused.outcome
    assert isinstance(outcome, Done)
    return trial.refused.step.id, outcome.errno


@pytest.mark.parametrize("attack", BY_ID)
def test_a_whole_container_holds(attack: str) -> None:
    assert tried(attack, FULL).held


@pytest.mark.parametrize("attack", BY_ID)
def test_with_every_lock_open_it_gets_through(attack: str) -> None:
    trial = tried(attack, every(BY_ID[attack]))
    assert trial.refused is None
    assert trial.through


@pytest.mark.parametrize(("attack", "lock"), LOCKS)
def test_each_lock_alone_stops_it(attack: str, lock: tuple[str, ...]) -> None:
    assert not tried(attack, every(BY_ID[attack]) - set(lock)).through


@pytest.mark.parametrize(("attack", "primitive"), PAIRS)
def test_half_of_a_lock_is_none(attack: str, primitive: str) -> None:
    assert tried(attack, every(BY_ID[attack]) - {primitive}).through


@pytest.mark.parametrize(("attack", "need"), NEEDS)
def test_without_what_it_works_with_it_fails_though_nothing_stands_in_its_way(attack: str, need: str) -> None:
    off = every(BY_ID[attack]) | {need}
    assert standing(BY_ID[attack], off) == ()
    assert blind(BY_ID[attack], off) == need
    assert not tried(attack, off).through


@pytest.mark.parametrize("attack", BY_ID)
@pytest.mark.parametrize("base", BASES)
def test_on_each_base_it_gets_through_where_neither_a_lock_nor_a_need_keeps_it(attack: str, base: str) -> None:
    off = BASES[base]
    kept = standing(BY_ID[attack], off) or blind(BY_ID[attack], off)
    assert tried(attack, off).through is not bool(kept)


@pytest.mark.parametrize("primitive", sorted({"caps", "bset", "masks", "proc"}))
def test_of_these_none_alone_lets_anything_through(primitive: str) -> None:
    off = frozenset({primitive})
    assert [attack for attack in BY_ID if tried(attack, off).through] == []


def test_a_plan_that_the_kernel_refuses_ends_at_its_own_step() -> None:
    assert refused("propagate", *BASES["bare"], "private") == ("pivot", errno.EINVAL)
    assert tried("propagate", BASES["bare"] | {"private"}).outcomes == ()
    assert refusal("pivot", errno.EINVAL) == "shared"


@pytest.mark.parametrize(
    ("primitive", "step", "sheet"),
    [
        ("pid", "proc", "proc"),
        ("mnt", "private", "private"),
        ("net", "sys", "net"),
        ("uts", "hostname", "uts"),
    ],
)
def test_with_users_of_its_own_a_container_may_not_even_reach_for_what_is_the_hosts(
    primitive: str, step: str, sheet: str
) -> None:
    assert refused("kill", HOST_USERS, primitive) == (step, errno.EPERM)
    assert primitive_of(step) == sheet
    assert refusal(step, errno.EPERM) == "not-owned"


@pytest.mark.parametrize("attack", ["regain", "widen"])
def test_where_the_plan_is_refused_no_program_has_any_rights(attack: str) -> None:
    assert refused(attack, "private") == ("pivot", errno.EINVAL)
    assert tried(attack, frozenset({"private"})).rights is None


def test_what_was_read_is_the_secret_of_that_very_lab() -> None:
    first, second = (run_trial(BY_ID["leak"], frozenset({"fds"})) for _ in range(2))
    assert first.through
    assert second.through
    assert first.seen != second.seen


def test_hiding_is_not_isolating() -> None:
    seen = frozenset({"pid"})
    hidden = seen | {"proc"}
    assert tried("list", seen).through
    assert tried("list", hidden).seen == 0
    assert tried("kill", hidden).through


def test_what_a_program_has_is_read_before_it_is_executed_and_after() -> None:
    assert tried("regain", FULL).rights == Rights(0, 0)
    assert tried("regain", frozenset({"nnp"})).rights == Rights(0, 14)
    assert tried("widen", frozenset({"nnp"})).rights == Rights(14, 14)
    assert tried("widen", frozenset({"bset"})).rights == Rights(14, 14)
    assert tried("widen", frozenset({"nnp", "bset"})).rights == Rights(14, ALL_CAPABILITIES)
    assert tried("widen", frozenset({"caps"})).rights == Rights(ALL_CAPABILITIES, ALL_CAPABILITIES)


def test_moves_and_bait_have_ids_of_their_own() -> None:
    for attack in ATTACKS:
        ids = [step.id for step in (*attack.bait, *attack.moves)]
        assert len(ids) == len(set(ids))
        assert not set(ids) & PLAN_IDS
        assert set(attack.shows) <= PLAN_IDS


def test_every_lock_is_a_primitive_and_every_primitive_is_somebodys_lock_or_need() -> None:
    needed = {need for attack in ATTACKS for need in attack.needs} - {HOST_USERS}
    assert {primitive for attack in ATTACKS for primitive in every(attack)} | needed == set(PRIMITIVES)
    assert {*LEFT_OUT, *NAMESPACES, "overlay"} == set(PRIMITIVES)


def test_an_attack_is_made_right_before_the_program_would_start() -> None:
    assert any(isinstance(change, Put) and change.before == "exec" for change in changes(BY_ID["kill"], FULL))
