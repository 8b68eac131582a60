"""Whatever a program prints, the screen stays whole, and it is the same however the bytes arrive."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from textual.strip import get_line_length

from nslab.tui.terminal.screen import Screen
from nslab.tui.terminal.stream import SEQUENCE_LIMIT, TOKENS_PER_LOOK, Stream

NUMBERS = st.sampled_from(
    ["", "0", "1", "2", "3", "4", "5", "7", "9", "25", "47", "1047", "1049", "99999", "38;5;300", "38:2::1:2:3"]
)
SEQUENCES = st.one_of(
    st.builds(
        lambda prefix, numbers, middle, final: f"\x1b[{prefix}{';'.join(numbers)}{middle}{final}",
        st.sampled_from(["", "", "", "?", ">", "="]),
        st.lists(NUMBERS, max_size=3),
        st.sampled_from(["", "", "", "$", "!", " "]),
        st.characters(min_codepoint=0x40, max_codepoint=0x7E),
    ),
    st.sampled_from(
        ["\x1b7", "\x1b8", "\x1bM", "\x1bD", "\x1bE", "\x1bc", "\x1bH", "\x1b#8", "\x1b(0", "\x1b)B", "\x0e", "\x0f"]
    ),
    st.sampled_from(
        ["\x1b[4h", "\x1b[?7l", "\x1b]0;title\x07", "\x1b]133;A\x1b\\", "\x1b]133;B\x07", "\x1bPq#0\x1b\\"]
    ),
    st.sampled_from(["\x1b", "\x1b[", "\x1b]", "\x18", "\x1b[1\n2m"]),
)
TEXT = st.text(st.sampled_from("abc 中文\u0301🙂\ufe0f\u200d\u202e─é\r\n\t\b\x0b"), max_size=12)
OUTPUT = st.lists(st.one_of(SEQUENCES.map(str.encode), TEXT.map(str.encode), st.binary(max_size=6)), max_size=40).map(
    b"".join
)
THOROUGHLY = settings(max_examples=100, deadline=None)
SIZES = st.tuples(st.integers(1, 12), st.integers(1, 6))


def fed(data: bytes, size: tuple[int, int], cuts: list[int] | None = None) -> Screen:
    screen = Screen(*size, history_lines=5)
    stream = Stream(screen)
    places = sorted({cut % (len(data) + 1) for cut in cuts or []})
    for start, end in zip([0, *places], [*places, len(data)], strict=True):
        stream.feed(data[start:end])
    return screen


def state(screen: Screen) -> tuple[Any, ...]:
    """All that anybody can see of a screen, now or by what is printed later."""
    return (
        *([(list(line), line.wrapped) for line in lines] for lines in (screen.rows, screen.history)),
        (screen.cursor.x, screen.cursor.y, screen.cursor.hidden, screen.ink.pen, screen.mode, screen.margins),
        (screen.title, screen.alternate, screen.charset, screen.g0_charset, screen.g1_charset, screen.tabstops),
    )


def assert_whole(screen: Screen) -> None:
    assert 0 <= screen.cursor.x <= screen.columns
    assert 0 <= screen.cursor.y < screen.lines
    assert len(screen.rows) == screen.lines
    for line in (*screen.rows, *screen.history):
        assert len(line) == screen.columns
        assert get_line_length([Segment(cell.text) for cell in line]) == screen.columns
        assert get_line_length([Segment("".join(cell.text for cell in line))]) == screen.columns


@THOROUGHLY
@given(OUTPUT, SIZES)
def test_no_output_breaks_the_screen(data: bytes, size: tuple[int, int]) -> None:
    assert_whole(fed(data, size))


@THOROUGHLY
@given(OUTPUT, SIZES, st.lists(st.integers(0), max_size=8))
def test_the_chunks_in_which_output_arrives_make_no_difference(
    data: bytes, size: tuple[int, int], cuts: list[int]
) -> None:
    assert state(fed(data, size, cuts)) == state(fed(data, size))


@THOROUGHLY
@given(OUTPUT, SIZES)
def test_a_deadline_only_delays(data: bytes, size: tuple[int, int]) -> None:
    screen = Screen(*size, history_lines=5)
    stream = Stream(screen)
    stream.feed(data, deadline=0.0)
    while stream.behind:
        stream.resume(deadline=0.0)
    assert state(screen) == state(fed(data, size))


@THOROUGHLY
@given(OUTPUT, SIZES, st.lists(SIZES, max_size=4), OUTPUT)
def test_a_change_of_size_leaves_the_screen_whole(
    data: bytes, size: tuple[int, int], sizes: list[tuple[int, int]], more: bytes
) -> None:
    screen = fed(data, size)
    stream = Stream(screen)
    for columns, lines in sizes:
        screen.resize(lines, columns)
        assert_whole(screen)
        stream.feed(more)
        assert_whole(screen)


@pytest.mark.parametrize("start", ["\x1b]0;", "\x1b[", "\x1bP", "\x1b", "\x1b_"], ids=repr)
@pytest.mark.parametrize("filler", ["1", " ", "\n"], ids=repr)
def test_an_endless_sequence_is_dropped_and_not_kept(start: str, filler: str) -> None:
    data = (start + filler * (3 * SEQUENCE_LIMIT) + "m\x07\x1b\\after").encode()
    whole = fed(data, (20, 2))
    stream = Stream(screen := Screen(20, 2, history_lines=5))
    for at in range(0, len(data), 7):
        stream.feed(data[at : at + 7])
        assert len(stream._text) <= SEQUENCE_LIMIT + 7
    assert "".join(cell.text for cell in screen.rows[screen.cursor.y]).rstrip().endswith("after")
    assert state(screen) == state(whole)


def test_after_its_deadline_parsing_goes_on_for_a_few_sequences_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, taken = Stream(Screen(20, 6)), []
    act = stream._act
    monkeypatch.setattr(stream, "_act", lambda token: (taken.append(token), act(token)))
    stream.feed(b"x\x1b[9999b\x1b[9999L\x1b#8\x1b[?1049h\x1b[?1049l" * 20, deadline=0.0)
    while stream.behind:
        assert len(taken) <= TOKENS_PER_LOOK
        taken.clear()
        stream.resume(deadline=0.0)


@pytest.mark.parametrize(
    ("sequence", "answer"),
    [
        ("\x1b[c", b"\x1b[?62;22c"),
        ("\x1bZ", b"\x1b[?62;22c"),
        ("\x1b[>c", b"\x1b[>1;10;0c"),
        ("\x1b[=c", b""),
        ("\x1b[5n", b"\x1b[0n"),
        ("\x1b[2;3H\x1b[6n", b"\x1b[2;3R"),
        ("\x1b[2;3H\x1b[?6n", b"\x1b[?2;3R"),
        ("\x1b[1;9999H.\x1b[6n", b"\x1b[1;10R"),
        ("\x1b[?25$p", b"\x1b[?25;1$y"),
        ("\x1b[?2004$p", b"\x1b[?2004;2$y"),
        ("\x1b[?9876$p", b"\x1b[?9876;0$y"),
        ("\x1b[4h\x1b[4$p", b"\x1b[4;1$y"),
        ("\x1b[18t", b"\x1b[8;4;10t"),
        ("\x1b[21t", b""),
        ("\x1b]11;?\x07", b"\x1b]11;rgb:0909/0c0c/1212\x1b\\"),
        ("\x1b]52;c;?\x07", b""),
        ("\x1b]4;1;?\x07", b""),
    ],
    ids=repr,
)
def test_questions_and_answers(fed: Any, sequence: str, answer: bytes) -> None:
    screen = fed(10, 4)
    screen.screen.ground_colour = (0x09, 0x0C, 0x12)
    assert screen(sequence).answers == answer


@pytest.mark.parametrize(
    "output",
    [
        "\x1bP+q544e\x1b\\",  # vim asks for a terminfo entry
        "\x1b[>4;2m",  # and sets modifyOtherKeys, which pyte takes for underline and dim
        "\x1b[?u\x1b[>1u\x1b[<u",
        "\x1b]8;;http://example.org\x1b\\\x1b]8;;\x1b\\",
        "\x1b]7;file://host/\x07",
        "\x1b_G payload\x1b\\",
        "\x1b^private\x1b\\",
        "\x1b%G",
        "\x1b=\x1b>",
        "\x1b[?2026h\x1b[?2026l",
        "\x1b[22;0;0t",
        "\x9b31m\x85",  # C1 characters are not controls in UTF-8
        "\x1b[1$}",
        "\x00\x7f\x05",
        "\x1b[3\x18\x1b[3\x1a",
        "\x1b]0;never ends\x18",
    ],
    ids=repr,
)
def test_what_is_not_for_us_prints_nothing_and_changes_nothing(fed: Any, output: str) -> None:
    screen = fed(20, 2)("a" + output + "b")
    assert screen.text == ["ab" if "\x9b" not in output else "a31mb"]
    assert screen.screen.ink.pen == type(screen.screen.ink.pen)()


def test_control_characters_inside_a_sequence_act_before_it(fed: Any) -> None:
    assert fed(20, 3)("a\x1b[\r\n3Cb").text == ["a", "   b"]


def test_a_character_cut_between_two_reads_is_one(fed: Any) -> None:
    assert fed(20, 1)("中".encode()[:1], "中".encode()[1:]).text == ["中"]


def test_invalid_utf_8_shows_as_replacement(fed: Any) -> None:
    assert fed(20, 1)(b"a\xff\xfeb").text == ["a\ufffd\ufffdb"]
