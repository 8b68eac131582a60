"""The map from the text's lines to the steps that show them, in lessons/README.md."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

LESSONS = Path(__file__).parents[2] / "lessons"
README = (LESSONS / "README.md").read_text()
ROW = re.compile(r"^\| (\d+)(?:-(\d+))? \| (.+) \| ((?:[a-z0-9-]+/[a-z0-9-]+ ?)+)\|$", re.MULTILINE)
CLAIM = re.compile(r"^These lessons answer for lines: (.+)\.$", re.MULTILINE)


def lines_of(first: str, last: str | None) -> range:
    return range(int(first), int(last or first) + 1)


def claimed() -> set[int]:
    spans = (span.partition("-") for span in CLAIM.findall(README)[0].split(", "))
    return {line for first, _, last in spans for line in lines_of(first, last)}


def steps_of(lesson: Path) -> set[str]:
    with (lesson / "lesson.toml").open("rb") as file:
        return {step["id"] for step in tomllib.load(file)["step"]}


def chapters() -> list[dict[str, list[str]]]:
    with (LESSONS / "course.toml").open("rb") as file:
        return tomllib.load(file)["chapter"]


STEPS = {lesson.parent.name: steps_of(lesson.parent) for lesson in LESSONS.glob("*/lesson.toml")}
ROWS = [(lines_of(first, last), text, places.split()) for first, last, text, places in ROW.findall(README)]


def test_every_row_of_the_map_is_read() -> None:
    table = README.partition("| lines | the text | steps |\n|---|---|---|\n")[2].partition("\n\n")[0]
    assert len(ROWS) == len(table.splitlines()) > 0


@pytest.mark.parametrize("place", sorted({place for _, _, places in ROWS for place in places}))
def test_a_place_in_the_map_is_a_step_that_exists(place: str) -> None:
    lesson, _, step = place.partition("/")
    assert step in STEPS.get(lesson, set())


def test_every_line_that_the_lessons_answer_for_has_a_step() -> None:
    met = {line for lines, _, _ in ROWS for line in lines}
    assert claimed() - met == set()


def test_the_map_has_no_line_twice_and_none_that_is_not_claimed() -> None:
    met = [line for lines, _, _ in ROWS for line in lines]
    assert len(met) == len(set(met))
    assert set(met) <= claimed()


def test_the_course_lists_each_lesson_once() -> None:
    listed = [lesson for chapter in chapters() for lesson in chapter["lessons"]]
    assert sorted(listed) == sorted(STEPS)


def test_a_file_that_two_lessons_share_is_the_same_in_both() -> None:
    shared: dict[str, set[bytes]] = {}
    for file in LESSONS.glob("*/files/*"):
        shared.setdefault(file.name, set()).add(file.read_bytes())
    assert {name for name, contents in shared.items() if len(contents) > 1} == set()
