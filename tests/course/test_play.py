"""A lesson played on a real lab: what the player waits for is asked of the machine, in ticks."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from nslab.course.checks import Not
from nslab.course.checks.names import Hostname
from nslab.course.loader import Pack
from nslab.course.play import Play
from nslab.course.player import Back, Onward, Predicted, Stage
from nslab.course.predictions import Decided
from nslab.course.told import Absent, Namespace, Told
from nslab.kernel.namespaces import Kind
from tests import stage as stages


@pytest.fixture
def play(tiny: Pack) -> Iterator[Play]:
    """The small lesson, whose recall step this person does not get."""
    play = Play(tiny)
    yield play
    play.close()


def on(play: Play) -> stages.Stage:
    return stages.Stage(play.session)


def make_box(play: Play) -> None:
    on(play).box("unshare --fork --pid --uts bash")


def pass_first(play: Play) -> None:
    """The first step to its end, as a learner does it."""
    play.tell(Predicted("one"))
    make_box(play)
    play.tick()
    play.answer("ask", "1")
    play.tick()
    assert play.player.record.passed


def test_a_step_that_is_only_for_other_machines_is_not_among_the_steps(tiny: Pack) -> None:
    first, second, last = (step for step in tiny.lesson.step if step.recall is None)
    here, there = Hostname("host", "lab"), Hostname("host", "elsewhere")
    steps = (replace(first, only=here), replace(second, only=there), replace(last, only=Not(there)))
    play = Play(replace(tiny, lesson=replace(tiny.lesson, step=steps)))
    try:
        assert [step.id for step in play.player.steps] == ["first", "last"]
    finally:
        play.close()


def test_a_task_is_done_once_the_machine_is_so_without_being_asked(play: Play) -> None:
    play.tell(Predicted("one"))
    play.tick()
    assert not play.player.record.done
    make_box(play)
    play.tick()
    assert play.player.record.done == ("run",)
    assert [found.id for found in play.seen] == ["check.found.two-namespaces"]


def test_looking_is_no_attempt_and_asking_is(play: Play) -> None:
    play.tell(Predicted("one"))
    play.tick()
    assert not play.player.hint_ready
    verdict = play.check()
    assert verdict is not None
    assert not verdict.passed
    assert play.player.record.attempts == {"run": 1}
    assert play.player.hint_ready


def test_asked_for_a_check_the_machine_s_yes_counts_too(play: Play) -> None:
    play.tell(Predicted("one"))
    make_box(play)
    verdict = play.check()
    assert verdict is not None
    assert verdict.passed
    assert play.player.record.done == ("run",)


def test_there_is_nothing_to_check_while_a_prediction_is_asked_for_or_a_question(play: Play) -> None:
    assert play.check() is None
    play.tell(Predicted("one"))
    make_box(play)
    play.tick()
    assert play.player.task is not None
    assert play.player.task.ask is not None
    assert play.check() is None


def test_an_answer_is_compared_with_the_machine_and_a_wrong_one_is_an_attempt(play: Play) -> None:
    play.tell(Predicted("one"))
    make_box(play)
    play.tick()
    play.answer("ask", "2")
    assert play.player.record.attempts == {"ask": 1}
    play.answer("run", "1")  # no question, and over
    assert "check.ask.agreed" not in {told.id for told in play.seen}
    play.answer("ask", " 1 ")
    assert play.seen[0] == Told("check.ask.agreed", {"answer": "1"})
    play.tick()
    assert play.player.stage is Stage.OBSERVE


def test_what_a_room_reads_off_the_screen_is_what_the_machine_says(play: Play) -> None:
    play.tell(Predicted("one"))
    play.read_off()  # there is nothing to be found yet
    make_box(play)
    play.tick()
    play.read_off()
    assert play.player.record.answers == {"ask": "1"}


def test_what_a_room_can_t_read_off_is_not_passed_over(play: Play) -> None:
    play.tell(Predicted("one"))
    make_box(play)
    play.tick()
    on(play).type("box", "exit")
    on(play).until(
        lambda: play.world.pid("box:bash", "host") is None or isinstance(play.world.pid("box:bash", "host"), Absent)
    )
    play.read_off()
    assert play.player.record.answers == {}
    assert play.player.record.verdict is not None


def test_a_step_whose_tasks_are_done_is_judged_and_its_values_stay_as_they_were(play: Play) -> None:
    pass_first(play)
    assert play.player.record.judgement == Decided("one")
    outer = play.reading("outer")
    assert isinstance(outer, int)
    on(play).type("box", "exit")
    on(play).until(lambda: isinstance(play.world.pid("box:bash", "host"), Absent))
    assert play.reading("outer") == outer
    play.tell(Onward())
    play.tell(Onward())
    assert play.player.step.id == "second"
    assert play.reading("outer") == outer


def test_what_must_be_kept_and_is_not_holds_the_step_up_until_it_is_mended(play: Play) -> None:
    play.tell(Predicted("one"))
    on(play).box("unshare --fork --pid --uts --mount --propagation unchanged bash")
    play.tick()
    play.answer("ask", "1")
    play.tick()
    assert play.player.record.broken
    assert not play.player.record.passed
    on(play).type("box", "exit")
    on(play).until(lambda: isinstance(play.world.pid("box:bash", "host"), Absent))
    make_box(play)
    play.tick()
    assert play.player.record.passed
    assert play.player.record.broken == ()


def test_a_value_is_read_now_while_a_step_is_played_and_a_namespace_is_one(play: Play) -> None:
    assert isinstance(play.reading("inner"), Absent)
    make_box(play)
    play.tick()
    assert play.reading("inner") == 1
    namespace = play.reading("box.pid_ns")
    assert isinstance(namespace, Namespace)
    assert namespace == play.world.namespace("box", Kind.PID)


def test_looking_back_no_value_is_read_anew(play: Play) -> None:
    pass_first(play)
    play.tell(Onward())
    play.tell(Onward())
    play.tell(Back())
    assert play.player.looking_back
    assert play.reading("inner") == 1
    assert isinstance(play.reading("host.pid"), Absent)


def test_a_step_s_containers_are_made_as_it_begins_and_once() -> None:
    pack = stages.lesson("pid")
    play = Play(pack, done={"uts"})
    try:
        play.tick()
        first = play.session.engine().containers["twin"]
        assert play.world.hostname("twin") == "lab"
        play.tick()
        assert play.session.engine().containers["twin"] == first
        play.renew_lab()
        play.tick()
        assert play.world.hostname("twin") == "lab"
    finally:
        play.close()


def test_a_new_lab_is_another_lab_and_the_player_is_as_before(play: Play) -> None:
    pass_first(play)
    before, lab = play.player, play.session.lab.pid
    play.renew_lab()
    assert play.player is before
    assert play.session.lab.pid != lab
    assert not os.path.exists(f"/proc/{lab}")
