"""The player's state told as a story: pure, word for word."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from nslab.course.checks.verdict import Verdict
from nslab.course.drive import Busy, Ended
from nslab.course.loader import Pack
from nslab.course.perform import stuck_by
from nslab.course.player import Back, Player, Predicted, Record, Stage, start
from nslab.course.predictions import Decided, Undecided
from nslab.course.told import Namespace, Told
from nslab.engine.failures import LabGone
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import NamespaceId
from nslab.tui.lesson.narrate import Hindrance, Telling, cannot_run, loading, now_of, plain, story_view, written
from nslab.tui.story.view import (
    CannotRun,
    Doing,
    Explaining,
    Loading,
    Observing,
    Past,
    Predicting,
    StoryView,
    TaskState,
)
from nslab.words import Lang, Words
from tests.stage import lesson, screen_words

VALUES = {"inner": "1", "outer": "8", "there": "8", "host.pid_ns": "A 100", "box.pid_ns": "B 200"}
PID_B = Namespace(Kind.PID, NamespaceId(4, 200))


@pytest.fixture(scope="module")
def pack() -> Pack:
    return lesson("pid")


def telling(pack: Pack, lang: Lang = "en", seen: tuple[Told, ...] = ()) -> Telling:
    return Telling(pack.words[lang], screen_words(lang), lambda name: VALUES.get(name, "…"), {PID_B: "B"}, seen)


def doing(pack: Pack, **record: object) -> Player:
    player = start(pack.lesson).on(Predicted("one"))
    return replace(player, records=(replace(player.record, **record), *player.records[1:]))


def passed(player: Player, stage: Stage = Stage.OBSERVE, **record: object) -> Player:
    known = {"done": ("compile", "run", "ask"), "judgement": Decided("one"), "passed": True, **record}
    return replace(player, stage=stage, records=(replace(player.record, **known), *player.records[1:]))


def test_a_lesson_opens_with_its_hook_and_a_question_with_its_answers(pack: Pack) -> None:
    view = story_view(start(pack.lesson), telling(pack))
    assert view.title == "One process, two numbers"
    assert view.words.blocks[: len(pack.words["en"].hook.blocks)] == pack.words["en"].hook.blocks
    assert isinstance(view.card, Predicting)
    assert [choice.id for choice in view.card.choices] == ["one", "outer", "zero"]
    assert plain(view.card.choices[0].words) == "1"
    assert (view.past, view.coming) == ((), (Stage.DO, Stage.OBSERVE, Stage.EXPLAIN))


def test_a_later_step_does_not_repeat_the_hook(pack: Pack) -> None:
    player = replace(passed(doing(pack)), frontier=1, at=1, stage=Stage.DO)
    hook = pack.words["en"].hook.blocks[0]
    assert hook not in story_view(player, telling(pack)).words.blocks


def test_what_was_predicted_folds_to_the_learner_s_own_words(pack: Pack) -> None:
    view = story_view(doing(pack), telling(pack))
    assert view.past == (Past(Stage.PREDICT, "“1”", None),)
    assert isinstance(view.card, Doing)
    assert [(task.id, task.state, task.asks) for task in view.card.tasks] == [
        ("compile", TaskState.NOW, False),
        ("run", TaskState.TO_COME, False),
        ("ask", TaskState.TO_COME, True),
    ]


def test_a_miss_says_what_was_wanted_what_was_found_and_what_to_try(pack: Pack) -> None:
    verdict = Verdict(
        False,
        Told("check.file_executable.wanted", {"path": "~/ns_pid", "of": "host"}),
        Told("absent.refused", {"what": "~/ns_pid", "errno": "ENOENT"}),
        Told("check.file_executable.next", {"path": "~/ns_pid"}),
    )
    view = story_view(doing(pack, verdict=verdict), telling(pack))
    assert isinstance(view.card, Doing)
    assert view.card.miss is not None
    assert view.card.miss.found == "~/ns_pid: ENOENT"
    assert "~/ns_pid" in view.card.miss.wanted


def test_hints_are_those_that_were_given_of_the_task_at_hand(pack: Pack) -> None:
    words = pack.words["en"].steps["one"]
    card = story_view(doing(pack, done=("compile",), attempts={"run": 2}, hints={"run": 1}), telling(pack)).card
    assert isinstance(card, Doing)
    assert card.hints == words.tasks["run"].hints[:1]
    assert card.more_hints


def test_what_keeps_a_command_from_being_typed_is_told_as_a_miss(pack: Pack) -> None:
    stuck = stuck_by("./ns_pid", Busy("box", "vim"))
    card = story_view(doing(pack), telling(pack), Hindrance(stuck)).card
    assert isinstance(card, Doing)
    assert card.miss is not None
    assert card.miss.wanted == "to type `./ns_pid`"
    assert "vim" in card.miss.found
    assert "Ctrl-C, then" in card.miss.next
    card = story_view(doing(pack), telling(pack), Hindrance(stuck, insisted=1)).card
    assert isinstance(card, Doing)
    assert card.miss is not None
    assert "new shell" in card.miss.next
    late = stuck_by("./ns_pid", Ended("box"))
    card = story_view(doing(pack), telling(pack), Hindrance(late)).card
    assert isinstance(card, Doing)
    assert card.miss is not None
    assert card.miss.next == ""


def test_nothing_is_in_the_way_of_what_is_being_read(pack: Pack) -> None:
    stuck = stuck_by("x", Ended("box"))
    assert isinstance(story_view(start(pack.lesson), telling(pack), Hindrance(stuck)).card, Predicting)


def test_passed_the_observation_is_told_with_what_became_of_the_prediction(pack: Pack) -> None:
    pair = {"type": "pid", "of_a": "host", "of_b": "box", "a": Namespace(Kind.PID, NamespaceId(4, 100)), "b": PID_B}
    seen = Told("check.found.two-namespaces", pair)
    compiled = Told("check.ask.found", {"answer": "8"})
    view = story_view(passed(doing(pack)), telling(pack, seen=(seen, compiled, compiled)))
    assert isinstance(view.card, Observing)
    assert view.card.held is True
    assert view.card.predicted == "1"
    assert "B 200" in view.card.seen[0]
    assert len(view.card.seen) == 2  # what says the same is said once
    assert "B 200" in "".join(span.text for span in now_of(view).words)
    assert "8" not in "".join(span.text for span in now_of(view).words)
    assert view.past == (Past(Stage.PREDICT, "“1”", True), Past(Stage.DO, "", held=True))


def test_what_earlier_tasks_found_is_told_as_earlier_for_it_need_not_be_so_any_more(pack: Pack) -> None:
    last, first = (Told("check.ask.found", {"answer": answer}) for answer in ("8", "1"))
    card = story_view(passed(doing(pack)), telling(pack, seen=(last, first))).card
    assert isinstance(card, Observing)
    assert [said.startswith("earlier: ") for said in card.seen] == [False, True]


def test_where_the_machine_did_not_decide_it_says_so_and_nobody_was_wrong(pack: Pack) -> None:
    undecided = Undecided(("one", "zero"), Told("predict.undecided.several", {"choices": "one, zero"}))
    card = story_view(passed(doing(pack), judgement=undecided), telling(pack)).card
    assert isinstance(card, Observing)
    assert card.held is None
    assert len(card.seen) == 1


def test_what_should_have_been_kept_keeps_the_step_open(pack: Pack) -> None:
    kept = Verdict(False, Told("check.ask.wanted"), Told("absent.never-seen", {"process": "box"}))
    player = passed(doing(pack), passed=False, broken=(kept,))
    card = story_view(player, telling(pack)).card
    assert isinstance(card, Doing)
    assert card.miss is not None
    assert card.miss.found == "box is not there yet"


def test_explained_the_words_quote_this_learner_s_numbers(pack: Pack) -> None:
    view = story_view(passed(doing(pack), Stage.EXPLAIN), telling(pack))
    assert isinstance(view.card, Explaining)
    text = plain(view.card.words)
    assert "B 200" in text
    assert "{" not in text
    assert view.coming == ()


def test_looking_back_a_step_stands_at_its_explanation(pack: Pack) -> None:
    player = replace(passed(doing(pack)), frontier=1, at=1).on(Back())
    assert isinstance(story_view(player, telling(pack)).card, Explaining)


def test_a_step_without_a_prediction_begins_with_what_is_to_do(pack: Pack) -> None:
    player = replace(passed(doing(pack)), frontier=1, at=1, stage=Stage.DO)
    view = story_view(player, telling(pack))
    assert isinstance(view.card, Doing)
    assert view.past == ()


@pytest.mark.parametrize("step", range(8))
def test_every_step_can_be_told_at_every_stage_in_both_languages(pack: Pack, lang: Lang, step: int) -> None:
    player = start(pack.lesson)
    choice = next((one.id for one in player.steps[step].predict), None)
    for stage in Stage:
        for judgement in (Decided(choice) if choice else None, None):
            record = Record(prediction=choice, prepared=True, judgement=judgement, passed=stage is Stage.EXPLAIN)
            at = replace(player, at=step, frontier=step, stage=stage)
            at = replace(at, records=(*at.records[:step], record, *at.records[step + 1 :]))
            if stage is Stage.PREDICT and not choice:
                continue
            view = story_view(at, telling(pack, lang))
            assert view.title == pack.words[lang].title
            assert now_of(view).words or isinstance(view.card, Observing)


def test_the_question_of_the_moment_is_one_line_with_the_count_of_what_is_done(pack: Pack) -> None:
    now = now_of(story_view(doing(pack, done=("compile",)), telling(pack)))
    assert (now.stage, now.aside) == (Stage.DO, "▸ 2/3")
    assert "".join(span.text for span in now.words).startswith("Run it")
    assert now_of(story_view(start(pack.lesson), telling(pack))).stage is Stage.PREDICT
    assert now_of(story_view(passed(doing(pack)), telling(pack))).stage is Stage.OBSERVE
    assert now_of(story_view(passed(doing(pack), Stage.EXPLAIN), telling(pack))).stage is Stage.EXPLAIN
    assert now_of(StoryView("", pack.words["en"].hook, loading(0, 0, screen_words("en")))).words


def test_until_there_is_a_lab_it_is_told_what_is_being_done(words: Words) -> None:
    assert loading(0, 0, words) == Loading(words("lesson.starting"))
    assert loading(1, 4, words).doing == words("lesson.preparing", step=2, steps=4)


def test_where_there_is_no_lab_it_is_told_why_and_what_to_do(words: Words) -> None:
    error = LabGone(why="no room")
    told = cannot_run(error, words)
    assert isinstance(told, CannotRun)
    assert "no room" in told.found
    assert told.need
    assert told.anyway


def test_a_namespace_is_written_with_its_letter_where_it_has_one() -> None:
    assert written(PID_B, {PID_B: "B"}) == "B 200"
    assert written(PID_B, {}) == "200"
