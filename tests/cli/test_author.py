"""`nslab author`: a new lesson passes its own check on the real engine, and a broken one is told where it is broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nslab.cli.main import main
from nslab.course.loader import Pack
from nslab.course.syllabus import Syllabus

NEEDS = pytest.mark.needs("user-namespaces", "uts-namespaces", "unshare")


@pytest.fixture
def lesson(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "my-lesson"
    assert main(["author", "new", str(folder)]) == 0
    capsys.readouterr()
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@NEEDS
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_new_lesson_passes_its_own_check(lesson: Path, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["author", "check", str(lesson), "--lang", lang]) == 0
    assert "6" in capsys.readouterr().out


def test_a_new_lesson_has_its_folders_name_and_words_in_both_languages(lesson: Path) -> None:
    pack = Syllabus().load(str(lesson))
    assert isinstance(pack, Pack)
    assert pack.lesson.id == "my-lesson"
    assert pack.words.keys() == {"en", "zh"}


def test_a_fault_in_a_file_is_told_with_its_line(lesson: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(lesson / "lesson.toml", "minutes = 5", "minutes = 5\nneedz = []")
    assert main(["author", "check", str(lesson), "--lang", "en"]) == 1
    assert f"{lesson}/lesson.toml:4: " in capsys.readouterr().out


@NEEDS
def test_a_check_that_holds_before_its_solution_is_told(lesson: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check = 'check = { kind = "different_namespace", type = "uts", a = "host", b = "box" }'
    change(lesson / "lesson.toml", check, 'check = { kind = "hostname_exists", equals = "lab" }')
    assert main(["author", "check", str(lesson), "--json"]) == 1
    (report,) = json.loads(capsys.readouterr().out)
    assert any("unshare" in problem for problem in report["problems"])
    assert report["held"] > 0


def test_a_lesson_is_never_written_over(lesson: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (lesson / "en.md").read_text()
    assert main(["author", "new", str(lesson)]) == 1
    assert (lesson / "en.md").read_text() == before
    assert str(lesson) in capsys.readouterr().err


@pytest.mark.parametrize("name", ["Upper", "-rf", "a b", "a" * 64])
def test_a_folder_whose_name_is_no_id_is_refused(name: str, tmp_path: Path) -> None:
    assert main(["author", "new", "--", str(tmp_path / name)]) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["author", "new", str(tmp_path / "file" / "lesson")]) == 1
    assert "file/lesson" in capsys.readouterr().err


def test_an_unknown_lesson_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["author", "check", "nosuch"]) == 1
    assert "nosuch" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["author"], ["author", "nosuch"], ["author", "new"]])
def test_wrong_usage_is_status_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
