"""What is skipped in a flood makes no difference in the end."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nslab.tui.terminal.flood import without_lost_lines
from nslab.tui.terminal.screen import Screen
from nslab.tui.terminal.stream import Stream

PIECE = st.sampled_from(
    [
        b"y",
        "中".encode(),
        b"\x1b[31m",
        b"\x1b[1m",
        b"\x1b[m",
        b"\x1b[0m",
        b"\x1b[38;5;9m",
        b"\t",
        b"\n",
        b"long line that wraps",
        b"\xff",
    ]
)
LINE = st.lists(PIECE, max_size=4).map(b"".join)
RARE = st.sampled_from([b"\x1b[2J", b"\x1b[?1049h", b"\x07", b"\x1b]0;t\x07", b"\x08", b"\x0e", b"\x1b[2;3r"])
FLOOD = st.lists(LINE, min_size=12, max_size=50).map(b"\r\n".join)


def everything(screen: Screen) -> object:
    lines = [[list(line) for line in lines] for lines in (screen.rows, screen.history)]
    return lines, screen.cursor.x, screen.cursor.y, screen.ink.pen, screen.mode, screen.title, screen.bells


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(FLOOD, FLOOD, RARE, LINE), max_size=6))
def test_a_flood_ends_in_the_same_screen_skipped_or_not(chunks: list[bytes]) -> None:
    plain, fast = Screen(8, 3, history_lines=4), Screen(8, 3, history_lines=4)
    one, other = Stream(plain), Stream(fast)
    for chunk in chunks:
        one.feed(chunk)
        other.feed_flood(chunk)
    assert everything(fast) == everything(plain)


def test_most_of_a_flood_is_skipped() -> None:
    kept = without_lost_lines(b"y\r\n" * 10000, 100)
    assert (kept.data, kept.lost_lines) == (b"y\r\n" * 100, 9900)


def test_the_pen_of_what_is_skipped_is_kept_from_its_last_reset() -> None:
    data = b"\x1b[31m\x1b[0m\x1b[1m\r\n" * 50 + b"\x1b[4m\r\n" + b"y\r\n" * 100
    assert without_lost_lines(data, 100).data == b"\x1b[0m\x1b[1m\x1b[4m" + b"y\r\n" * 100


def test_lines_with_more_than_text_are_not_skipped() -> None:
    for special in (b"\x07", b"\x1b[2J", b"\x1b]0;t\x07", b"\x08", b"\x0e"):
        data = special + b"y\r\n" * 1000
        assert without_lost_lines(data, 10).data == data


def test_lines_without_carriage_returns_are_not_skipped() -> None:
    assert without_lost_lines(b"y\n" * 1000, 10).data == b"y\n" * 1000
