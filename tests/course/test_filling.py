"""Values in a lesson's words: everywhere that words are, and nowhere that they are only quoted."""

from __future__ import annotations

from nslab.course.filling import filled
from nslab.course.markdown import Code, Heading, Listing, Paragraph, Prose, Rule, Span, blocks

VALUES = {"inner": "1", "outer": "B 4026532845", "odd": "{inner}"}


def parse_prose(text: str) -> Prose:
    placed, faults = blocks(text)
    assert faults == []
    return Prose(text, tuple(one.block for one in placed if not isinstance(one.block, Heading | Rule)))


def test_a_value_stands_in_paragraphs_in_code_and_in_lists() -> None:
    prose = parse_prose("It is **{inner}** in `{outer}`.\n\n- one {inner}\n- two\n\n```\necho {inner}\n```\n")
    texts = [text for block in filled(prose, VALUES.__getitem__).blocks for text in words(block)]
    assert texts == ["It is ", "1", " in ", "B 4026532845", ".", "one 1", "two", "echo 1"]


def words(block: Paragraph | Code | Listing) -> list[str]:
    match block:
        case Paragraph(spans):
            return [span.text for span in spans]
        case Code(lines):
            return list(lines)
        case Listing(items):
            return ["".join(span.text for span in item) for item in items]


def test_what_a_value_contains_is_not_looked_at_again_and_doubled_braces_are_braces() -> None:
    prose = parse_prose("{odd} and {{inner}} and {a,b}")
    (paragraph,) = filled(prose, VALUES.__getitem__).blocks
    assert isinstance(paragraph, Paragraph)
    assert "".join(span.text for span in paragraph.spans) == "{inner} and {inner} and {a,b}"


def test_the_source_stays_as_the_author_wrote_it_and_styles_stay() -> None:
    prose = parse_prose("**{inner}**")
    result = filled(prose, VALUES.__getitem__)
    assert result.source == prose.source
    (before,), (after,) = prose.blocks, result.blocks
    assert isinstance(before, Paragraph)
    assert after == Paragraph((Span("1", before.spans[0].style),))


def test_no_words_stay_no_words() -> None:
    assert filled(Prose(), VALUES.__getitem__) == Prose()
