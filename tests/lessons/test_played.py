"""Every lesson played by its own solutions in a real lab: each check fails before its solution and holds after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from nslab.course.bench import new_bench
from nslab.course.filling import filled
from nslab.course.loader import Pack
from nslab.course.look import Look
from nslab.course.markdown import Prose
from nslab.course.model import Step
from nslab.course.perform import Over, is_here, perform
from nslab.course.rehearsal import Finding, rehearse
from nslab.course.syllabus import Syllabus
from nslab.course.told import Absent, Namespace, Reading
from nslab.tui.story.card import Body, write_prose
from nslab.words import LANGS, Lang, words_for

SYLLABUS = Syllabus(Path(__file__).parents[2] / "lessons")
NARROW = 34  # cells
MOST_ROWS = 6
STEP = re.compile(r"^## ", re.MULTILINE)
VALUE = re.compile(r"(?<!\{)\{([a-z][a-z0-9_.:-]*)\}")


def loaded(lesson: str) -> Pack:
    pack = SYLLABUS.load(lesson)
    assert isinstance(pack, Pack), pack.faults
    return pack


def told_in_explain(pack: Pack, step: str) -> set[str]:
    """The values that the explanation of a step speaks of, in either language."""
    texts = (STEP.split((pack.folder / f"{lang}.md").read_text()) for lang in LANGS)
    sections = (section for text in texts for section in text if section.startswith(f"{step}\n"))
    return {name for section in sections for name in VALUE.findall(section.partition("### explain\n")[2])}


def played(pack: Pack) -> Iterator[tuple[Step, Look]]:
    """Each step once its solution was typed, and the machine as it was then."""
    with ExitStack() as stack:
        for index, step in enumerate(pack.lesson.step):
            if index == 0 or step.fresh:
                stack.close()
                bench, frozen = stack.enter_context(new_bench(pack.folder)(pack.lesson)), dict[str, Reading]()
                assert [why for why in map(bench.make, pack.lesson.containers) if why] == []
            if not is_here(step, bench.world):
                continue
            assert isinstance(list(perform(step, bench, frozen))[-1], Over)
            look = Look(bench.world, step.values, frozen)
            yield step, look
            frozen |= {name: value for name, value in look.readings().items() if name in step.values}


def rows(prose: Prose, lang: Lang, look: Look) -> int:
    """How many rows a text takes in a narrow story, its values in place, each namespace with its letter."""

    def written(name: str) -> str:
        reading = look.value(name)
        return f"A {reading}" if isinstance(reading, Namespace) else str(reading)

    body = Body(NARROW, words_for(lang), plain=True, ground=None)
    write_prose(body, filled(prose, written))
    return body.y


@pytest.mark.parametrize("lesson", SYLLABUS.order())
def test_a_lesson_keeps_all_that_its_author_promised(lesson: str) -> None:
    pack = loaded(lesson)
    assert [result for result in rehearse(pack.lesson, new_bench(pack.folder)) if isinstance(result, Finding)] == []


@pytest.mark.parametrize("lesson", SYLLABUS.order())
def test_an_explanation_is_short_and_every_value_that_it_quotes_was_there_to_be_read(lesson: str) -> None:
    pack = loaded(lesson)
    unreadable: list[str] = []
    long: list[tuple[str, Lang, int]] = []
    for step, look in played(pack):
        names = told_in_explain(pack, step.id)
        unreadable += [f"{step.id}: {name}" for name in names if isinstance(look.value(name), Absent)]
        sizes = [(step.id, lang, rows(pack.words[lang].steps[step.id].explain, lang, look)) for lang in LANGS]
        long += [size for size in sizes if size[2] > MOST_ROWS]
    assert unreadable == []
    assert long == []
