"""`nslab lessons`: the course as a list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec import structs

from nslab.cli import lessons
from nslab.cli.main import main
from nslab.course.progress import ProgressStore
from nslab.course.syllabus import Syllabus
from nslab.engine.doctor import Finding
from nslab.engine.doctor.findings import missing


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def told(capsys: pytest.CaptureFixture[str], lesson: str) -> str:
    """The line about a lesson."""
    assert main(["lessons", "--lang", "en"]) == 0
    return next(line for line in capsys.readouterr().out.splitlines() if line.startswith(lesson))


def test_json_lists_every_lesson_of_the_map_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lessons", "--json"]) == 0
    assert [entry["id"] for entry in json.loads(capsys.readouterr().out)] == list(Syllabus().order())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_list_has_each_title_in_the_readers_language(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["lessons", "--json"])
    titles = [entry["title"][lang] for entry in json.loads(capsys.readouterr().out)]
    main(["lessons", "--lang", lang])
    printed = capsys.readouterr().out
    assert [title for title in titles if title not in printed] == []


def test_a_lesson_begun_says_which_step_was_reached(capsys: pytest.CaptureFixture[str]) -> None:
    steps = [step.id for step in Syllabus().load("pid").lesson.step if step.recall is None]
    ProgressStore().change("pid", lambda progress: structs.replace(progress, step=steps[2]))
    assert "step 3 of " in told(capsys, "pid")


def test_a_lesson_finished_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    ProgressStore().change("pid", lambda progress: structs.replace(progress, done=True))
    assert "✓ done" in told(capsys, "pid")
    assert "✓ done" not in told(capsys, "uts")


def test_why_progress_is_not_there_is_told_beside_the_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nslab" / "progress.json"
    path.parent.mkdir()
    path.write_text('{"lessons')
    assert main(["lessons", "--lang", "en"]) == 0
    printed = capsys.readouterr()
    assert "progress.json is damaged" in printed.err
    assert "damaged" not in printed.out


def test_what_this_machine_lacks_for_a_lesson_is_told_before_it_is_opened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def without_pstree(probe: str) -> Finding:
        if probe == "pstree":
            return missing(probe, "no-program", program=probe, install="sudo apt install psmisc")
        return Finding(probe, "ok")

    monkeypatch.setattr(lessons, "examine", without_pstree)
    assert "pstree is not on this machine" in told(capsys, "pid")
    assert "pstree" not in told(capsys, "uts")


def test_a_lesson_that_cannot_be_loaded_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "lessons"
    (root / "broken").mkdir(parents=True)
    (root / "broken" / "lesson.toml").write_text("format = ")
    (root / "pid").symlink_to(Syllabus().root / "pid")
    chapter = '[[chapter]]\nid = "one"\nlessons = ["broken", "pid"]\ntitle = { en = "One", zh = "一" }\n'
    (root / "course.toml").write_text("format = 1\n" + chapter)
    monkeypatch.setattr(lessons, "Syllabus", lambda: Syllabus(root))
    assert "nslab author check broken" in told(capsys, "broken")
    assert told(capsys, "pid")


def test_a_pack_s_lessons_are_listed_with_what_was_done_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = tmp_path / "mine"
    assert main(["author", "new", "--pack", str(pack)]) == 0
    ProgressStore().change(str(pack / "first"), lambda progress: structs.replace(progress, done=True))
    capsys.readouterr()
    assert main(["lessons", str(pack), "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["id"], entry["chapter"], entry["done"]) == ("first", "one", True)


def test_what_is_no_pack_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lessons", str(tmp_path / "nothing")]) == 1
    assert "nothing" in capsys.readouterr().err
