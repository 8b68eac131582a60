"""The ablation board's matrix, from real runs: each lock alone stops its attack, and with all of them open it gets through."""

from __future__ import annotations

import errno
from functools import cache

import pytest

from nslab.course.ablation import ATTACKS, BARE, LEFT_OUT, NAMESPACES, PRIMITIVES, Attack, changes, standing
from nslab.course.trial import Trial, run_trial
from nslab.engine.changes import Put
from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Done
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


@cache
def tried(attack: str, off: frozenset[str]) -> Trial:
    return run_trial(BY_ID[attack], off)


def every(attack: Attack) -> frozenset[str]:
    return frozenset(primitive for lock in attack.locks for primitive in lock)


@pytest.mark.parametrize("attack", BY_ID)
def test_a_whole_container_holds(attack: str) -> None:
    assert not tried(attack, frozenset()).through


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


@pytest.mark.parametrize("attack", BY_ID)
def test_on_the_bare_base_only_second_locks_are_gone(attack: str) -> None:
    assert tried(attack, BARE).through is (not standing(BY_ID[attack], BARE))


def test_a_plan_that_the_kernel_refuses_ends_at_its_own_step() -> None:
    trial = tried("propagate", BARE | {"private"})
    assert trial.refused is not None
    step, outcome = trial.refused
    assert isinstance(outcome, Done)
    assert (step.id, outcome.errno) == ("pivot", errno.EINVAL)
    assert trial.outcomes == ()


def test_what_was_read_is_the_secret_of_that_very_lab() -> None:
    first, second = (run_trial(BY_ID["leak"], frozenset({"fds"})) for _ in range(2))
    assert first.through
    assert second.through
    assert first.seen != second.seen


def test_the_program_of_a_container_without_no_new_privs_has_its_rights_back() -> None:
    assert tried("regain", frozenset()).rights == 0
    assert tried("regain", frozenset({"nnp"})).rights == 14


def test_moves_and_bait_have_ids_of_their_own() -> None:
    for attack in ATTACKS:
        ids = [step.id for step in (*attack.bait, *attack.moves)]
        assert len(ids) == len(set(ids))
        assert not set(ids) & PLAN_IDS


def test_every_lock_is_a_primitive_and_every_primitive_is_somebodys_lock() -> None:
    assert {primitive for attack in ATTACKS for primitive in every(attack)} == set(PRIMITIVES)
    assert {*LEFT_OUT, *NAMESPACES, "overlay"} == set(PRIMITIVES)


def test_an_attack_is_made_right_before_the_program_would_start() -> None:
    assert any(isinstance(change, Put) and change.before == "exec" for change in changes(BY_ID["kill"], frozenset()))
