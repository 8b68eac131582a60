"""Where everything stands, as rectangles: nothing overlaps, nothing sticks out, at any size."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from textual.geometry import Region

from nslab.tui.lesson.places import (
    NOWBAR,
    PROGRAM,
    STORY,
    TABS,
    TERMINAL_ROWS_ABOVE_BOARD,
    WRECK,
    Shown,
    Size,
    in_columns,
    pane_widths,
    places,
    size_of,
    stacked,
)

DESK_ROWS = 2  # header and footer
LEAST_ROWS = 3  # of the desk, in a window of five: tabs, something, the question
SIZES = [(80, 24), (100, 30), (120, 36), (159, 40), (160, 45), (200, 50)]


def shown(
    terminals: int = 2, panes: int = 2, front: str = STORY, *, enlarged: bool = False, wreck_rows: int = 0
) -> Shown:
    names = ("host", "box", "joined")[:terminals]
    return Shown(names, ("namespaces", "processes", PROGRAM)[:panes], front, enlarged, wreck_rows)


def board(cells: int = 76, terminals: int = 0, front: str = STORY) -> Shown:
    return replace(shown(terminals, 0, front), panes=("kinds",), board_cells=cells)


def assert_sound(found: dict[str, Region], width: int, height: int) -> None:
    inside = Region(0, 0, width, height)
    for name, region in found.items():
        assert inside.contains_region(region), (name, region)
    for (one, a), (other, b) in combinations(found.items(), 2):
        assert not (a and b and a.overlaps(b)), (one, other, a, b)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("wreck_rows", [0, 7])
@pytest.mark.parametrize("front", [STORY, "host", "processes"])
@pytest.mark.parametrize("enlarged", [False, True])
def test_nothing_overlaps_and_nothing_sticks_out(
    width: int, height: int, wreck_rows: int, front: str, enlarged: bool
) -> None:
    for terminals in (1, 2, 3):
        for panes in (0, 1, 2, 3):
            what = shown(terminals, panes, front, enlarged=enlarged, wreck_rows=wreck_rows)
            assert_sound(dict(places(width, height - DESK_ROWS, what)), width, height - DESK_ROWS)


@given(
    width=st.integers(1, 250),
    height=st.integers(1, 80),
    terminals=st.integers(1, 3),
    panes=st.integers(0, 3),
    front=st.sampled_from([STORY, "host", "namespaces"]),
    enlarged=st.booleans(),
    wreck_rows=st.sampled_from([0, 7]),
)
def test_at_no_size_does_anything_overlap_or_stick_out(
    width: int, height: int, terminals: int, panes: int, front: str, enlarged: bool, wreck_rows: int
) -> None:
    what = shown(terminals, panes, front, enlarged=enlarged, wreck_rows=wreck_rows)
    found = dict(places(width, height, what))
    if height >= LEAST_ROWS:
        assert_sound(found, width, height)
    assert all(region.width >= 0 and region.height >= 0 for region in found.values())


def test_three_terminals_above_a_pane_in_a_low_window_with_a_wrecked_lab_do_not_overlap() -> None:
    assert_sound(dict(places(110, 16, shown(3, 1, wreck_rows=7))), 110, 16)


@pytest.mark.parametrize(
    ("width", "size"), [(109, Size.SMALL), (110, Size.MEDIUM), (159, Size.MEDIUM), (160, Size.LARGE)]
)
def test_the_layouts_change_where_the_design_says(width: int, size: Size) -> None:
    assert size_of(width, 34) is size
    assert size_of(width, 15) is Size.SMALL


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_where_there_is_room_every_part_is_on_screen_else_one_and_the_tabs(width: int, height: int) -> None:
    found = places(width, height - DESK_ROWS, shown(panes=2))
    if size_of(width, height - DESK_ROWS) is Size.SMALL:
        assert found.keys() == {TABS, STORY}
    else:
        assert found.keys() == {STORY, "host", "box", "namespaces", "processes"}


def test_under_tabs_the_question_stands_below_whatever_is_not_the_story() -> None:
    found = places(80, 22, shown(front="box"))
    assert found.keys() == {TABS, NOWBAR, "box"}
    assert found["box"] == Region(1, 1, 78, 20)
    assert found[NOWBAR] == Region(0, 21, 80, 1)


def test_terminals_are_stacked_at_120_and_side_by_side_at_200() -> None:
    middle, large = places(120, 34, shown()), places(200, 48, shown())
    assert middle["host"].x == middle["box"].x
    assert middle["host"].bottom < middle["box"].y
    assert large["host"].y == large["box"].y
    assert large["host"].right < large["box"].x


def test_spare_rows_go_to_the_terminals_and_spare_columns_never_to_the_story() -> None:
    low, high = places(120, 34, shown()), places(120, 54, shown())
    assert high["namespaces"].height == low["namespaces"].height
    assert high["box"].height + high["host"].height == low["box"].height + low["host"].height + 20
    assert places(159, 34, shown())[STORY].width == low[STORY].width


def test_what_is_enlarged_has_the_screen_to_itself_but_for_the_question() -> None:
    found = places(200, 48, shown(front="box", enlarged=True))
    assert found.keys() == {"box", NOWBAR}


def test_the_band_of_a_wreck_takes_its_rows_from_the_terminals_in_every_layout() -> None:
    for width, height in SIZES:
        for front in ("host", STORY, "processes"):
            with_band = places(width, height - DESK_ROWS, shown(front=front, wreck_rows=7))
            assert with_band[WRECK].height >= 7
    before, after = places(120, 34, shown()), places(120, 34, shown(wreck_rows=7))
    assert before["namespaces"] == after["namespaces"]


def test_the_band_stands_between_stacked_terminals_and_below_those_side_by_side() -> None:
    middle, large = places(120, 34, shown(wreck_rows=7)), places(200, 48, shown(wreck_rows=7))
    assert middle["host"].bottom < middle[WRECK].y
    assert middle[WRECK].bottom < middle["box"].y
    assert large["host"].bottom == large["box"].bottom < large[WRECK].y


def test_columns_share_alike_and_the_last_one_takes_what_is_left() -> None:
    room = Region(0, 0, 100, 10)
    assert [one.width for one in in_columns(room, ("a", "b", "c"), ()).values()] == [32, 32, 32]
    fixed = in_columns(room, ("a", "b"), (58, 44))
    assert (fixed["a"].width, fixed["b"].right) == (58, 100)
    assert in_columns(room, (), (58,)) == {}


def test_stacked_terminals_fill_their_room_and_the_last_gets_most() -> None:
    rows = [region.height for region in stacked(Region(0, 0, 80, 21), ("host", "box")).values()]
    assert sum(rows) + 1 == 21
    assert rows[1] > rows[0]


def test_a_question_of_two_rows_takes_one_from_what_is_in_front_unless_the_window_is_very_low() -> None:
    for height, rows in ((22, 2), (10, 1)):
        found = places(80, height, replace(shown(front="host"), now_rows=2))
        assert found[NOWBAR] == Region(0, height - rows, 80, rows)
        assert found["host"].bottom == height - rows


def test_a_pane_of_two_trees_takes_the_width_that_the_others_leave() -> None:
    assert pane_widths(("namespaces", "processes", PROGRAM), Size.LARGE) == (48, 34)
    assert pane_widths(("mounts", PROGRAM), Size.LARGE) == (None, None)
    assert pane_widths(("namespaces", "mounts"), Size.LARGE) == (48, None)
    assert pane_widths(("mounts", "processes"), Size.MEDIUM) == (None, 38)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("terminals", [0, 1])
@pytest.mark.parametrize("front", [STORY, "kinds"])
def test_a_board_overlaps_nothing(width: int, height: int, terminals: int, front: str) -> None:
    for cells in (76, 100, 130):
        what = board(cells, terminals, front)
        assert_sound(dict(places(width, height - DESK_ROWS, what)), width, height - DESK_ROWS)


def test_a_board_has_all_the_room_beside_the_story_and_the_terminals_that_the_step_names() -> None:
    alone = places(120, 34, board())
    assert alone["kinds"].height == alone[STORY].height
    assert alone["kinds"].width >= 76
    beside = places(120, 34, board(terminals=1, front="kinds"))
    assert beside["host"].bottom < beside["kinds"].y


def test_a_board_that_finds_too_little_room_beside_the_story_stands_alone() -> None:
    assert size_of(120, 34, 76) is Size.MEDIUM
    assert size_of(120, 34, 100) is Size.SMALL
    found = places(120, 34, board(100, front="kinds"))
    assert found["kinds"].width >= 100
    assert found[NOWBAR]
    assert STORY not in found


def test_below_a_terminal_a_board_has_the_rows_that_the_terminal_leaves() -> None:
    for width, height in ((120, 36), (200, 50)):
        found = places(width, height - DESK_ROWS, board(terminals=1))
        assert found["host"].height == TERMINAL_ROWS_ABOVE_BOARD
        assert found["kinds"].height > found["host"].height
        assert_sound(dict(found), width, height - DESK_ROWS)
