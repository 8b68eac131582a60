"""Where lessons are and how they are found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nslab.course.library import BrokenMap, Library, NoSuchLesson, lessons_root, search
from nslab.course.loader import Faulty, Pack

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
def library(tmp_path: Path) -> Library:
    root = tmp_path / "lessons"
    shutil.copytree(TINY, root / "tiny")
    shutil.copytree(TINY, root / "broken")
    (root / "course.toml").write_text(MAP)
    return Library(root)


def test_the_courses_own_lessons_load_in_the_order_of_the_map() -> None:
    library = Library()
    loaded = list(library.load_all())
    assert [type(pack).__name__ for pack in loaded] == ["Pack"] * len(library.order())
    assert {"uts", "pid", "same"} <= set(library.order())


def test_a_checkout_has_its_lessons_beside_the_package() -> None:
    assert (lessons_root() / "course.toml").is_file()


def test_lessons_that_do_not_exist_yet_are_not_on_the_map(library: Library) -> None:
    assert [(chapter.id, chapter.lessons) for chapter in library.chapters()] == [
        ("one", ("tiny", "broken")),
        ("two", ()),
    ]
    assert library.chapters()[0].title == {"en": "One", "zh": "一"}


def test_a_broken_lesson_does_not_hide_the_others(library: Library) -> None:
    assert [type(pack) for pack in library.load_all()] == [Faulty, Faulty]  # tiny recalls what is not in this course
    text = (library.root / "tiny" / "lesson.toml").read_text()
    (library.root / "tiny" / "lesson.toml").write_text(text.replace('recall = "earlier"', 'recall = "broken"'))
    assert [type(pack) for pack in library.load_all()] == [Pack, Faulty]


@pytest.mark.parametrize(
    "content", ["format = 1", "chapter = 1", "[[chapter]]\nid = 3", "\0", MAP + "x = 1", MAP.replace("en =", "fr =")]
)
def test_a_broken_map_is_an_error_with_its_path(library: Library, content: str) -> None:
    (library.root / "course.toml").write_text(content)
    with pytest.raises(BrokenMap) as told:
        library.chapters()
    assert told.value.facts["path"] == str(library.root / "course.toml")


def test_a_missing_map_is_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(BrokenMap):
        Library(tmp_path).order()


def test_a_teachers_lesson_is_given_by_its_path(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = library.root.parent / "my-pack" / "tiny"
    shutil.copytree(TINY, pack)
    monkeypatch.chdir(library.root.parent)
    for name in ("./my-pack/tiny", "my-pack/tiny/", str(pack)):
        assert isinstance(library.load(name), Pack)


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
    library: Library, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(library.root / "tiny")
    with pytest.raises(NoSuchLesson) as told:
        library.load(name)
    assert told.value.facts["lessons"] == "tiny, broken"


def test_search_finds_titles_terms_and_commands_in_both_languages(tiny: Pack) -> None:
    packs = [pack for pack in Library().load_all() if isinstance(pack, Pack)]
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
