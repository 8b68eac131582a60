"""The player: what each event does, and what no sequence of events can do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nslab.course.checks.processes import Alive
from nslab.course.checks.verdict import Verdict
from nslab.course.loader import Pack
from nslab.course.model import Choice, Container, Lesson, Run, Step, Task
from nslab.course.player import (
    Answered,
    Back,
    Checked,
    Event,
    HintWanted,
    Judged,
    LabReset,
    Onward,
    Player,
    Predicted,
    Prepared,
    Stage,
    resume,
    start,
)
from nslab.course.predictions import Decided, Undecided
from nslab.course.told import Absent, Namespace, Told
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import NamespaceId

YES = Verdict(True, Told("w"), Told("f"))
NO = Verdict(False, Told("w"), Told("f"), Told("n"))
RIGHT = Judged(Decided("one"), {"inner": 1})
CHECK = Alive("host")


def after(player: Player, *events: Event) -> Player:
    for event in events:
        player = player.on(event)
    return player


@pytest.fixture
def begun(tiny: Pack) -> Player:
    return start(tiny.lesson)


@pytest.fixture
def doing(begun: Player) -> Player:
    return after(begun, Predicted("outer"))


@pytest.fixture
def observing(doing: Player) -> Player:
    return after(doing, Checked("run", YES), Answered("ask", "1", 1))


@pytest.fixture
def passed(observing: Player) -> Player:
    return after(observing, RIGHT)


def test_a_step_goes_through_its_four_stages_in_order(begun: Player) -> None:
    stages = [begun.stage]
    for event in (Predicted("one"), Checked("run", YES), Answered("ask", "1", 1), RIGHT, Onward(), Onward()):
        begun = begun.on(event)
        stages.append(begun.stage)
    assert stages == [
        Stage.PREDICT,
        Stage.DO,
        Stage.DO,
        Stage.OBSERVE,
        Stage.OBSERVE,
        Stage.EXPLAIN,
        Stage.DO,
    ]
    assert begun.step.id == "second"


def test_recall_is_asked_only_where_that_lesson_is_done(tiny: Pack) -> None:
    assert [step.id for step in start(tiny.lesson).steps] == ["first", "second", "last"]
    assert [step.id for step in start(tiny.lesson, {"earlier"}).steps] == ["again", "first", "second", "last"]


def test_a_prediction_is_stored_when_given_and_judged_at_observe(doing: Player, passed: Player) -> None:
    assert (doing.record.prediction, doing.record.held) == ("outer", None)
    assert (passed.record.prediction, passed.record.held) == ("outer", False)


def test_there_is_no_doing_before_predicting_and_no_second_prediction(begun: Player, doing: Player) -> None:
    assert begun.task is None
    assert begun.on(Checked("run", YES)) is begun
    assert begun.on(Predicted("nothing")) is begun
    assert doing.on(Predicted("one")) is doing


def test_a_prediction_that_the_machine_did_not_decide_held_neither_nor(observing: Player) -> None:
    player = after(observing, Judged(Undecided((), Told("x")), {}))
    assert player.record.passed
    assert player.record.held is None


def test_tasks_are_done_one_after_the_other(doing: Player) -> None:
    assert doing.task is not None
    assert doing.task.id == "run"
    assert doing.on(Answered("ask", "1", 1)) is doing
    player = doing.on(Checked("run", YES))
    assert player.task is not None
    assert player.task.id == "ask"
    assert player.on(Checked("ask", YES)) is player


def test_looking_at_the_machine_is_no_attempt(doing: Player) -> None:
    player = after(doing, *[Checked("run", NO)] * 5)
    assert player.record.verdict == NO
    assert not player.hint_ready
    assert player.on(HintWanted()) is player


def test_hint_n_comes_only_after_attempt_n(doing: Player) -> None:
    failed = Checked("run", NO, attempt=True)
    hints = []
    for event in (HintWanted(), failed, HintWanted(), HintWanted(), failed, HintWanted(), failed, HintWanted()):
        doing = doing.on(event)
        hints.append(doing.record.hints.get("run", 0))
    assert hints == [0, 0, 1, 1, 1, 2, 2, 2]  # there are two


def test_a_wrong_answer_is_an_attempt_and_says_what_was_answered(doing: Player) -> None:
    player = after(doing, Checked("run", YES), Answered("ask", " 7 ", 1))
    assert player.stage is Stage.DO
    assert player.record.attempts == {"ask": 1}
    assert player.record.verdict is not None
    assert player.record.verdict.found == Told("check.ask.found", {"answer": "7"})


def test_an_answer_with_nothing_to_compare_it_with_is_an_attempt_that_a_hint_may_help(doing: Player) -> None:
    player = after(doing, Checked("run", YES), Answered("ask", "1", Absent(Told("absent.ended"))))
    assert player.record.attempts == {"ask": 1}
    assert player.hint_ready
    assert player.record.verdict is not None
    assert not player.record.verdict.observed
    assert player.record.verdict.next == Told("check.ask.missing")


def test_a_namespace_may_be_typed_as_readlink_prints_it(doing: Player) -> None:
    reading = Namespace(Kind.NET, NamespaceId(4, 4026532340))
    player = after(doing, Checked("run", YES), Answered("ask", " net:[4026532340]", reading))
    assert player.record.answers == {"ask": "net:[4026532340]"}


def test_a_right_answer_is_remembered_as_typed(observing: Player) -> None:
    assert observing.record.answers == {"ask": "1"}


def test_what_must_be_kept_and_is_not_keeps_the_step_from_passing(observing: Player) -> None:
    broken = after(observing, Judged(Decided("one"), {"inner": 1}, (YES, NO)))
    assert not broken.record.passed
    assert broken.record.broken == (NO,)
    assert broken.on(Onward()) is broken
    mended = after(broken, Judged(Decided("one"), {"inner": 1}, (YES, YES)))
    assert mended.record.passed
    assert mended.record.broken == ()


def test_a_step_that_passed_waits_for_a_key(observing: Player, passed: Player) -> None:
    assert observing.on(Onward()) is observing
    assert passed.stage is Stage.OBSERVE
    assert passed.on(Onward()).stage is Stage.EXPLAIN


def test_values_are_frozen_when_the_step_passes(passed: Player) -> None:
    later = Judged(Decided("one"), {"inner": 99})
    assert passed.on(later) is passed
    second = after(passed, Onward(), Onward())
    assert second.frozen == {"inner": 1}


def test_going_back_shows_what_was_and_asks_nothing_again(passed: Player) -> None:
    back = after(passed, Onward(), Onward(), Back())
    assert back.step.id == "first"
    assert back.record.prediction == "outer"
    assert back.looking_back
    assert back.task is None
    assert not back.to_judge
    for event in (Predicted("one"), Checked("run", NO, attempt=True), HintWanted(), RIGHT, Prepared()):
        assert back.on(event) is back
    assert back.on(Onward()).step.id == "second"


def test_nothing_lies_before_the_first_step(begun: Player) -> None:
    assert begun.on(Back()) is begun


def test_the_last_step_ends_the_lesson_after_its_explanation(passed: Player) -> None:
    second = after(passed, Onward(), Onward(), Checked("name", YES), Judged(None, {}), Onward(), Onward())
    assert second.step.id == "last"
    assert second.to_judge  # nothing to predict, nothing to do
    end = after(second, Judged(None, {}), Onward(), Onward())
    assert end.finished
    assert end.on(Onward()) is end


def test_setup_commands_are_typed_after_the_prediction_and_before_the_tasks(tiny: Pack) -> None:
    player = start(tiny.lesson, {"earlier"})
    assert not player.to_begin
    player = player.on(Predicted("yes"))
    assert player.to_begin
    assert player.task is None
    assert player.on(Prepared()).stage is Stage.OBSERVE  # it has no task


def test_a_new_lab_begins_the_step_anew_but_keeps_what_was_said(doing: Player) -> None:
    player = after(doing, Checked("run", NO, attempt=True), HintWanted(), Checked("run", YES), LabReset())
    assert player.stage is Stage.DO
    assert player.record.prediction == "outer"
    assert player.record.done == ()
    assert player.record.hints == {"run": 1}


def test_a_new_lab_brings_new_numbers_for_the_steps_that_were_replayed(passed: Player) -> None:
    second = after(passed, Onward(), Onward(), LabReset({"first": Judged(Decided("one"), {"inner": 5})}))
    assert second.frozen == {"inner": 5}
    assert second.records[0].held is False


def test_a_new_lab_does_not_take_back_a_step_that_passed(passed: Player) -> None:
    assert after(passed, LabReset()) == passed


def test_resuming_stands_at_the_saved_step_with_the_predictions_given(begun: Player) -> None:
    player = resume(begun, "second", {"first": "one"}, {"first": RIGHT})
    assert player.step.id == "second"
    assert player.records[0].held is True
    assert player.frozen == {"inner": 1}
    assert player.on(Back()).step.id == "first"


@pytest.mark.parametrize(("step", "judged"), [("nowhere", {}), ("last", {}), ("first", {"first": RIGHT})])
def test_resuming_goes_no_further_than_what_was_replayed(begun: Player, step: str, judged: dict[str, Judged]) -> None:
    assert resume(begun, step, {}, judged) == begun


LESSON = Lesson(
    format=1,
    id="any",
    minutes=1,
    step=(
        Step("r", recall="x", predict=(Choice("a"), Choice("b", when=CHECK))),
        Step("one", setup=(Container("c", ()), Run("x", in_="host")), do=(Task("t", check=CHECK, hints=2),)),
        Step(
            "two", predict=(Choice("a"), Choice("b", when=CHECK)), do=(Task("t", ask="{v}", hints=1), Task("u", CHECK))
        ),
        Step("three", fresh=True),
        Step("four", predict=(Choice("a"), Choice("b", when=CHECK)), setup=(Run("x", in_="host"),)),
    ),
)
ORDER = list(Stage)
TASKS = st.sampled_from(["t", "u", "zzz"])
VERDICTS = st.sampled_from([YES, NO])
EVENTS: st.SearchStrategy[Any] = st.one_of(
    st.builds(Predicted, st.sampled_from(["a", "b", "zzz"])),
    st.just(Prepared()),
    st.builds(Checked, TASKS, VERDICTS, attempt=st.booleans()),
    st.builds(Answered, TASKS, st.sampled_from(["1", "2"]), st.sampled_from([1, Absent(Told("absent.field"))])),
    st.just(HintWanted()),
    st.builds(
        Judged,
        st.sampled_from([None, Decided("a"), Undecided((), Told("x"))]),
        st.just({"v": 1}),
        st.sampled_from([(), (YES,), (NO,)]),
    ),
    st.just(Onward()),
    st.just(Onward()),
    st.just(Back()),
    st.just(LabReset()),
)


class AnySequence(RuleBasedStateMachine):
    """Whatever happens in whatever order, the player stays a lesson being played."""

    @initialize(done=st.booleans())
    def begin(self, done: bool) -> None:
        self.player = start(LESSON, {"x"} if done else ())

    @rule(event=EVENTS)
    def happens(self, event: Event) -> None:
        before, after = self.player, self.player.on(event)
        self.player = after
        assert after.on(event) is not None
        assert after.frontier in (before.frontier, before.frontier + 1)
        assert abs(after.at - before.at) <= 1 or isinstance(event, LabReset)
        for old, new in zip(before.records, after.records, strict=True):
            if old.prediction is not None:
                assert new.prediction == old.prediction
            if old.passed:
                assert (new.passed, new.done, new.judgement) == (True, old.done, old.judgement)
                assert new.values == old.values or isinstance(event, LabReset)
            assert all(new.hints.get(task, 0) >= count for task, count in old.hints.items())
        if before.finished:
            assert after.finished
        if isinstance(event, Judged) and NO in event.keep:
            assert after.record.passed is before.record.passed
        if before.record.passed and not isinstance(event, Onward | Back | LabReset):
            assert after is before, "a step that passed waits for a key"

    @rule()
    def the_way_on_exists(self) -> None:
        """From any state, doing what the player waits for ends the lesson."""
        player = self.player
        for _ in range(60):
            if player.finished:
                return
            player = player.on(next_event(player))
        raise AssertionError(f"no way on from {self.player}")

    @invariant()
    def is_whole(self) -> None:
        player = self.player
        assert 0 <= player.at <= player.frontier < len(player.steps)
        assert all(record.passed for record in player.records[: player.frontier])
        assert not any(record.passed for record in player.records[player.frontier + 1 :])
        for step, record in zip(player.steps, player.records, strict=True):
            names = [task.id for task in step.do]
            assert list(record.done) == names[: len(record.done)]
            assert all(
                record.hints.get(task.id, 0) <= min(task.hints, record.attempts.get(task.id, 0)) for task in step.do
            )
            if record.passed:
                assert len(record.done) == len(names)
                assert step.predict == () or record.prediction is not None
                assert record.broken == ()
        waiting = [player.task is not None, player.to_begin, player.to_judge, self._asks(), self._waits_for_a_key()]
        assert sum(waiting) == 1, "it waits for exactly one thing"

    def _asks(self) -> bool:
        return not self.player.looking_back and self.player.stage is Stage.PREDICT

    def _waits_for_a_key(self) -> bool:
        return self.player.looking_back or self.player.record.passed


def next_event(player: Player) -> Event:
    if player.looking_back or player.record.passed:
        return Onward()
    if player.stage is Stage.PREDICT:
        return Predicted("a")
    if player.to_begin:
        return Prepared()
    if player.to_judge:
        return Judged(Decided("a"), {"v": 1})
    assert player.task is not None
    return Checked(player.task.id, YES) if player.task.check else Answered(player.task.id, "1", 1)


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
