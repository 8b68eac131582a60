"""Two moments side by side: how the rows are shared out, and that no part is broken."""

from __future__ import annotations

import pytest

from nslab.observe.score import Difference, Part
from nslab.tui.birth.moment_rows import allotted, in_pairs, in_rows, moment_rows
from nslab.tui.canvas import Canvas
from tests.stage import screen_words


def parts(*texts: str) -> tuple[Part, ...]:
    return tuple(Part(text, True) for text in texts)


def test_parts_fill_rows_and_none_is_broken() -> None:
    rows = in_rows(parts("12", "/usr (ext4, ro)", "/opt (ext4, ro)", "/proc (proc, rw)"), 20)
    assert [[str(part.text) for part in row] for row in rows] == [
        ["12", "/usr (ext4, ro)"],
        ["/opt (ext4, ro)"],
        ["/proc (proc, rw)"],
    ]
    assert in_rows((), 20) == ((),)


@pytest.mark.parametrize(
    ("needed", "room", "rows"),
    [
        ([(4, True), (1, False)], 8, (4, 1)),
        ([(9, True), (1, False)], 5, (4, 1)),
        ([(3, True), (3, True)], 5, (3, 2)),
        ([(3, False), (3, True)], 9, (1, 3)),
        ([(1, True), (1, True), (1, False)], 2, (1, 1)),
    ],
)
def test_each_fact_has_a_row_and_what_is_left_goes_to_those_that_differ(
    needed: list[tuple[int, bool]], room: int, rows: tuple[int, ...]
) -> None:
    assert allotted(needed, room) == rows


def test_what_is_told_in_a_word_stands_above_a_long_list() -> None:
    canvas = Canvas(120, 9)
    many = Difference("mounts", parts("44", *"abcdef"), parts("23"))
    one = Difference("root", parts("tmpfs"), parts("overlay"))
    same = Difference("hostname", (Part("lab", False),), (Part("lab", False),))
    moment_rows(canvas, 0, ("before 1", "after 1"), (same, many, one), "B", screen_words("en"))
    assert [row.split()[0] for row in canvas.text().splitlines() if row] == ["before", "/", "mounts", "hostname"]


def test_facts_without_a_row_are_counted() -> None:
    canvas = Canvas(120, 3)
    facts = [Difference(name, parts("a"), parts("b")) for name in ("root", "comm", "cwd")]
    moment_rows(canvas, 0, ("before 1", "after 1"), facts, "B", screen_words("en"))
    assert "… 2 more" in canvas.text()


def test_in_a_narrow_window_facts_stand_beside_each_other_and_a_long_one_alone() -> None:
    words = screen_words("en")
    short = [Difference(name, parts("a"), parts("bb")) for name in ("root", "comm", "cwd")]
    long = Difference("mounts", parts("x" * 90), parts("1"))
    pairs = in_pairs((*short, long, short[0]), 40, words)
    assert [[one.name for one in pair] for pair in pairs] == [["root", "comm", "cwd"], ["mounts"], ["root"]]
    canvas = Canvas(60, 4)
    moment_rows(canvas, 0, ("before 1", "after 1"), short, "B", words)
    before, after = canvas.text().splitlines()[:2]
    assert [before.index(name) for name in ("name", "directory")] == [
        after.index(name) for name in ("name", "directory")
    ]
    assert [lost for lost in canvas.lost if lost.startswith("outside")] == []
