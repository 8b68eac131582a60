"""BIRTH's wrong orders on a stock 6.1 kernel: the same first errno, and the same things missing where nothing complains."""

from __future__ import annotations

import errno

import pytest

from nslab.course.attempt import run_order
from nslab.course.ordering import CARDS
from nslab.course.verdict import reason
from nslab.engine.steps import Done
from tests.orders import before

pytestmark = [pytest.mark.guest, pytest.mark.as_root]


def test_the_engines_own_order_isolates_here_too() -> None:
    assert run_order(CARDS).right


@pytest.mark.parametrize(
    ("card", "other", "broke", "number", "why"),
    [
        ("pivot", "tree", "pivot", errno.EINVAL, "no-mount"),
        ("pivot", "private", "pivot", errno.EINVAL, "shared"),
        ("umount", "pivot", "umount", errno.EINVAL, "no-old-root"),
        ("rights", "names", "names", errno.EPERM, "no-right"),
        ("seccomp", "nnp", "seccomp", errno.EACCES, "needs-nnp"),
    ],
)
def test_the_first_errno_is_the_same(card: str, other: str, broke: str, number: int, why: str) -> None:
    attempt = run_order(before(card, other))
    ended = attempt.ended
    assert ended is not None
    assert isinstance(ended.outcome, Done)
    assert (ended.card, ended.outcome.errno, reason(attempt.order, ended)) == (broke, number, why)


@pytest.mark.parametrize(("card", "other", "lacks"), [("private", "pivot", "leak"), ("masks", "kernel", "masks")])
def test_what_is_missing_in_silence_is_the_same(card: str, other: str, lacks: str) -> None:
    attempt = run_order(before(card, other))
    assert attempt.ended is None
    assert lacks in attempt.missing
