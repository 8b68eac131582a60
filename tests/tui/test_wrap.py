"""Lines break by cells, as a Chinese typesetter and a Latin reader expect."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nslab.tui.wrap import CLOSING, OPENING, Mark, Span, call_lines, shorten, wrap


def wrap_text(text: str, width: int) -> tuple[str, ...]:
    """`wrap` for a text without marks."""
    return tuple("".join(span.text for span in line) for line in wrap((Span(text),), width))


PROSE = st.text(st.sampled_from("ab-/ ，。（）“”容器命名空间\u0301"), max_size=60)


def test_latin_words_are_not_split() -> None:
    assert wrap_text("The kernel keeps a second number", 12) == ("The kernel", "keeps a", "second", "number")


def test_chinese_breaks_anywhere_but_before_closing_punctuation() -> None:
    assert wrap_text("容器里的程序，总以为", 12) == ("容器里的程", "序，总以为")


def test_an_opening_bracket_does_not_end_a_line() -> None:
    assert wrap_text("命名空间（见手册）", 10) == ("命名空间", "（见手册）")


def test_closing_punctuation_stays_with_a_latin_word() -> None:
    assert wrap_text("另有 PID。", 7) == ("另有", "PID。")


def test_a_word_wider_than_the_line_is_cut_to_it() -> None:
    assert wrap_text("abcdefgh", 6) == ("abcdef", "gh")
    assert wrap_text("/sys/fs/cgroup", 8) == ("/sys/fs/", "cgroup")


def test_marks_live_through_the_break() -> None:
    spans = (Span("run "), Span("unshare -fp", Mark.CODE), Span(" now"))
    assert wrap(spans, 12) == ((Span("run "), Span("unshare", Mark.CODE)), (Span("-fp", Mark.CODE), Span(" now")))


def test_leading_blanks_of_the_first_line_are_kept() -> None:
    assert wrap_text("  indented words", 10) == ("  indented", "words")


def test_a_text_that_fits_is_not_shortened() -> None:
    assert shorten("宿主机", 6) == "宿主机"


def test_a_shortened_text_never_ends_in_half_a_glyph() -> None:
    assert shorten("宿主机上", 6) == "宿主…"


@given(PROSE, st.integers(4, 30))
def test_no_line_is_wider_than_asked_and_no_glyph_is_lost(text: str, width: int) -> None:
    lines = wrap_text(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.text(st.sampled_from("，。（）“容器命名空间"), max_size=40))
def test_no_line_begins_with_a_closing_or_ends_with_an_opening_mark(text: str) -> None:
    marks_in_a_row = any(one in CLOSING | OPENING and two in CLOSING | OPENING for one, two in pairwise(text))
    lines = [line for line in wrap_text(text, 12) if line]
    if not marks_in_a_row:
        assert all(line[0] not in CLOSING for line in lines[1:])
        assert all(line[-1] not in OPENING for line in lines[:-1])


def test_a_call_is_broken_behind_its_arguments_and_flags_into_as_many_rows_as_there_may_be() -> None:
    call = "clone3({flags=CLONE_PIDFD|CLONE_NEWNS|CLONE_NEWUTS, exit_signal=SIGCHLD})"
    assert call_lines(call, 80, 3) == (call,)
    assert call_lines(call, 34, 3) == (
        "clone3({flags=CLONE_PIDFD|",
        "CLONE_NEWNS|CLONE_NEWUTS,",
        "exit_signal=SIGCHLD})",
    )
    assert call_lines(call, 34, 2)[0] == "clone3({flags=CLONE_PIDFD|"
    assert call_lines(call, 34, 1) == (call,)
    assert call_lines("x" * 40, 34, 3) == ("x" * 40,)
