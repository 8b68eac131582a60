"""Where each lesson stands: how far it was taken, and what keeps it from running."""

from __future__ import annotations

from pathlib import Path

import pytest

from nslab.course.examined import Unexamined
from nslab.course.kept import Kept
from nslab.course.model import Lesson
from nslab.course.progress import LessonProgress, ProgressStore
from nslab.course.standing import Entry, entries, lacking
from nslab.course.syllabus import Syllabus
from nslab.engine.delegation.place import Here
from nslab.engine.doctor import Finding, controllers, examine
from tests.stage import LESSONS


def ok(probe: str) -> Finding:
    return Finding(probe, "ok")


def without_gcc(probe: str) -> Finding:
    return Finding(probe, "missing" if probe == "cc" else "limited" if probe == "proc-mount" else "ok")


def read(syllabus: Syllabus) -> Kept:
    kept = Kept(syllabus)
    kept.read_all()
    return kept


def test_lessons_not_read_yet_stand_there_by_their_ids(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path / "progress.json")
    found = list(entries(Kept(Syllabus(LESSONS)), store, ok))
    assert tuple(entry.id for entry in found) == Syllabus(LESSONS).order()
    assert not any(entry.read or entry.pack for entry in found)


def by_id(store: ProgressStore, syllabus: Syllabus | None = None) -> dict[str, Entry]:
    return {entry.id: entry for entry in entries(read(syllabus or Syllabus(LESSONS)), store, ok)}


def test_every_lesson_of_the_map_is_there_in_its_order_with_its_chapter(tmp_path: Path) -> None:
    syllabus = Syllabus(LESSONS)
    found = by_id(ProgressStore(tmp_path / "progress.json"))
    assert tuple(found) == syllabus.order()
    assert found["pid"].chapter in syllabus.chapters()
    assert found["pid"].progress == LessonProgress()


def test_what_is_needed_is_examined_and_only_what_is_missing_is_lacking(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path / "progress.json")
    pid = next(entry for entry in entries(read(Syllabus(LESSONS)), store, without_gcc) if entry.id == "pid")
    assert pid.pack is not None
    assert [one.probe for one in pid.needed] == [*pid.pack.lesson.needs, *pid.pack.lesson.programs]
    assert [one.probe for one in pid.lacks] == ["cc"]


def test_a_controller_that_is_not_there_keeps_a_lesson_from_running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controllers, "where", lambda: Here(Path("/g"), ("memory",)))
    lesson = Lesson(1, "x", 10, (), needs=("memory-controller", "io-controller"))
    assert [one.probe for one in lacking(lesson, examine)] == ["io-controller"]


def test_what_a_lesson_only_wants_shortens_it_and_keeps_nobody_from_it(tmp_path: Path) -> None:
    def nothing_delegated(probe: str) -> Finding:
        return Finding(probe, "limited" if probe == "own-cgroup" else "ok")

    store = ProgressStore(tmp_path / "progress.json")
    found = {entry.id: entry for entry in entries(read(Syllabus(LESSONS)), store, nothing_delegated)}
    assert [(one.probe, one.state) for one in found["cgroupns"].shortened_by] == [("own-cgroup", "limited")]
    assert [entry.id for entry in found.values() if entry.lacks] == []
    assert [entry.id for entry in found.values() if entry.shortened_by] == ["cgroupns"]


def test_what_doctor_has_not_looked_for_is_neither_here_nor_lacking(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path / "progress.json")
    found = list(entries(read(Syllabus(LESSONS)), store, lambda probe: Unexamined()))
    assert [(entry.needed, entry.lacks, entry.unexamined) for entry in found] == [((), (), Unexamined())] * len(found)


def test_a_recall_step_is_among_the_steps_only_once_its_lesson_is_done(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path / "progress.json")
    assert "name-again" not in by_id(store)["pid"].steps
    store.change("uts", lambda before: LessonProgress(done=True))
    assert by_id(store)["pid"].steps[0] == "name-again"


def test_a_broken_lesson_has_a_place_and_no_pack(folder: Path, tmp_path: Path) -> None:
    (folder / "lesson.toml").write_text("format = 1\nid = ")
    (folder.parent / "course.toml").write_text(
        'format = 1\n[[chapter]]\nid = "one"\ntitle = { en = "One", zh = "一" }\nlessons = ["tiny"]\n', encoding="utf-8"
    )
    broken = by_id(ProgressStore(tmp_path / "progress.json"), Syllabus(folder.parent))["tiny"]
    assert broken.pack is None
    assert (broken.steps, broken.lacks) == ((), ())
