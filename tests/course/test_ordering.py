"""The ordering puzzle against the kernel: right orders, first errnos with their reasons, and orders that nothing complains of."""

from __future__ import annotations

import errno
from functools import cache
from itertools import combinations

import pytest

from nslab.course.attempt import run_order
from nslab.course.ordering import CARDS, GIVEN, SPEC, Attempt, card_of, change, moved
from nslab.course.verdict import reason
from nslab.engine.changes import changed
from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.steps import Done
from tests.orders import before

pytestmark = pytest.mark.needs("lab", "overlay")

PLAN = plan(SPEC, Ground(("usr", "opt"), 65536))


@cache
def ran(order: tuple[str, ...]) -> Attempt:
    return run_order(order)


def test_the_engines_own_order_is_right() -> None:
    attempt = ran(CARDS)
    assert attempt.right
    assert [one.card for one in attempt.played] == list(CARDS)


@pytest.mark.parametrize(
    ("card", "other"),
    [("dev", "kernel"), ("seccomp", "rights"), ("names", "private"), ("nnp", "private"), ("names", "masks")],
)
def test_other_orders_are_right_too(card: str, other: str) -> None:
    assert ran(before(card, other)).right


@pytest.mark.parametrize(
    ("card", "other", "broke", "number", "why"),
    [
        ("pivot", "tree", "pivot", errno.EINVAL, "no-mount"),
        ("pivot", "private", "pivot", errno.EINVAL, "shared"),
        ("private", "umount", "pivot", errno.EINVAL, "shared"),
        ("umount", "pivot", "umount", errno.EINVAL, "no-old-root"),
        ("pivot", "kernel", "kernel", errno.ENOENT, "path"),
        ("kernel", "tree", "kernel", errno.ENOENT, "no-tree"),
        ("dev", "tree", "dev", errno.ENOENT, "no-tree"),
        ("rights", "names", "names", errno.EPERM, "no-right"),
        ("rights", "pivot", "pivot", errno.EPERM, "no-right"),
        ("seccomp", "private", "private", errno.EPERM, "filter"),
        ("seccomp", "nnp", "seccomp", errno.EACCES, "needs-nnp"),
    ],
)
def test_the_first_errno_and_its_reason(card: str, other: str, broke: str, number: int, why: str) -> None:
    attempt = ran(before(card, other))
    ended = attempt.ended
    assert ended is not None
    assert isinstance(ended.outcome, Done)
    assert (ended.card, ended.outcome.errno, reason(attempt.order, ended)) == (broke, number, why)
    after = attempt.order.index(broke) + 1
    assert {one.state for one in attempt.played[after:]} <= {"not-tried"}


@pytest.mark.parametrize(
    ("card", "other", "lacks"),
    [
        ("private", "pivot", "leak"),
        ("masks", "kernel", "masks"),
        ("tree", "private", "leak"),
        ("program", "umount", "old-root"),
    ],
)
def test_a_silent_failure_shows_by_what_is_missing(card: str, other: str, lacks: str) -> None:
    attempt = ran(before(card, other))
    assert attempt.ended is None
    assert lacks in attempt.missing
    assert not attempt.right


def test_nobody_makes_a_call_before_the_first_process_is_born() -> None:
    attempt = ran(before("private", "clone"))
    assert attempt.ended is not None
    assert (attempt.ended.card, attempt.ended.state) == ("private", "unborn")
    assert reason(attempt.order, attempt.ended) == "unborn"


def test_what_stands_behind_execve_is_never_run_and_the_container_lacks_it() -> None:
    attempt = ran(before("program", "names"))
    assert attempt.ended is None
    behind = attempt.order.index("program") + 1
    assert {one.state for one in attempt.played[behind:]} == {"never-run"}
    assert set(attempt.missing) == {"hostname", "rights", "nnp", "filter"}


def test_every_step_of_the_plan_is_on_a_card_or_given() -> None:
    assert {card_of(step) for step in PLAN} == {GIVEN, *CARDS}


def test_the_engine_runs_exactly_the_order_that_was_asked_for() -> None:
    for first, second in combinations(range(len(CARDS)), 2):
        order = list(CARDS)
        order[first], order[second] = order[second], order[first]
        steps = changed(PLAN, change(PLAN, tuple(order)))
        cards = list(dict.fromkeys(map(card_of, steps)))
        assert cards == [GIVEN, *order]
        assert {step.id for step in steps} == {step.id for step in PLAN if not step.id.startswith("std")}


@pytest.mark.parametrize(
    ("order", "cards"),
    [
        (CARDS, 0),
        (before("program", "clone"), 1),
        (before("clone", "program"), 1),
        ((CARDS[1], CARDS[0], CARDS[3], CARDS[2], *CARDS[4:]), 2),
        (CARDS[::-1], len(CARDS) - 1),
    ],
)
def test_as_few_cards_are_moved_as_it_takes(order: tuple[str, ...], cards: int) -> None:
    assert moved(order) == cards
