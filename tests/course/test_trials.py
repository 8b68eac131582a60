"""Trials side by side: each cell once, what nobody wants any more never, and nothing left when they are closed."""

from __future__ import annotations

import threading
import time

import pytest

from nslab.course.attacks import ATTACKS
from nslab.course.trial import Trial
from nslab.course.trials import AT_ONCE, Failed, Trials

pytestmark = pytest.mark.needs("lab", "overlay")

KILL, LIST = ATTACKS[0], ATTACKS[1]
FULL: frozenset[str] = frozenset()


def wait_for(trials: Trials, told: threading.Semaphore, count: int) -> None:
    for _ in range(count):
        assert told.acquire(timeout=20)


def test_a_cell_is_run_once_and_its_result_kept() -> None:
    told = threading.Semaphore(0)
    trials = Trials(told.release)
    for _ in range(3):
        trials.want(KILL, FULL)
    wait_for(trials, told, 1)
    first = trials.result(KILL, FULL)
    trials.want(KILL, FULL)
    trials.close()
    assert isinstance(first, Trial)
    assert trials.result(KILL, FULL) is first
    assert not told.acquire(timeout=0.1)


def test_what_was_forgotten_is_run_anew() -> None:
    told = threading.Semaphore(0)
    trials = Trials(told.release)
    trials.want(KILL, FULL)
    wait_for(trials, told, 1)
    first = trials.result(KILL, FULL)
    trials.forget()
    assert trials.result(KILL, FULL) is None
    trials.want(KILL, FULL)
    wait_for(trials, told, 1)
    trials.close()
    assert trials.result(KILL, FULL) is not first


def test_what_waits_and_is_wanted_no_more_is_not_run() -> None:
    told = threading.Semaphore(0)
    trials = Trials(told.release)
    for attack in ATTACKS:
        trials.want(attack, FULL)
    trials.want_only({(LIST.id, FULL)})
    trials.close()
    time.sleep(0.05)
    made = [attack.id for attack in ATTACKS if trials.result(attack, FULL) is not None]
    assert len(made) < len(ATTACKS)


def test_what_waits_and_is_dropped_is_not_run_and_all_else_is() -> None:
    told = threading.Semaphore(0)
    trials = Trials(told.release)
    for attack in ATTACKS:
        trials.want(attack, FULL)
    dropped = ATTACKS[-1]
    assert len(ATTACKS) > AT_ONCE
    trials.drop({(dropped.id, FULL)})
    wait_for(trials, told, len(ATTACKS) - 1)
    trials.close()
    assert [attack for attack in ATTACKS if trials.result(attack, FULL) is None] == [dropped]


def test_a_lab_that_fails_is_a_result_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nosuch")
    monkeypatch.setattr("sys.executable", "/nosuch/python")
    told = threading.Semaphore(0)
    trials = Trials(told.release)
    trials.want(KILL, FULL)
    wait_for(trials, told, 1)
    trials.close()
    assert isinstance(trials.result(KILL, FULL), Failed)
