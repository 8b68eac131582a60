"""A lesson as a script: what its solutions do, done without nslab, comes to the same."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections import Counter

import pytest
from msgspec import structs

from nslab.course.bench import SessionBench, drain
from nslab.course.exported import ScriptWithLimits, export, labs, sessions_of
from nslab.course.loader import Pack
from nslab.course.look import lasting
from nslab.course.model import Step
from nslab.course.perform import Over, Stuck, perform
from nslab.course.session import Session, lesson_files
from nslab.course.syllabus import Syllabus
from nslab.course.tongues import specs_in
from nslab.engine.inventory import take_inventory
from nslab.engine.rosetta.session import Joined, Made, Noted, Typed
from nslab.kernel.namespaces import Kind
from nslab.words import LANGS, Lang, words_for
from tests.engine.rosetta.compared import PATIENCE_SECONDS, links_of
from tests.processes import children, comm, descendants

SYLLABUS = Syllabus()
LESSONS = [pack for pack in SYLLABUS.load_all() if isinstance(pack, Pack)]
EN = words_for("en")

# Of the script itself: the lab's shell and what it runs, the terminals, and what waits for the containers.
OF_THE_SCRIPT = {"lab", "script"}

Census = Counter[tuple[str, frozenset[Kind]]]


def pack(name: str) -> Pack:
    found = SYLLABUS.load(name)
    assert isinstance(found, Pack)
    return found


def played(lesson: Pack, steps: tuple[Step, ...]) -> Census:
    """Who is there when the engine has played the steps, and which namespaces are theirs and not the lab's."""
    made = lesson.lesson
    session = Session(lesson_files(lesson.folder, made.files), made.containers, made.terminals)
    try:
        bench, frozen = SessionBench(session, lambda seconds: drain(session, seconds)), {}
        for step in steps:
            for moment in perform(step, bench, frozen):
                assert not isinstance(moment, Stuck), moment
                if isinstance(moment, Over):
                    frozen |= lasting(moment.judged.values)
        session.look()
        return census(session.lab.proc, 1, [one.pid for one in session.world.seen.scan.processes])
    finally:
        session.close()


def exported(lesson: Pack, steps: tuple[Step, ...]) -> Census:
    """The same of the script."""
    command = ["sh", "-c", export(lesson, steps, EN, take_inventory())]
    nothing = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=nothing, stderr=nothing, cwd="/") as process:
        try:
            lab = waiting(process.pid)
            return census(None, lab, [lab, *descendants(lab)])
        finally:
            process.kill()


def waiting(pid: int) -> int:
    """The number of the script's lab, once all is typed there and it waits for the end of its input, by a cat that stays."""
    deadline, before = time.monotonic() + 4 * PATIENCE_SECONDS, set[int]()
    while time.monotonic() < deadline:
        time.sleep(0.3)
        found = [pid]
        while len(found) < 3 and (born := children(found[-1])[:1]):
            found += born
        cats = {child for child in children(found[2]) if comm(child) == "cat"} if len(found) == 3 else set()
        if cats & before:
            return found[2]
        before = cats
    raise AssertionError("the script does not come to its end")


def census(proc: int | None, host: int, pids: list[int]) -> Census:
    """By name and own namespaces; without the script's own, and the shells that wait for a container of the engine's."""
    place, there = "/proc/" if proc is None else "", links_of(proc, host)
    found: Census = Counter()
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # one that has ended since it was seen
            stat = read(f"{place}{pid}/stat", proc)
            name, (state, parent) = stat.partition("(")[2].rpartition(")")[0], stat.rpartition(")")[2].split()[:2]
            waits = (
                proc is None and name in ("unshare", "cat") and (int(parent) == host or comm(int(parent)) == "script")
            )
            if state == "Z" or name in OF_THE_SCRIPT or waits:
                continue
            own = frozenset(kind for kind, link in links_of(proc, pid).items() if link != there[kind])
            found[name, own] += 1
    return found


def read(path: str, proc: int | None) -> str:
    fd = os.open(path, os.O_RDONLY, dir_fd=proc)
    with os.fdopen(fd) as file:
        return file.read()


@pytest.mark.needs("user-namespaces", "uts-namespaces", "pid-namespaces", "mnt-namespaces")
@pytest.mark.program("script", "pgrep", "pstree", "gcc")
def test_a_lessons_script_leaves_the_processes_and_namespaces_that_the_lesson_leaves() -> None:
    """In its first lab: programs, and whose namespaces are their own."""
    lesson = pack("same")
    steps = next(iter(labs(lesson.lesson.step)))
    there = played(lesson, steps)
    assert exported(lesson, steps) == there
    assert any(own for _, own in there)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda pack: pack.lesson.id)
def test_every_lesson_can_be_said_as_a_script(lesson: Pack, lang: Lang) -> None:
    text = export(lesson, lesson.lesson.step, words_for(lang), take_inventory())  # steps for all machines among them
    for shell in ("bash", "dash"):
        assert subprocess.run([shell, "-n"], input=text, text=True, capture_output=True, check=True).stderr == ""


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda pack: pack.lesson.id)
def test_no_command_of_our_lessons_has_to_be_left_out(lesson: Pack) -> None:
    commands = [line.run for step in lesson.lesson.step if step.recall is None for line in step.commands]
    acts = [act for session in sessions_of(lesson, lesson.lesson.step, EN) for act in session.acts]
    left_out = EN("rosetta.session.left-out", terminal="", command="").partition(",")[0]
    assert [act.text for act in acts if isinstance(act, Noted) and act.text.startswith(left_out)] == []
    assert len([act for act in acts if isinstance(act, Typed)]) >= len(commands)


def test_only_the_steps_asked_for_are_in_it_and_no_recall_step() -> None:
    lesson = pack("same")
    steps = lesson.lesson.step
    text = export(lesson, steps[:3], EN, take_inventory())
    assert [step.id for step in steps if f"# step {step.id}\n" in text] == [
        step.id for step in steps[:3] if not step.recall
    ]


def test_a_new_lab_is_a_new_session_with_the_lessons_containers_in_each() -> None:
    lesson = pack("exec")
    found = sessions_of(lesson, lesson.lesson.step, EN)
    assert len(found) == len([*labs(lesson.lesson.step)])
    for one in found:
        made = [act.spec.name for act in one.acts if isinstance(act, Made)]
        assert made[: len(lesson.lesson.containers)] == [container.container for container in lesson.lesson.containers]
    assert any(isinstance(act, Joined) for one in found for act in one.acts)


def test_containers_in_other_tongues_are_those_of_the_lab_at_hand() -> None:
    steps = pack("same").lesson.step
    assert [spec.name for spec in specs_in(pack("same"), steps[:2])] == ["web"]
    assert [spec.name for spec in specs_in(pack("uts"), pack("uts").lesson.step)] == []


def test_a_lesson_with_control_groups_says_that_its_script_has_none() -> None:
    found = pack("uts")
    divided = structs.replace(found, lesson=structs.replace(found.lesson, needs=("memory-controller",)))
    with pytest.raises(ScriptWithLimits):
        sessions_of(divided, divided.lesson.step, EN)
