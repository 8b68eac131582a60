"""The author's check finds what a lesson promises and the machine does not keep. The machine: a real shell and its folder."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from nslab.course.checks import Check, Not
from nslab.course.checks.files import FileEquals, FileExecutable
from nslab.course.checks.processes import Alive
from nslab.course.drive import Drain, Driver
from nslab.course.foreground import foreground
from nslab.course.model import Choice, Container, Lesson, Making, Run, Solution, Step, Task
from nslab.course.perform import Before, Over, Reached, SetUp, Stuck, perform
from nslab.course.predictions import Decided
from nslab.course.rehearsal import Confirmed, Finding, LeftOut, NewBench, rehearse
from nslab.course.told import Absent, Told, say
from nslab.course.values import FileText
from nslab.course.world import FileFacts, Life
from nslab.words import LANGS, words_for


class FolderWorld:
    """Answers about files below one folder; everything else is absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def text(self, path: str, seen_from: str) -> str | Absent:
        try:
            return (self.folder / path.removeprefix("~/")).read_text()
        except OSError as error:
            return Absent(Told("absent.field", {"field": str(error)}))

    def file(self, path: str, seen_from: str) -> FileFacts | Absent:
        place = self.folder / path.removeprefix("~/")
        if not place.exists():
            return Absent(Told("absent.field", {"field": path}))
        return FileFacts(place.is_file(), bool(place.stat().st_mode & 0o111))

    def life(self, process: str) -> Life:
        return Life.ALIVE if (self.folder / process).exists() else Life.NEVER_SEEN


class FolderBench:
    """A bash in a folder; a "container" is a file of its name."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.world: Any = FolderWorld(folder)
        self.master, slave = pty.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, b"\x18\x00\x50\x00\x00\x00\x00\x00")  # 24 rows, 80 columns
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm", "LANG": "C.UTF-8"}
        command = ("setsid", "--ctty", "bash", "--norc", "--noprofile", "-i")
        self.shell = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=environment)
        os.close(slave)
        self.driver = Driver({"host": self.master}, Drain([self.master]))

    def make(self, container: Container) -> Told | None:
        if container.hostname == "refused":
            return Told("absent.field", {"field": "no"})
        (self.folder / container.container).touch()
        return None

    def close(self) -> None:
        if group := foreground(self.master):
            os.killpg(group.pid, signal.SIGKILL)
        self.shell.kill()
        self.shell.wait()
        os.close(self.master)


@pytest.fixture
def new_bench(tmp_path: Path) -> NewBench:
    made = iter(range(100))

    @contextmanager
    def bench(lesson: Lesson) -> Iterator[FolderBench]:
        bench = FolderBench(tmp_path / str(next(made)))
        try:
            yield bench
        finally:
            bench.close()

    return bench


MADE = FileEquals("~/made", "yes")
GOOD = Step(
    "good",
    setup=(Container("web", ()), Run("echo before > early", in_="host")),
    values={"made": FileText("~/made")},
    predict=(Choice("yes", equals=("{made}", "yes")), Choice("no")),
    do=(Task("make", check=MADE, hints=0), Task("ask", ask="{made}")),
    keep=(Alive("web"),),
    solution=(
        Solution("host", "echo ye > made"),
        Solution("host", "echo yes > made", reaches="make"),
        Solution("host", "cat made"),
    ),
)


def lesson(*steps: Step, **fields: Any) -> Lesson:
    return Lesson(format=1, id="x", minutes=1, step=steps, **fields)


def findings(new_bench: NewBench, *steps: Step, **fields: Any) -> list[tuple[str, str]]:
    results = list(rehearse(lesson(*steps, **fields), new_bench))
    found = [result for result in results if isinstance(result, Finding)]
    for finding in found:
        assert all(say(finding.told, words_for(lang)) for lang in LANGS)
    return [(finding.step, finding.told.id) for finding in found]


def changed(step: Step, **fields: Any) -> Step:
    return structs.replace(step, **fields)


def test_a_good_lesson_is_confirmed_promise_by_promise(new_bench: NewBench) -> None:
    results = list(rehearse(lesson(GOOD), new_bench))
    assert results == [Confirmed("good", what) for what in ("keep 1", "make", "make", "keep 1", "keep 1", "ask", "yes")]


def test_a_step_for_other_machines_is_left_out_and_told(new_bench: NewBench) -> None:
    here, elsewhere = changed(GOOD, only=Not(MADE)), changed(GOOD, id="elsewhere", only=Alive("nothing"))
    absent, *_ = rehearse(lesson(elsewhere, here), new_bench)
    assert isinstance(absent, LeftOut)
    assert (absent.step, absent.wanted.id) == ("elsewhere", "check.alive.wanted")
    made = FileEquals("~/early", "never")
    results = list(
        rehearse(lesson(GOOD, changed(GOOD, id="after", only=made), changed(GOOD, id="last", only=MADE)), new_bench)
    )
    assert [type(one).__name__ for one in results if one.step == "after"] == ["LeftOut"]
    assert not any(isinstance(one, LeftOut) for one in results if one.step == "last")


def test_a_check_that_holds_before_its_solution_is_found(new_bench: NewBench) -> None:
    step = changed(GOOD, do=(Task("make", check=FileEquals("~/early", "before")), GOOD.do[1]))
    assert findings(new_bench, step) == [("good", "author.holds-before")]


def test_a_solution_that_does_not_reach_its_check_is_found_and_the_next_lab_is_tried(
    new_bench: NewBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nslab.course.perform.DEADLINE_S", 0.3)
    bad = changed(GOOD, solution=(Solution("host", "echo no > made", reaches="make"),))
    after, fresh = changed(GOOD, id="after"), changed(GOOD, id="fresh", fresh=True)
    assert findings(new_bench, bad, after, fresh) == [("good", "author.stuck")]


@pytest.mark.parametrize(
    ("keep", "count"),
    [(Alive("nothing"), 3), (Not(MADE), 3), (FileEquals("~/early", "before"), 1)],
    ids=["never", "unseen-then-broken", "not-before"],
)
def test_what_is_not_kept_throughout_is_found(new_bench: NewBench, keep: Check, count: int) -> None:
    assert findings(new_bench, changed(GOOD, keep=(keep,))) == [("good", "author.not-kept")] * count


def test_a_question_without_an_answer_is_found(new_bench: NewBench) -> None:
    step = changed(GOOD, values={**GOOD.values, "no": FileText("~/nowhere")}, do=(GOOD.do[0], Task("ask", ask="{no}")))
    assert findings(new_bench, step) == [("good", "author.no-answer")]


def test_a_prediction_that_nothing_decides_is_found(new_bench: NewBench) -> None:
    step = changed(GOOD, predict=(Choice("one", equals=("{made}", "1")), Choice("two", equals=("{made}", "2"))))
    assert findings(new_bench, step) == [("good", "predict.undecided.none")]


def test_a_container_that_does_not_start_is_found(new_bench: NewBench) -> None:
    refused = Container("web", (), hostname="refused")
    assert findings(new_bench, changed(GOOD, setup=(refused,))) == [("good", "author.stuck")]
    assert findings(new_bench, changed(GOOD, keep=()), containers=(refused,)) == [("good", "author.stuck")]


def test_a_value_that_is_absent_keeps_a_command_from_being_typed(new_bench: NewBench) -> None:
    step = changed(
        GOOD, values={"no": FileText("~/nowhere")}, solution=(Solution("host", "kill {no}", reaches="make"),)
    )
    assert findings(new_bench, step) == [("good", "author.stuck")]


def test_values_of_earlier_steps_are_told_as_they_were(new_bench: NewBench) -> None:
    later = Step(
        "later",
        do=(Task("again", check=FileEquals("~/copy", "{made}")),),
        solution=(Solution("host", "echo other > made"), Solution("host", "echo {made} > copy", reaches="again")),
    )
    assert findings(new_bench, GOOD, later) == []


def test_a_performance_stops_at_every_moment_that_matters(new_bench: NewBench) -> None:
    with new_bench(lesson(GOOD)) as bench:
        moments = list(perform(GOOD, bench, {}))
    assert moments[:3] == [SetUp(), Before("make"), Reached("make")]
    over = moments[3]
    assert isinstance(over, Over)
    assert over.judged.judgement == Decided("yes")
    assert over.judged.values["made"] == "yes"
    assert len(moments) == 4


def test_a_busy_terminal_is_named_and_ends_the_performance(
    new_bench: NewBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nslab.course.perform.DEADLINE_S", 0.3)
    with new_bench(lesson(GOOD)) as bench:
        moments = list(perform(changed(GOOD, setup=(Run("sleep 30", in_="host"),)), bench, {}))
    assert isinstance(moments[-1], Stuck)
    assert moments[-1].why.facts["program"] == "sleep"


STEP = Step(
    "s",
    do=(
        Task("a", check=MADE),
        Task("q", ask="{x}"),
        Task("b", check=FileExecutable("~/x")),
        Task("r", ask="{x}"),
        Task("s", ask="{y}"),
        Task("c", check=Alive("box")),
    ),
    solution=(
        Solution("host", "1"),
        Solution("host", "2", reaches="a"),
        Solution("host", "3"),
        Solution("host", "4", reaches="b"),
        Solution("host", "5"),
        Solution("host", "6", shows="r"),
        Solution("host", "7", shows="s"),
        Solution("host", "8", reaches="c"),
    ),
)


@pytest.mark.parametrize(("task", "lines"), [("a", "12"), ("q", "3"), ("b", "34"), ("r", "56"), ("s", "7"), ("c", "8")])
def test_show_me_types_the_commands_of_one_task(task: str, lines: str) -> None:
    assert "".join(line.run for line in STEP.lines_for(task)) == lines


def test_every_task_with_a_check_in_the_courses_lessons_can_be_shown() -> None:
    from nslab.course.loader import Pack
    from nslab.course.syllabus import Syllabus

    for pack in Syllabus().load_all():
        assert isinstance(pack, Pack)
        for step in pack.lesson.step:
            for task in step.do:
                lines = step.lines_for(task.id)
                assert task.check is None or lines[-1].reaches == task.id


def test_what_is_done_on_a_board_is_made_and_checked_as_what_is_typed(new_bench: NewBench) -> None:
    task = Task("one", check=Alive("one"))
    made = Step("made", do=(task,), solution=(Making(Container("one", ()), reaches="one"),))
    assert [result for result in rehearse(lesson(made), new_bench) if isinstance(result, Finding)] == []
    refused = Step("refused", do=(task,), solution=(Making(Container("one", (), "refused"), reaches="one"),))
    assert findings(new_bench, refused)[0][0] == "refused"
    other = Step("other", do=(task,), solution=(Making(Container("two", ()), reaches="one"),))
    assert findings(new_bench, other)[0][0] == "other"


def test_hands_belong_where_a_solution_begins() -> None:
    make = Making(Container("one", ()))
    assert Step("typed", solution=(Solution("box", "true"), make)).begins_on == "box"
    assert Step("made", solution=(make, Solution("box", "true")), board="kinds").begins_on == "kinds"
    assert Step("none").begins_on is None


def test_a_task_is_done_where_what_reaches_it_is_done() -> None:
    doings = (Solution("host", "ls"), Solution("host", "true", "typed"), Making(Container("one", ()), reaches="made"))
    step = Step("both", solution=doings, board="kinds")
    assert (step.done_on("typed"), step.done_on("made"), step.done_on("asked")) == ("host", "kinds", None)
