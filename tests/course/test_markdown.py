"""The part of Markdown that lessons use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.course.markdown import Code, Heading, Listing, Paragraph, Rule, Span, blocks


def spans(text: str) -> tuple[Span, ...]:
    ((placed,), faults) = blocks(text)
    assert faults == []
    assert isinstance(placed.block, Paragraph)
    return placed.block.spans


def words(text: str) -> str:
    return "".join(span.text for span in spans(text))


def test_code_terms_and_stress_are_told_apart() -> None:
    assert spans("a `b` **c** *d*") == (
        Span("a "),
        Span("b", "code"),
        Span(" "),
        Span("c", "term"),
        Span(" "),
        Span("d", "stress"),
    )


@pytest.mark.parametrize(
    ("source", "joined"),
    [
        ("two\nlines", "two lines"),
        ("两行\n中文", "两行中文"),
        ("命名空间，\n`pid` 那种", "命名空间，pid 那种"),
        ("命名空间\npid", "命名空间 pid"),
        ("说完。\nThen", "说完。Then"),
        ("他说\n“好”", "他说“好”"),
        ("he said\n“yes”", "he said “yes”"),
    ],
)
def test_a_line_break_is_a_space_only_where_the_language_has_one(source: str, joined: str) -> None:
    assert words(source) == joined


def test_a_line_of_dashes_below_text_is_a_rule_and_makes_no_heading() -> None:
    placed, faults = blocks("choice\n---\nreply")
    assert [type(item.block) for item in placed] == [Paragraph, Rule, Paragraph]
    assert [item.line for item in placed] == [1, 2, 3]
    assert faults == []


def test_an_indented_block_is_code_with_its_blank_lines() -> None:
    placed, _ = blocks("x\n\n    one\n\n      two\n")
    assert placed[1].block == Code(("one", "", "  two"))


def test_a_list_is_items() -> None:
    placed, _ = blocks("- one\n  more\n- `two`\n\n1. three\n")
    assert placed[0].block == Listing(((Span("one more"),), (Span("two", "code"),)), ordered=False)
    assert placed[1].block == Listing(((Span("three"),),), ordered=True)


def test_headings_have_their_level_and_line() -> None:
    placed, _ = blocks("# a\n\n### task b\n")
    assert [(item.line, item.block) for item in placed] == [(1, Heading(1, "a")), (3, Heading(3, "task b"))]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x\n\n![alt](picture.png)", 3),
        ("[text](https://example.org)", 1),
        ("> said", 1),
        ("- a\n  - b\n", 2),
        ("- a\n\n  b\n", 1),
        ("hard  \nbreak", 1),
    ],
)
def test_what_cannot_be_shown_is_a_fault_on_its_line(source: str, line: int) -> None:
    _, faults = blocks(source)
    assert [(at, told.id) for at, told in faults] == [(line, "fault.markdown")]


def test_html_is_words_like_any_other() -> None:
    assert words("a <b> & &amp; c") == "a <b> & &amp; c"


@given(st.text(alphabet=st.sampled_from("#-*`_ \n\t>[]()!{}1.a中，|<&\\")))
def test_any_text_gives_blocks_with_lines_within_it(text: str) -> None:
    placed, faults = blocks(text)
    last = text.count("\n") + 1
    assert all(1 <= item.line <= last for item in placed)
    assert all(1 <= line <= last for line, _ in faults)
