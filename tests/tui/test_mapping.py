"""Each lesson as the map shows it: from its words, this learner's progress, and what doctor found."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from nslab.course.examined import Unexamined
from nslab.course.model import Solution, Step
from nslab.course.progress import LessonProgress
from nslab.course.standing import Entry
from nslab.course.syllabus import Chapter
from nslab.engine.doctor import Finding
from nslab.kernel.namespaces import Kind
from nslab.tui.mapping import concerns_course, lesson_entry, map_view, sights, typed
from nslab.tui.screens.map_view import Need, Progress
from nslab.words import Lang, Words, words_for
from tests.stage import lesson

EN = words_for("en")
ONE = Chapter("one", {"en": "One", "zh": "一"}, ("pid", "uts"))
TWO = Chapter("two", {"en": "Two", "zh": "二"}, ("cgroup",))
NO_PLACE = {"why": "no controllers", "remedy": "boot otherwise"}
NO_COMPILER = Finding("cc", "missing", {"install": "apt install gcc"}, "compiler-missing")


def entry(progress: LessonProgress | None = None, *needed: Finding) -> Entry:
    pack = lesson("pid")
    steps = tuple(step.id for step in pack.lesson.step if step.recall is None)
    return Entry("pid", ONE, pack, progress or LessonProgress(), needed, steps)


def test_a_new_lesson_says_what_it_is_and_what_will_be_seen_and_typed(lang: Lang, words: Words) -> None:
    shown, pack = lesson_entry(entry(), words), lesson("pid")
    assert (shown.id, shown.title, shown.minutes) == ("pid", pack.words[lang].title, pack.lesson.minutes)
    assert (shown.progress, shown.step, shown.steps) == (Progress.NEW, 1, 8)
    assert shown.types[:2] == ("gcc -o ns_pid ns_pid.c", "./ns_pid")
    assert not any("{" in command for command in shown.types)
    assert "exit" not in shown.types
    assert shown.can_run


def test_a_command_with_a_number_in_it_is_shown_with_pid() -> None:
    steps = (Step("one", solution=(Solution("box", "kill {web.pid}"), Solution("box", "echo {kept}"))),)
    assert typed(steps) == ("kill PID",)


def test_a_lesson_begun_goes_on_at_its_step_and_one_at_its_first_is_new() -> None:
    assert lesson_entry(entry(LessonProgress("one")), EN).progress is Progress.NEW
    begun = lesson_entry(entry(LessonProgress("whose-proc")), EN)
    assert (begun.progress, begun.step) == (Progress.STARTED, 3)
    assert lesson_entry(entry(LessonProgress("step-that-is-no-more")), EN).step == 1
    assert lesson_entry(entry(LessonProgress(done=True)), EN).progress is Progress.DONE


def test_what_is_missing_is_told_with_its_remedy_before_the_lesson_is_opened() -> None:
    facts = {"call": "mount(proc)", "errno": "EPERM"}
    missing = Finding("proc-mount", "missing", facts, "proc-masked")
    shown = lesson_entry(entry(None, Finding("lab", "ok"), missing, Finding("space", "limited", {}, "x")), EN)
    assert not shown.can_run
    assert shown.needs == (
        Need(
            EN("doctor.cause.proc-masked.why", **facts),
            met=False,
            remedy=EN("doctor.cause.proc-masked.remedy", **facts),
        ),
    )


def test_what_a_lesson_can_do_without_is_told_with_its_remedy_and_it_runs(words: Words) -> None:
    facts = {"path": "/user.slice"}
    limited = Finding("own-cgroup", "limited", facts, "cgroup-not-delegated")
    shown = lesson_entry(replace(entry(None, limited), pack=lesson("cgroupns")), words)
    assert shown.can_run
    why, remedy = (words(f"doctor.cause.cgroup-not-delegated.{part}", **facts) for part in ("why", "remedy"))
    assert shown.needs == (Need(why, met=False, remedy=remedy, dispensable=True),)


def test_what_a_lesson_wants_stands_beside_it_and_not_below_the_map() -> None:
    limited = (Finding("own-cgroup", "limited", {"path": "/"}, "cgroup-not-delegated"),)
    wanting = replace(entry(None, *limited), pack=lesson("cgroupns"))
    assert map_view([wanting], limited, EN).machine == ()
    assert len(map_view([entry()], limited, EN).machine) == 1


def test_what_several_probes_found_for_one_reason_is_told_once() -> None:
    controllers = tuple(Finding(f"{name}-controller", "missing", NO_PLACE, "no-place") for name in ("cpu", "memory"))
    shown = lesson_entry(entry(None, *controllers), EN)
    assert [need.words for need in shown.needs] == [EN("doctor.cause.no-place.why", **NO_PLACE)]
    assert len(map_view([], controllers, EN).machine) == 1


def test_what_works_in_part_is_marked_as_that() -> None:
    limited = Finding("own-cgroup", "limited", {"path": "/"}, "cgroup-not-delegated")
    missing = Finding("cpu-controller", "missing", NO_PLACE, "no-place")
    assert [need.dispensable for need in map_view([], (limited, missing), EN).machine] == [True, False]


@pytest.mark.parametrize(("failed", "said"), [(False, "map.not-examined"), (True, "map.examination-failed")])
def test_what_nobody_has_looked_for_is_not_told_as_being_here(failed: bool, said: str) -> None:
    unexamined = Unexamined(failed=failed)
    view = map_view([replace(entry(), unexamined=unexamined)], unexamined, EN)
    assert view.lessons[0].needs == view.machine == (Need(EN(said), met=None),)
    assert view.lessons[0].can_run  # the lesson itself says what it lacks, once it is opened
    assert not view.examined


def test_a_lesson_not_read_yet_is_told_by_its_id_and_this_learner_s_progress() -> None:
    for progress, expected in (
        (LessonProgress(), Progress.NEW),
        (LessonProgress("whose-proc"), Progress.STARTED),
        (LessonProgress("one", done=True), Progress.DONE),
    ):
        shown = lesson_entry(Entry("pid", ONE, None, progress, read=False), EN)
        assert (shown.id, shown.title, shown.progress, shown.can_run) == ("pid", "pid", expected, True)


def test_a_broken_lesson_stands_there_as_broken() -> None:
    shown = lesson_entry(Entry("bad", ONE, None, LessonProgress()), EN)
    assert (shown.id, shown.can_run) == ("bad", False)
    assert "bad" in shown.needs[0].words


def test_chapters_stand_in_their_order_in_the_learner_s_language(lang: Lang, words: Words) -> None:
    broken = Entry("cgroup", TWO, None, LessonProgress())
    view = map_view([entry(), broken], (), words)
    assert [chapter.title for chapter in view.chapters] == [ONE.title[lang], TWO.title[lang]]
    assert [one.id for one in view.lessons] == ["pid", "cgroup"]


def test_of_the_machine_only_what_concerns_the_course_is_told() -> None:
    assert concerns_course(Finding("lab", "missing"))
    assert concerns_course(Finding("overlay", "limited"))
    assert not concerns_course(Finding("lab", "ok"))
    assert not concerns_course(Finding("terminal", "limited"))
    assert not concerns_course(NO_COMPILER)


def test_the_kinds_that_a_lesson_points_at_are_what_will_be_seen_split() -> None:
    steps = lesson("pid").lesson.step
    assert sights(steps) == (Kind.PID, Kind.MNT)
    assert sights(()) == ()
