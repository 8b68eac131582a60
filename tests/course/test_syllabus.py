"""Where lessons are and how they are found."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nslab.course.glossary import BrokenGlossary
from nslab.course.loader import Faulty, Pack
from nslab.course.progress import LessonProgress, Progress
from nslab.course.syllabus import (
    BrokenMap,
    NoSuchLesson,
    Syllabus,
    key_at,
    lessons_root,
    pack_at,
    search,
    syllabus_at,
)
from nslab.words import LANGS, words_for

TINY = Path(__file__).parent / "lessons" / "tiny"
GLOSSARY = TINY.parent / "glossary.toml"
MAP = """\
format = 1
[[chapter]]
id = "one"
lessons = ["tiny", "not-yet", "broken"]
title = { en = "One", zh = "一" }
[[chapter]]
id = "two"
lessons = ["not-yet-either"]
title = { en = "Two", zh = "二" }
"""


@pytest.fixture
def syllabus(tmp_path: Path) -> Syllabus:
    root = tmp_path / "lessons"
    shutil.copytree(TINY, root / "tiny")
    shutil.copytree(TINY, root / "broken")
    shutil.copy(GLOSSARY, root)
    (root / "course.toml").write_text(MAP)
    return Syllabus(root)


def test_the_courses_own_lessons_load_in_the_order_of_the_map() -> None:
    syllabus = Syllabus()
    loaded = list(syllabus.load_all())
    assert [type(pack).__name__ for pack in loaded] == ["Pack"] * len(syllabus.order())
    assert {"uts", "pid", "same"} <= set(syllabus.order())


def test_a_checkout_has_its_lessons_beside_the_package() -> None:
    assert (lessons_root() / "course.toml").is_file()


def test_lessons_that_do_not_exist_yet_are_not_on_the_map(syllabus: Syllabus) -> None:
    assert [(chapter.id, chapter.lessons) for chapter in syllabus.chapters()] == [
        ("one", ("tiny", "broken")),
        ("two", ()),
    ]
    assert syllabus.chapters()[0].title == {"en": "One", "zh": "一"}


def test_a_broken_lesson_does_not_hide_the_others(syllabus: Syllabus) -> None:
    assert [type(pack) for pack in syllabus.load_all()] == [Faulty, Faulty]  # tiny recalls what is not in this course
    text = (syllabus.root / "tiny" / "lesson.toml").read_text()
    (syllabus.root / "tiny" / "lesson.toml").write_text(text.replace('recall = "earlier"', 'recall = "broken"'))
    assert [type(pack) for pack in syllabus.load_all()] == [Pack, Faulty]


@pytest.mark.parametrize(
    "content", ["format = 1", "chapter = 1", "[[chapter]]\nid = 3", "\0", MAP + "x = 1", MAP.replace("en =", "fr =")]
)
def test_a_broken_map_is_an_error_with_its_path(syllabus: Syllabus, content: str) -> None:
    (syllabus.root / "course.toml").write_text(content)
    with pytest.raises(BrokenMap) as told:
        syllabus.chapters()
    assert str(told.value.facts["path"]).startswith(str(syllabus.root / "course.toml"))
    assert all("{" not in words_for(lang)(f"error.{told.value.code}.why", **told.value.facts) for lang in LANGS)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
@pytest.mark.parametrize("file", ["course.toml", "glossary.toml"])
def test_what_is_no_file_keeps_nobody_waiting(syllabus: Syllabus, file: str, make: Callable[[Path], None]) -> None:
    (syllabus.root / file).unlink(missing_ok=True)
    make(syllabus.root / file)
    with pytest.raises((BrokenMap, BrokenGlossary)):
        syllabus.names()


@pytest.mark.parametrize(
    "content", ["x = " + "[" * 3000, "\n".join(["x = "] + ["["] * 100_000), "#" * 200_000, "x = " + "9" * 4090]
)
@pytest.mark.parametrize("file", ["course.toml", "glossary.toml"])
def test_what_is_too_large_or_too_deep_is_told(syllabus: Syllabus, file: str, content: str) -> None:
    (syllabus.root / file).write_text(content)
    with pytest.raises((BrokenMap, BrokenGlossary)):
        syllabus.names()


def test_our_own_map_can_t_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nslab.course.syllabus.lessons_root", lambda: tmp_path)
    with pytest.raises(BrokenMap):
        Syllabus().order()


def test_a_pack_without_a_map_has_its_lessons_by_name_in_one_chapter(syllabus: Syllabus) -> None:
    (syllabus.root / "course.toml").unlink()
    (chapter,) = syllabus.chapters()
    assert chapter.lessons == ("broken", "tiny")
    assert set(chapter.title.values()) == {"lessons"}  # its folder's name


def test_a_teachers_lesson_is_given_by_its_path(syllabus: Syllabus, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = syllabus.root.parent / "my-pack" / "tiny"
    shutil.copytree(TINY, pack)
    shutil.copy(GLOSSARY, pack.parent)
    recall = (pack / "lesson.toml").read_text().replace('recall = "earlier"', 'recall = "uts"')
    (pack / "lesson.toml").write_text(recall)
    monkeypatch.chdir(syllabus.root.parent)
    for name in ("./my-pack/tiny", "my-pack/tiny/", str(pack)):
        assert isinstance(syllabus.load(name), Pack)


@pytest.mark.parametrize(
    "name",
    [
        "nothing",
        "",
        ".",
        "..",
        "../lessons",
        "./nothing/here",
        "course.toml",
        "tiny/files/hello.c",
        "-rf",
        "x" * 300,
        "a\nb",
    ],
)
def test_what_is_no_lesson_is_told_with_the_lessons_there_are(
    syllabus: Syllabus, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(syllabus.root / "tiny")
    with pytest.raises(NoSuchLesson) as told:
        syllabus.load(name)
    assert told.value.facts["lessons"] == "tiny, broken"


def test_a_lesson_outside_any_pack_may_recall_any_lesson_and_introduce_our_terms_only(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "tiny")
    loaded = Syllabus().load(str(tmp_path / "tiny"))
    assert isinstance(loaded, Faulty)
    assert {fault.told.id for fault in loaded.faults} == {"fault.unknown-term"}
    for file, strange, known in (("en.md", "**new term**", "**namespace**"), ("zh.md", "**新术语**", "**命名空间**")):
        path = tmp_path / "tiny" / file
        path.write_text(path.read_text().replace(strange, known))
    assert isinstance(Syllabus().load(str(tmp_path / "tiny")), Pack)


def test_a_pack_stands_on_our_lessons_and_terms(syllabus: Syllabus) -> None:
    known = syllabus.names()
    assert known.lessons is not None
    assert {"tiny", "broken", "uts"} <= known.lessons
    assert known.terms is not None
    assert {"new term", "namespace"} <= known.terms["en"]
    assert {"新术语", "命名空间"} <= known.terms["zh"]
    assert [term.en for term in syllabus.terms()] == sorted((term.en for term in syllabus.terms()), key=str.casefold)
    assert syllabus.folder("uts") == lessons_root() / "uts"


def test_a_path_is_of_its_pack_and_an_id_of_the_course(
    syllabus: Syllabus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(name: str | None) -> tuple[Path, str | None]:
        found, lesson = syllabus_at(name)
        return found.root, lesson

    alone = tmp_path / "elsewhere" / "tiny"
    shutil.copytree(TINY, alone)
    assert at(None) == (lessons_root(), None)
    assert at("uts") == (lessons_root(), "uts")
    assert at(str(syllabus.root)) == (syllabus.root, None)
    assert at(str(syllabus.root / "tiny")) == (syllabus.root, "tiny")
    assert at(str(alone)) == (lessons_root(), str(alone))
    monkeypatch.chdir(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "uts").mkdir()
    assert at("tiny") == (lessons_root(), "tiny"), "a folder of this name, as author new has just made it"
    assert Syllabus().folder("tiny") == Path("tiny")
    assert at("uts") == (lessons_root(), "uts")
    assert at(str(alone.parent)) == (alone.parent, None)
    assert at(str(lessons_root() / "uts")) == (lessons_root(), "uts")


def test_a_teachers_progress_is_kept_by_its_path_and_known_by_its_id_in_its_pack(syllabus: Syllabus) -> None:
    assert key_at(lessons_root() / "uts") == "uts" == Syllabus().key("uts")
    assert syllabus.key("tiny") == str(syllabus.root / "tiny")
    progress = Progress(lessons={"uts": LessonProgress(done=True), syllabus.key("tiny"): LessonProgress(done=True)})
    assert {"uts", "tiny"} <= syllabus.done(progress)
    assert "tiny" not in Syllabus().done(progress)


def test_what_is_no_pack_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoSuchLesson):
        pack_at(str(tmp_path / "nothing"))
    with pytest.raises(NoSuchLesson):
        pack_at("uts")


def test_search_finds_titles_terms_and_commands_in_both_languages(tiny: Pack) -> None:
    packs = [pack for pack in Syllabus().load_all() if isinstance(pack, Pack)]
    ids = {
        query: [pack.lesson.id for pack in search(packs, query)]
        for query in ("nsfs", "NSFS", "绑定挂载", "pstree", "pid")
    }
    assert ids["nsfs"] == ids["NSFS"] == ["same"]
    assert ids["绑定挂载"] == ["same"]
    assert "pid" in ids["pstree"]
    assert ids["pid"][0] == "pid"
    assert search([tiny], "hello 小小") == [tiny]
    assert search([tiny], "hello elephant") == []
    assert search(packs, " ") == packs
