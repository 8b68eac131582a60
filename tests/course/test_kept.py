"""Lessons read once and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from nslab.course.kept import Kept
from nslab.course.loader import Pack
from nslab.course.syllabus import NoSuchLesson, Syllabus
from tests.stage import LESSONS


@pytest.fixture
def kept() -> Kept:
    return Kept(Syllabus(LESSONS))


def test_a_lesson_is_read_when_it_is_asked_for_and_then_kept(kept: Kept) -> None:
    assert kept.known("pid") is None
    pack = kept.load("pid")
    assert isinstance(pack, Pack)
    assert kept.load("pid") is pack
    assert kept.known("pid") is pack
    assert kept.known("uts") is None


def test_all_of_the_map_can_be_read_beforehand(kept: Kept) -> None:
    kept.read_all()
    assert all(kept.known(name) is not None for name in kept.order())


def test_what_does_not_exist_is_not_kept_as_missing(kept: Kept, tmp_path: Path) -> None:
    with pytest.raises(NoSuchLesson):
        kept.load("none")
    assert kept.known("none") is None
    assert kept.root == LESSONS
