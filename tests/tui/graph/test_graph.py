"""Whole graphs as text: of the recorded OOM, of a made-up minute, in every size, both languages, with and without colour."""

from __future__ import annotations

import grouped
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.observe.cgroup.history import History, level
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, Role
from nslab.tui.graph.bands import Band, Curve, Limit, top_of
from nslab.tui.graph.graph import GAP, graph, heights
from nslab.tui.graph.series import bands, lacks, multiples
from nslab.words import Words

MIB = 1024 * 1024
SIZES = [(40, 5), (50, 8), (78, 12), (78, 21), (100, 30), (196, 46)]


def draw(history: History, path: str, words: Words, size: tuple[int, int], *, plain: bool = False) -> Canvas:
    canvas = Canvas(*size, plain=plain)
    graph(canvas, 0, size[1], bands(history, path, words), "memory", (history.now, history.span), words)
    return canvas


def test_the_recorded_oom(en: Words) -> None:
    text = draw(grouped.oom(), "box", en, (78, 14)).text().splitlines()
    assert text[3].startswith(" 32 MiB ")
    assert text[3].endswith("━ memory.max       32 MiB")
    whole = "\n".join(text)
    assert "✗ OOM: killed 1 at" in whole
    assert "memory.max met 38×" in whole
    assert "memory.current   28 KiB" in whole
    assert text[-1].split()[:2] == ["−10", "s"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("plain", [False, True])
def test_nothing_is_written_outside_or_over_other_words(words: Words, size: tuple[int, int], plain: bool) -> None:
    for path in grouped.IDS:
        assert draw(grouped.history(), path, words, size, plain=plain).lost == []
    assert draw(grouped.oom(), "box", words, size, plain=plain).lost == []


def test_where_there_is_no_room_nothing_is_drawn(en: Words) -> None:
    for size in ((1, 1), (20, 5), (39, 20), (80, 2)):
        assert draw(grouped.history(), "hog", en, size).text().strip() == ""


def test_causes_stand_beside_a_vertical_through_all_bands(en: Words) -> None:
    canvas = draw(grouped.history(), "hog", en, (116, 30))
    (column,) = {x for row in canvas.rows for x, (glyph, _) in enumerate(row) if glyph == "╎"}
    rows = [y for y, row in enumerate(canvas.rows) if row[column][0] == "╎"]
    assert max(rows) - min(rows) > 20
    assert all(canvas.rows[y][column][1].ink is Role.BAD for y in rows)
    text = canvas.text()
    assert text.splitlines()[-1].index("−14 s") == column
    assert "✗ OOM: killed 1 at" in text


def test_what_is_told_of_a_group(en: Words) -> None:
    assert "throttled" in draw(grouped.history(), "batch", en, (116, 30)).text()
    assert "cpu.max → 20 %" in draw(grouped.history(), "batch", en, (116, 30)).text()
    assert "✗ fork refused: pids.max 20" in draw(grouped.history(), "bomb", en, (116, 30)).text()


def test_two_seconds_that_nobody_saw_are_empty_in_every_curve(en: Words) -> None:
    canvas = draw(grouped.history(), "web", en, (196, 46))
    width = 196 - 8 - 23 - 1
    unseen = range(8 + int(20.25 / 60 * width) + 1, 8 + int(21.75 / 60 * width))
    assert len(unseen) >= 2
    assert {row[x][0] for row in canvas.rows[:-1] for x in unseen} <= {" ", "━"}


def test_a_limit_stands_just_above_a_curve_that_is_at_it(en: Words) -> None:
    history = grouped.history()
    full = Curve("full", "", level(history, "hog", lambda one: 64.0 * MIB))
    limit = Limit("max", "", level(history, "hog", lambda one: 64.0 * MIB))
    canvas = Canvas(80, 8)
    graph(canvas, 0, 8, [Band("memory", (full,), (limit,), (), 64.0 * MIB, "64 MiB")], "memory", (60.0, 60.0), en)
    line = next(y for y, row in enumerate(canvas.rows) if row[20][0] == "━")
    assert canvas.rows[line][20][1] == BAD
    assert 0x2800 < ord(canvas.rows[line + 1][20][0]) < 0x2900


@pytest.mark.parametrize(
    ("limit", "seen", "top"), [(64, 31, 64), (64, 4, 64), (64, 1, 1), (64, 90, 96), (None, 31, 32)]
)
def test_a_scale_ends_at_the_limit_unless_that_is_far_away_or_was_passed(
    limit: float | None, seen: float, top: float
) -> None:
    points = tuple(level(grouped.oom(), "box", lambda one: seen * MIB))
    limits = [Limit("max", "", level(grouped.oom(), "box", lambda one: limit * MIB if limit else None))]
    assert top_of([Curve("", "", points)], limits, least=MIB, binary=True) == max(top, 1) * MIB


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.integers(0, 8), st.integers(3, 60))
def test_bands_fit_in_the_room_that_there_is(limited: list[bool], main: int, rows: int) -> None:
    made = [Band(str(at), (), (Limit("", "", ()),) * one, (), 1.0, "") for at, one in enumerate(limited)]
    found = heights(made, str(main), rows)
    assert found
    assert sum(height + GAP for _, height in found) <= rows
    assert [band for band, _ in found] == [band for band in made if band in [one for one, _ in found]]
    if main < len(made):
        assert str(main) in [band.name for band, _ in found]


def test_groups_side_by_side_have_one_scale(words: Words) -> None:
    found = multiples(grouped.history(), ["web", "batch", "hog"], "cpu", words)
    assert [band.title for band in found] == ["web", "batch", "hog"]
    assert len({(band.top, band.says) for band in found}) == 1
    assert multiples(grouped.oom(), ["nowhere"], "cpu", words) == []


def test_what_a_group_has_not_is_not_drawn_and_is_told(en: Words) -> None:
    assert [band.name for band in bands(grouped.history(), "web", en)][:4] == ["cpu", "memory", "pids", "io"]
    assert "io" not in [band.name for band in bands(grouped.oom(), "box", en)]
    assert bands(grouped.oom(), "nowhere", en) == ()
    assert lacks(grouped.oom(), "box") == ()
