"""A birth with a lab of its own: begun anew as often as wanted, also once the lab has died, and nothing of either stays."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from nslab.course.cradle import Cradle
from nslab.engine.failures import LabError
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind
from nslab.words import words_for

pytestmark = pytest.mark.needs("lab")

SPEC = Spec("box", Process(("sleep", "100"), pipes=(), terminal=True), (Kind.UTS,), "boxed")


@pytest.fixture
def cradle() -> Iterator[Cradle]:
    held = Cradle(SPEC)
    yield held
    held.close()


def test_calls_are_made_up_to_one_and_not_again(cradle: Cradle) -> None:
    assert cradle.view().made == 0
    made = cradle.step("clone").made
    assert made > 0
    assert cradle.step("clone").made == made
    assert cradle.step("exec").whole


def test_begun_anew_none_of_its_calls_is_made(cradle: Cradle) -> None:
    cradle.step("clone")
    assert cradle.begin_anew().made == 0
    assert cradle.step("exec").whole


def test_a_lab_that_was_killed_is_told_in_words_and_another_birth_can_be_begun(cradle: Cradle) -> None:
    cradle.step("clone")
    os.kill(cradle.lab.pid, signal.SIGKILL)
    with pytest.raises(LabError) as lost:
        cradle.step("exec")
    assert "PID 1 has ended" in words_for("en")(f"error.{lost.value.code}.why", **lost.value.facts)
    assert cradle.begin_anew().made == 0
    assert cradle.step("clone").made > 0
