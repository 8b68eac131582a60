"""The lessons as they ship: without a fault, and each new term in the glossary, in both languages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from nslab.course.known import Known
from nslab.course.loader import Pack, load

LESSONS = Path(__file__).parents[2] / "lessons"
FOLDERS = sorted(lesson.parent for lesson in LESSONS.glob("*/lesson.toml"))
BOLD = re.compile(r"\*\*([^*]+)\*\*")


def glossary() -> list[dict[str, Any]]:
    with (LESSONS / "glossary.toml").open("rb") as file:
        return tomllib.load(file)["term"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_lesson_loads_without_a_fault(folder: Path) -> None:
    known = Known(lessons=frozenset(other.name for other in FOLDERS))
    loaded = load(folder, known)
    assert isinstance(loaded, Pack), loaded.faults


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_lesson_introduces_exactly_the_terms_that_the_glossary_gives_it(folder: Path, lang: str) -> None:
    introduced = BOLD.findall((folder / f"{lang}.md").read_text())
    assert sorted(introduced) == sorted(term["name"][lang] for term in glossary() if term["lesson"] == folder.name)


@pytest.mark.parametrize("term", glossary(), ids=lambda term: term["id"])
def test_a_term_is_explained_in_both_languages(term: dict[str, Any]) -> None:
    for part in ("name", "means", "is_not"):
        assert set(term.get(part, {"en": "", "zh": ""})) == {"en", "zh"}
    assert term["means"]["en"].endswith(".")
    assert term["means"]["zh"].endswith("。")
