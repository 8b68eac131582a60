"""Every lesson played by its own solutions in a real lab: each check fails before its solution and holds after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nslab.course.bench import new_bench
from nslab.course.library import Library
from nslab.course.loader import Pack
from nslab.course.look import Look
from nslab.course.perform import Over, perform
from nslab.course.rehearsal import Finding, rehearse
from nslab.course.told import Absent, Reading
from nslab.words import LANGS

LIBRARY = Library(Path(__file__).parents[2] / "lessons")
STEP = re.compile(r"^## ", re.MULTILINE)
VALUE = re.compile(r"(?<!\{)\{([a-z][a-z0-9_.:-]*)\}")


def loaded(lesson: str) -> Pack:
    pack = LIBRARY.load(lesson)
    assert isinstance(pack, Pack), pack.faults
    return pack


def told_in_explain(pack: Pack, step: str) -> set[str]:
    """The values that the explanation of a step speaks of, in either language."""
    texts = (STEP.split((pack.folder / f"{lang}.md").read_text()) for lang in LANGS)
    sections = (section for text in texts for section in text if section.startswith(f"{step}\n"))
    return {name for section in sections for name in VALUE.findall(section.partition("### explain\n")[2])}


def unreadable(pack: Pack) -> Iterator[str]:
    """The values, by step, that an explanation speaks of and the machine could not tell when the step was over."""
    frozen: dict[str, Reading] = {}
    with new_bench(pack.folder)(pack.lesson) as bench:
        for container in pack.lesson.containers:
            assert bench.make(container) is None
        for step in pack.lesson.step:
            assert isinstance(list(perform(step, bench, frozen))[-1], Over)
            look = Look(bench.world, step.values, frozen)
            for name in told_in_explain(pack, step.id):
                if isinstance(look.value(name), Absent):
                    yield f"{step.id}: {name}"
            frozen |= {name: value for name, value in look.readings().items() if name in step.values}


@pytest.mark.parametrize("lesson", LIBRARY.order())
def test_a_lesson_keeps_all_that_its_author_promised(lesson: str) -> None:
    pack = loaded(lesson)
    assert [result for result in rehearse(pack.lesson, new_bench(pack.folder)) if isinstance(result, Finding)] == []


@pytest.mark.parametrize("lesson", LIBRARY.order())
def test_every_value_that_an_explanation_quotes_was_there_to_be_read(lesson: str) -> None:
    assert list(unreadable(loaded(lesson))) == []
