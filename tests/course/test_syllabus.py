"""Where lessons are and how they are found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nslab.course.loader import Faulty, Pack
from nslab.course.syllabus import BrokenMap, NoSuchLesson, Syllabus, lessons_root, search

TINY = Path(__file__).parent / "lessons" / "tiny"
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
    assert told.value.facts["path"] == str(syllabus.root / "course.toml")


def test_a_missing_map_is_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(BrokenMap):
        Syllabus(tmp_path).order()


def test_a_teachers_lesson_is_given_by_its_path(syllabus: Syllabus, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = syllabus.root.parent / "my-pack" / "tiny"
    shutil.copytree(TINY, pack)
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
