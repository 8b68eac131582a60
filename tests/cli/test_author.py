"""`nslab author`: a new lesson passes its own check on the real engine, and a broken one is told where it is broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nslab.cli.main import main
from nslab.course.loader import Pack
from nslab.course.syllabus import Syllabus
from nslab.engine.doctor import programs
from nslab.words import Lang, words_for

TERM = """
[[term]]
en = "my word"
zh = "我的词"
lesson = "first"
meaning = { en = "Mine.", zh = "我的。" }
not = { en = "yours", zh = "你的" }
"""

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


@pytest.fixture
def pack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "mine"
    assert main(["author", "new", "--pack", str(folder)]) == 0
    capsys.readouterr()
    return folder


@NEEDS
def test_a_new_pack_outside_the_checkout_passes_its_own_check(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["author", "check", f"{pack}/", "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert report == {"lesson": str(pack / "first"), "problems": [], "left_out": [], "lacks": [], "held": 6}


@NEEDS
def test_a_pack_s_own_words_are_checked_with_file_and_line(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (pack / "glossary.toml").open("a") as glossary:
        glossary.write(TERM)
    lines = (pack / "glossary.toml").read_text().split("\n")
    change(pack / "first" / "en.md", "**UTS namespace**", "**UTS namespaces** and **my word**")
    assert main(["author", "check", str(pack), "--lang", "en"]) == 1
    line = (pack / "first" / "en.md").read_text().partition("**UTS")[0].count("\n") + 1
    assert f"{pack}/first/en.md:{line}: No glossary has the term UTS namespaces" in capsys.readouterr().out
    change(pack / "first" / "en.md", "**UTS namespaces**", "**UTS namespace**")
    assert main(["author", "check", str(pack), "--lang", "en"]) == 1
    out = capsys.readouterr().out
    assert f"{pack}/glossary.toml:{lines.index('[[term]]') + 1}: first/zh.md does not introduce 我的词" in out
    change(pack / "first" / "zh.md", "**UTS 命名空间**", "**UTS 命名空间**和**我的词**")
    assert main(["author", "check", str(pack)]) == 0


def test_a_pack_whose_glossary_is_broken_is_told_so_and_its_lessons_wait(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (pack / "glossary.toml").open("a") as glossary:
        glossary.write(TERM.replace("lesson =", "lessson ="))
    assert main(["author", "check", str(pack / "first"), "--json"]) == 1
    (report,) = json.loads(capsys.readouterr().out)
    assert report["lesson"] == str(pack)
    assert [problem.partition(": ")[0].rpartition(":")[0] for problem in report["problems"]] == [
        f"{pack}/glossary.toml",
        f"{pack}/glossary.toml",
    ]


@NEEDS
def test_a_lesson_that_no_chapter_has_is_told_and_checked(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["author", "new", str(pack / "second")]) == 0
    capsys.readouterr()
    assert main(["author", "check", str(pack / "second"), "--json"]) == 1
    unlisted, lesson = json.loads(capsys.readouterr().out)
    assert len(unlisted["problems"]) == 1
    assert lesson == {"lesson": str(pack / "second"), "problems": [], "left_out": [], "lacks": [], "held": 6}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_lesson_that_needs_what_this_machine_lacks_is_left_out_and_breaks_no_promise(
    lang: Lang, lesson: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(programs, "DEFAULT_ENVIRONMENT", (f"PATH={lesson}",))
    lack = words_for(lang)("doctor.cause.no-program.why", program="unshare")
    assert main(["author", "check", str(lesson), "--lang", lang]) == 0
    assert capsys.readouterr().out == words_for(lang)("cli.author.lacking", lesson=str(lesson), lack=lack) + "\n"
    assert main(["author", "check", str(lesson), "--lang", lang, "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert report == {"lesson": str(lesson), "problems": [], "left_out": [], "lacks": [lack], "held": 0}


def test_what_is_told_to_check_is_a_path_also_beside_the_author(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["author", "new", "mine", "--lang", "en"]) == 0
    assert "nslab author check ./mine" in capsys.readouterr().out


def test_a_pack_is_never_written_over(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()}
    assert main(["author", "new", "--pack", str(pack)]) == 1
    assert {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()} == before


def test_an_unknown_lesson_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["author", "check", "nosuch"]) == 1
    assert "nosuch" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["author"], ["author", "nosuch"], ["author", "new"]])
def test_wrong_usage_is_status_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
