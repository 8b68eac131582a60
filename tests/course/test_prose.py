"""The words of a lesson, by what they are about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.course.loader import Pack
from nslab.course.prose import Expected, Key, assemble, commands, compare, outline, terms, written

EXPECTED = Expected({"one": (("a", "b"), {"t": 2})})
WHOLE = """\
# Title
Hook.
## one
Prose.
### predict
Question?
#### a
A
---
Reply
#### b
B
### task t
Do.
#### hint 1
H1
#### hint 2
H2
### explain
Why.
## card
Card.
"""


def faults(text: str) -> list[tuple[int, str]]:
    found = outline(text)
    return sorted((line, told.id) for line, told in (*found.faults, *compare(found, EXPECTED)))


def test_whole_words_have_no_fault_and_are_put_together() -> None:
    assert faults(WHOLE) == []
    words = assemble(outline(WHOLE), EXPECTED)
    step = words.steps["one"]
    assert (words.title, words.hook.source, words.card.source) == ("Title", "Hook.", "Card.")
    assert (step.prose.source, step.question.source, step.explain.source) == ("Prose.", "Question?", "Why.")
    assert [(choice.words.source, choice.reply.source) for choice in step.choices.values()] == [
        ("A", "Reply"),
        ("B", ""),
    ]
    assert [hint.source for hint in step.tasks["t"].hints] == ["H1", "H2"]


@pytest.mark.parametrize("key", list(filter(None, EXPECTED.keys())), ids=written)
def test_each_section_is_missed_when_it_is_gone(key: Key) -> None:
    heading = written(key)
    start = WHOLE.index(f"{heading}\n")
    level = heading.index(" ")
    lines = WHOLE[start:].split("\n")
    count = next(
        (i for i, line in enumerate(lines[1:], 1) if 0 < line.find(" ") <= level and line[0] == "#"), len(lines)
    )
    gone = WHOLE[:start] + "\n".join(lines[count:])
    assert "fault.no-words" in [told for _, told in faults(gone)]


def test_a_step_without_words_is_told_once_at_the_title() -> None:
    start, end = WHOLE.index("## one"), WHOLE.index("## card")
    assert faults(WHOLE[:start] + WHOLE[end:]) == [(1, "fault.no-words")]


def test_what_stands_under_a_heading_that_makes_no_sense_is_not_added_to_the_section_before() -> None:
    found = outline(WHOLE.replace("### explain", "### explian"))
    assert [item.source for item in found.sections["step", "one", "task", "t", "hint", "2"].words] == ["H2"]


def test_terms_and_commands_are_found(tiny: Pack) -> None:
    words = tiny.words["en"]
    assert list(terms(words.steps["first"].prose)) == ["new term"]
    assert list(terms(tiny.words["zh"].steps["first"].prose)) == ["新术语"]
    assert list(commands(words.card)) == ["hostname shop        sets it"]


@given(
    st.lists(st.sampled_from([*WHOLE.split("\n"), "---", "", "## two", "#### hint 3", "##### x", "- a"]), max_size=30)
)
def test_any_order_of_lines_gives_an_outline_and_faults_within_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = faults(text)
    assert all(1 <= line <= max(1, len(lines)) for line, _ in found)
    if not found:
        assemble(outline(text), EXPECTED)
