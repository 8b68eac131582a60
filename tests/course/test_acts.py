"""*Show me*, a new lab, a busy terminal, and what a step's setup types: on real labs, in a learner's place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
import pytest

from nslab.course.acts import interrupt, make, reset_lab, resume_at, show_me, type_setup
from nslab.course.bench import drain
from nslab.course.drive import Busy
from nslab.course.loader import Pack
from nslab.course.model import Container
from nslab.course.perform import Stuck
from nslab.course.play import Play
from nslab.course.player import Onward, Predicted
from nslab.course.predictions import Decided
from nslab.course.replay import cost
from nslab.course.told import Absent, Told
from nslab.course.world import Life
from nslab.engine.client import Lab
from nslab.engine.failures import LabError, LabGone
from nslab.kernel.namespaces import Kind
from tests.stage import Stage, lesson


def pause(play: Play) -> Callable[[float], None]:
    return partial(drain, play.session)


def shown(play: Play) -> None:
    assert show_me(play, pause(play)) is None
    play.tick()


def ignore(done: int, steps: int) -> None:
    """Progress that nobody wants to hear of."""


def play_first_step(play: Play) -> None:
    play.tell(Predicted("zero"))
    shown(play)  # compile
    shown(play)  # run
    play.answer("ask", "1")
    play.tick()
    assert play.player.record.passed


def test_show_me_types_what_does_the_task_at_hand_and_no_more(play: Play) -> None:
    play.tell(Predicted("one"))
    shown(play)
    assert list(play.player.record.done) == ["compile"]
    assert play.world.life("box") is Life.NEVER_SEEN
    shown(play)
    assert list(play.player.record.done) == ["compile", "run"]
    assert play.world.life("box") is Life.ALIVE


def test_a_question_stays_the_learner_s_to_answer(play: Play) -> None:
    play.tell(Predicted("one"))
    for _ in range(3):
        shown(play)
    assert play.player.task is not None
    assert play.player.task.id == "ask"
    assert play.player.record.answers == {}


def test_of_two_questions_one_press_shows_one() -> None:
    play = Play(lesson("user"))
    try:
        assert resume_at(play, "nobody", {"nobody": "root"}, ignore) is None
        play.tick()
        shown(play)  # unshare
        shown(play)  # id -u
        assert isinstance(play.world.text("~/mine", "host"), Absent)
        play.answer("ask", "65534")
        shown(play)  # touch mine; stat
        assert play.world.text("~/mine", "host") == ""
    finally:
        play.close()


def test_what_every_check_of_a_step_found_is_kept_the_last_one_first() -> None:
    play = Play(lesson("vm"))
    try:
        assert resume_at(play, "kernel", {"kernel": "one"}, ignore) is None
        play.tick()
        shown(play)
        assert len(play.seen) == 1
        shown(play)
        last, first = play.seen
        assert first.facts["text"] == last.facts["text"]  # one kernel, one boot
        assert [first.facts["where"], last.facts["where"]] == [
            Told("check.where.in", {"place": "box"}),
            Told("check.where.host"),
        ]
    finally:
        play.close()


def test_there_is_nothing_to_show_while_a_prediction_is_asked_for(play: Play) -> None:
    assert show_me(play, pause(play)) is None
    play.tick()
    assert play.player.record.done == ()


def test_what_a_learner_has_half_typed_is_not_run_with_it(play: Play) -> None:
    play.tell(Predicted("one"))
    Stage(play.session).press("box", b"touch half && ")
    shown(play)
    assert play.player.record.done == ("compile",)
    assert isinstance(play.world.file("~/half", "host"), Absent)


@pytest.mark.program("vim")
@pytest.mark.parametrize(("busy", "program"), [("sleep 60", "sleep"), ("vim notes", "vim")])
def test_a_busy_terminal_is_named_and_nothing_is_typed_into_it(play: Play, busy: str, program: str) -> None:
    play.tell(Predicted("one"))
    stage = Stage(play.session)
    stage.type("box", busy)
    stage.until(lambda: any(one.comm == program for one in play.session.world.seen.scan.processes))
    stuck = show_me(play, pause(play))
    assert isinstance(stuck, Stuck)
    assert stuck.by == Busy("box", program)
    assert isinstance(play.world.file("~/notes", "host"), Absent)


def test_interrupted_as_the_learner_agreed_to_the_terminal_is_free_again(play: Play) -> None:
    play.tell(Predicted("one"))
    stage = Stage(play.session)
    stage.type("box", "sleep 60")
    stage.until(lambda: any(one.comm == "sleep" for one in play.session.world.seen.scan.processes))
    interrupt(play, "box", pause(play))
    shown(play)
    assert play.player.record.done == ("compile",)


def test_a_shell_that_has_ended_is_told_and_another_does_it(play: Play) -> None:
    play.tell(Predicted("one"))
    Stage(play.session).type("box", "exit")
    Stage(play.session).until(lambda: play.session.ended("box"))
    stuck = show_me(play, pause(play))
    assert isinstance(stuck, Stuck)
    assert stuck.why.id == "drive.ended"
    play.session.open_shell("box")
    shown(play)
    assert play.player.record.done == ("compile",)


def test_what_a_step_s_setup_types_is_typed_and_told(pack: Pack) -> None:
    play = Play(pack, done={"uts"})
    try:
        play.tick()
        play.tell(Predicted("host"))
        assert play.player.to_begin
        assert type_setup(play, pause(play)) is None
        assert not play.player.to_begin
        play.tick()
        assert play.world.hostname("twin") == "renamed"
        assert play.player.record.judgement is not None
    finally:
        play.close()


def test_a_new_lab_has_what_was_done_before_and_what_was_said_stays(play: Play) -> None:
    play_first_step(play)
    play.tell(Onward())
    play.tell(Onward())
    assert play.player.step.id == "other-number"
    told: list[tuple[int, int]] = []
    assert reset_lab(play, lambda done, steps: told.append((done, steps))) is None
    assert set(told) == {(0, 1)}  # and told at every wait: what it raises ends the replay
    play.tick()
    assert play.world.life("box") is Life.ALIVE
    assert play.player.step.id == "other-number"
    first = play.player.records[0]
    assert (first.prediction, first.held) == ("zero", False)
    assert first.values["outer"] == play.world.pid("box:bash", "host")


def test_the_step_at_hand_begins_anew_in_a_new_lab_without_being_asked_again(play: Play) -> None:
    play.tell(Predicted("one"))
    shown(play)
    assert reset_lab(play, ignore) is None
    play.tick()
    assert play.player.record.prediction == "one"
    assert play.player.record.done == ()


@pytest.mark.parametrize("wreck", ["kill -9 -1", "rm -rf --no-preserve-root / 2>/dev/null"])
def test_a_new_lab_brings_a_wrecked_step_back(play: Play, wreck: str) -> None:
    play_first_step(play)
    Stage(play.session).type("host", wreck)
    Stage(play.session).pause(0.3)
    play.tick()
    assert reset_lab(play, ignore) is None
    play.tick()
    assert play.world.pid("box:bash", "box") == 1
    assert play.session.ended("host") is None


def test_what_a_passed_step_made_is_made_again_for_the_next_one(play: Play) -> None:
    """The reset comes while its explanation is being read."""
    play_first_step(play)
    assert cost(play.player) == (1, 3)
    assert reset_lab(play, ignore) is None
    assert play.player.record.passed
    assert play.player.record.values["outer"] == play.world.pid("box:bash", "host")


def test_a_step_with_a_lab_of_its_own_asks_for_it_once(play: Play) -> None:
    fresh = msgspec.structs.replace(play.player.steps[1], fresh=True)
    play.move_to(msgspec.structs.replace(play.player, steps=(play.player.steps[0], fresh, *play.player.steps[2:])))
    play_first_step(play)
    assert not play.to_renew
    play.tell(Onward())
    play.tell(Onward())
    assert play.to_renew
    play.renew_lab()
    assert not play.to_renew
    assert cost(play.player) == (0, 0)
    assert resume_at(play, "whose-proc", {}, ignore) is not None  # its steps were built on the first one
    assert not play.to_renew


def test_no_new_lab_is_an_error_and_not_the_last_word(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Lab:
        raise LabGone(why="the test says so")

    with monkeypatch.context() as patch:
        patch.setattr(Lab, "start", refuse)
        with pytest.raises(LabError):
            reset_lab(play, ignore)
    assert play.session.closed
    assert reset_lab(play, ignore) is None
    play.tick()
    assert play.world.life("host") is Life.ALIVE


def test_what_listens_to_a_replay_can_end_it(play: Play) -> None:
    class Enough(Exception):
        pass

    def stop(done: int, steps: int) -> None:
        raise Enough

    play_first_step(play)
    with pytest.raises(Enough):
        reset_lab(play, stop)


def test_a_lesson_is_resumed_where_it_was_left_with_what_was_predicted(play: Play) -> None:
    assert resume_at(play, "whose-proc", {"one": "outer"}, ignore) is None
    assert play.player.step.id == "whose-proc"
    assert play.player.looking_back is False
    first = play.player.records[0]
    assert (first.prediction, first.judgement, first.held) == ("outer", Decided("one"), False)
    play.tick()
    assert play.reading("first") == "lab"


def test_a_step_that_the_lesson_has_not_is_its_first(play: Play) -> None:
    assert resume_at(play, "no-such-step", {}, ignore) is None
    assert play.player.frontier == 0


def test_what_a_board_asks_for_is_made_and_what_the_kernel_refuses_is_no_hindrance(play: Play) -> None:
    assert make(play, Container("one", (Kind.UTS,))) is None
    play.tick()
    assert play.world.life("one") is Life.ALIVE
    assert make(play, Container("one", (Kind.UTS,), args=("/no/such/program",))) is None
    play.tick()
    assert play.world.life("one") is Life.GONE
    assert play.session.births["one"].failure
    assert make(play, Container("one", (Kind.UTS,))) is None, "the place of one that failed is free"
    hindrance = make(play, Container("two", (), hostname="two"))
    assert isinstance(hindrance, Stuck)
    assert hindrance.at == "two"
