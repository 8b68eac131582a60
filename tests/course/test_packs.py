"""A pack's map and glossary: every fault with its file and line, and none in our own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nslab.course.loader import Pack
from nslab.course.packs import pack_faults, unlisted_faults, unmet_faults
from nslab.course.syllabus import Syllabus

LESSONS = Path(__file__).parent / "lessons"
MAP = """\
format = 1

[[chapter]]
id = "one"
lessons = ["tiny"]
title = { en = "One", zh = "一" }
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A pack of the small lesson without a fault, to be spoiled."""
    shutil.copytree(LESSONS / "tiny", tmp_path / "tiny")
    shutil.copy(LESSONS / "glossary.toml", tmp_path)
    (tmp_path / "course.toml").write_text(MAP)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def faults(root: Path) -> list[tuple[str, int | None, str]]:
    return [(fault.path.name, fault.line, fault.told.id) for fault in pack_faults(Syllabus(root))]


def line(path: Path, text: str) -> int:
    return path.read_text().partition(text)[0].count("\n") + 1


def test_our_own_map_and_glossary_have_no_fault_and_every_lesson_has_its_place_and_its_terms() -> None:
    ours = Syllabus()
    assert pack_faults(ours) == unlisted_faults(ours) == ()
    assert [unmet_faults(ours, pack) for pack in ours.load_all() if isinstance(pack, Pack)] == [()] * len(ours.order())


def test_a_whole_pack_has_no_fault(root: Path) -> None:
    assert faults(root) == []


@pytest.mark.parametrize("file", ["course.toml", "glossary.toml"])
def test_a_pack_may_do_without_a_map_and_without_a_glossary(root: Path, file: str) -> None:
    (root / file).unlink()
    assert faults(root) == []
    assert unlisted_faults(Syllabus(root)) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("format = 1", "format = 2", "fault.newer-format"),
        ("format = 1", "format = ", "fault.toml"),
        ("format = 1", "#", "fault.missing-field"),
        ('id = "one"', 'idd = "one"', "fault.unknown-field"),
        ('["tiny"]', '"tiny"', "fault.wrong-type"),
        ('["tiny"]', '["tinny"]', "fault.unknown-lesson"),
        ('["tiny"]', '["tiny", "tiny"]', "fault.twice"),
        (', zh = "一"', "", "fault.one-language"),
        (', zh = "一"', ', zh = " "', "fault.one-language"),
        (', zh = "一"', ', fr = "un"', "fault.unknown-word"),
    ],
)
def test_a_fault_of_the_map_is_told_with_its_line(root: Path, old: str, new: str, told: str) -> None:
    at = line(root / "course.toml", old)
    change(root / "course.toml", old, new)
    found = faults(root)
    assert found
    assert {(file, id_) for file, _, id_ in found} >= {("course.toml", told)}
    assert at in {number for _, number, id_ in found if id_ == told} or told == "fault.missing-field"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('lesson = "tiny"', 'lesson = "tinny"', "fault.unknown-lesson"),
        ('lesson = "tiny"', 'lesson = "uts"', "fault.unknown-lesson"),
        ('lesson = "tiny"', 'lesson = "tiny"\nsea = []', "fault.unknown-field"),
        ('en = "new term"', 'en = "namespace"', "fault.term-ours"),
        ('zh = "新术语"', 'zh = "命名空间"', "fault.term-ours"),
        ('not.zh = "旧词"', "", "fault.one-language"),
        ('meaning.en = "What a small lesson introduces."', 'meaning.en = ""', "fault.one-language"),
        ('zh = "新术语"', "zh = 3", "fault.wrong-type"),
    ],
)
def test_a_fault_of_the_glossary_is_told_with_its_file(root: Path, old: str, new: str, told: str) -> None:
    change(root / "glossary.toml", old, new)
    assert {(file, id_) for file, _, id_ in faults(root)} == {("glossary.toml", told)}
    assert all(number is not None for _, number, _ in faults(root))


def test_a_term_that_stands_twice_is_told_both_times(root: Path) -> None:
    text = (root / "glossary.toml").read_text()
    (root / "glossary.toml").write_text(text + text.partition("format = 1")[2].replace("新术语", "新词"))
    assert [id_ for _, _, id_ in faults(root)] == ["fault.twice", "fault.twice"]


def test_a_glossary_that_is_no_text_is_told(root: Path) -> None:
    (root / "glossary.toml").write_bytes(b"\xff\xfe")
    assert faults(root) == [("glossary.toml", 1, "fault.not-utf-8")]


def test_a_lesson_that_is_on_no_map_is_told_but_can_be_opened(root: Path) -> None:
    shutil.copytree(root / "tiny", root / "other")
    change(root / "other" / "lesson.toml", 'id = "tiny"', 'id = "other"')
    assert faults(root) == []
    (fault,) = unlisted_faults(Syllabus(root))
    assert (fault.path.name, fault.told.id, fault.told.facts["name"]) == (
        "course.toml",
        "fault.not-on-the-map",
        "other",
    )


def test_a_term_that_its_lesson_does_not_introduce_is_told_where_the_glossary_says_so(root: Path) -> None:
    change(root / "tiny" / "zh.md", "**新术语**", "新术语")
    change(root / "tiny" / "lesson.toml", 'recall = "earlier"', 'recall = "uts"')
    syllabus = Syllabus(root)
    pack = syllabus.load("tiny")
    assert isinstance(pack, Pack)
    (fault,) = unmet_faults(syllabus, pack)
    assert (fault.path.name, fault.line) == ("glossary.toml", line(root / "glossary.toml", "[[term]]"))
    assert fault.told.facts == {"name": "新术语", "file": "tiny/zh.md"}
