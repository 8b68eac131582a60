"""The layout for a room, as rectangles: nothing overlaps, terminals keep their size, one pane has what the bar leaves."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region

from nslab.tui.lesson.places import ANSWERS, FEWEST_ROWS, STORY, WRECK, Shown
from nslab.tui.lesson.projector import BAR_ROWS, LEAST_PANE, before_a_room

PROJECTOR = (104, 28)  # a window of 104 by 30, without header and footer
SIZES = [(80, 22), PROJECTOR, (120, 34), (200, 48)]


def shown(terminals: int = 2, panes: int = 1, **more: Any) -> Shown:
    names = ("host", "box", "joined")[:terminals]
    return Shown(names, ("namespaces",)[:panes], **more)


def assert_sound(found: Mapping[str, Region], width: int, height: int) -> None:
    inside = Region(0, 0, width, height)
    for name, region in found.items():
        assert inside.contains_region(region), (name, region)
    for (one, a), (other, b) in combinations(found.items(), 2):
        assert not (a and b and a.overlaps(b)), (one, other, a, b)


@given(
    width=st.integers(1, 250),
    height=st.integers(1, 80),
    terminals=st.integers(0, 3),
    panes=st.integers(0, 1),
    front=st.sampled_from([STORY, "host", "namespaces"]),
    enlarged=st.booleans(),
    wreck_rows=st.sampled_from([0, 7]),
    bar_rows=st.integers(0, 40),
    answers=st.booleans(),
)
def test_at_no_size_does_anything_overlap_or_stick_out(
    width: int,
    height: int,
    terminals: int,
    panes: int,
    front: str,
    enlarged: bool,
    wreck_rows: int,
    bar_rows: int,
    answers: bool,
) -> None:
    what = shown(
        terminals, panes, front=front, enlarged=enlarged, wreck_rows=wreck_rows, bar_rows=bar_rows, answers=answers
    )
    assert_sound(before_a_room(width, height, what), width, height)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_question_stands_above_terminals_side_by_side_and_one_pane(width: int, height: int) -> None:
    found = before_a_room(width, height, shown())
    assert found.keys() == {STORY, "host", "box", "namespaces"}
    assert found[STORY].height == BAR_ROWS
    assert found["host"].y == found["box"].y > found[STORY].bottom
    assert found["host"].right < found["box"].x
    assert found["namespaces"].y > found["host"].bottom
    assert found["namespaces"].width == found[STORY].width == width - 2


def test_at_104_by_30_it_is_the_drawing() -> None:
    found = before_a_room(*PROJECTOR, shown())
    assert found[STORY] == Region(1, 1, 102, 3)
    assert (found["host"].y, found["host"].height) == (5, 8)
    assert found["namespaces"] == Region(1, 14, 102, 13)


@given(height=st.integers(FEWEST_ROWS, 80), bar_rows=st.integers(0, 40), answers=st.booleans())
def test_whatever_is_asked_the_terminals_keep_their_size(height: int, bar_rows: int, answers: bool) -> None:
    before = before_a_room(104, height, shown())
    after = before_a_room(104, height, shown(bar_rows=bar_rows, answers=answers))
    assert [after[name].size for name in ("host", "box")] == [before[name].size for name in ("host", "box")]


@given(height=st.integers(FEWEST_ROWS, 80), bar_rows=st.integers(0, 40))
def test_a_long_question_takes_rows_from_the_pane_but_leaves_it_some(height: int, bar_rows: int) -> None:
    usual, found = (before_a_room(104, height, shown(bar_rows=rows)) for rows in (0, bar_rows))
    assert found["namespaces"].height >= min(usual["namespaces"].height, LEAST_PANE)
    assert found[STORY].height + found["namespaces"].height == usual[STORY].height + usual["namespaces"].height


@pytest.mark.parametrize(("what", "name"), [({"answers": True}, ANSWERS), ({"wreck_rows": 7}, WRECK)])
def test_answers_and_a_wreck_take_the_pane_s_place(what: dict[str, Any], name: str) -> None:
    pane = before_a_room(*PROJECTOR, shown())["namespaces"]
    found = before_a_room(*PROJECTOR, shown(**what))
    assert found[name] == pane
    assert "namespaces" not in found


def test_a_board_without_terminals_has_all_that_the_question_leaves() -> None:
    board = before_a_room(*PROJECTOR, shown(0))["namespaces"]
    assert board == Region(1, 5, 102, 22)


def test_terminals_without_a_pane_have_all_that_the_question_leaves() -> None:
    found = before_a_room(*PROJECTOR, shown(panes=0))
    assert found["host"].height == 22


@pytest.mark.parametrize("front", ["box", "namespaces"])
def test_what_is_enlarged_stands_alone_below_the_question(front: str) -> None:
    found = before_a_room(*PROJECTOR, shown(front=front, enlarged=True))
    assert found.keys() == {STORY, front}


def test_a_very_low_window_shows_the_question_and_what_is_in_front() -> None:
    assert before_a_room(104, FEWEST_ROWS - 1, shown(front="host")).keys() == {STORY, "host"}
    assert before_a_room(104, FEWEST_ROWS - 1, shown()).keys() == {STORY, "namespaces"}
