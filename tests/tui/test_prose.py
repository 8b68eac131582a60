"""The small part of Markdown that lesson words use."""

from nslab.tui.prose import Item, Listing, Paragraph, blocks, inline
from nslab.tui.wrap import Mark, Span


def test_terms_and_code_are_marked_spans() -> None:
    assert inline("asks for a **PID namespace** by `clone()`") == (
        *(Span("asks for a "), Span("PID namespace", Mark.STRONG)),
        *(Span(" by "), Span("clone()", Mark.CODE)),
    )


def test_a_line_break_is_a_space_but_not_between_chinese_characters() -> None:
    assert inline("one\ntwo") == (Span("one"), Span(" "), Span("two"))
    assert inline("也就是\n一套") == (Span("也就是"), Span("一套"))
    assert inline("结束。\nPID") == (Span("结束。"), Span("PID"))
    assert inline("里的 `NSpid`\n写着") == (Span("里的 "), Span("NSpid", Mark.CODE), Span(" "), Span("写着"))


def test_indented_lines_are_a_listing_as_it_stands() -> None:
    assert blocks("Words.\n\n    grep NSpid  x\n      y\n") == (
        Paragraph((Span("Words."),)),
        Listing(("grep NSpid  x", "  y")),
    )


def test_a_list_is_items() -> None:
    assert blocks("- one\n- two") == (Item((Span("one"),)), Item((Span("two"),)))


def test_what_looks_like_html_or_a_link_is_shown_as_written() -> None:
    assert inline("/proc/<pid>/ns and [pid]") == (Span("/proc/<pid>/ns and [pid]"),)


def test_emphasis_is_a_mark_of_its_own() -> None:
    assert inline("*copy*") == (Span("copy", Mark.EMPHASIS),)
