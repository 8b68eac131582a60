"""Scales: whatever comes in, dots stay in the band, order is kept, gaps are gaps, labels do not lie on each other."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from nslab.observe.cgroup.history import Point
from nslab.tui.graph.scale import Scale, ceiling, spread

SCALES = st.builds(
    lambda width, height, top: Scale(width, height, 0.0, 60.0, top),
    st.integers(1, 200),
    st.integers(1, 40),
    st.floats(0.001, 1e15),
)
TIMES = st.floats(-100, 100)
VALUES = st.one_of(st.none(), st.floats(0, 1e15))
POINTS = st.lists(st.builds(Point, st.floats(0, 60), VALUES, st.booleans()), max_size=60).map(
    lambda points: sorted(points, key=lambda point: point.at)
)


@given(SCALES, TIMES, st.floats(0, 1e18))
def test_every_moment_and_value_has_a_place_in_the_band(scale: Scale, at: float, value: float) -> None:
    assert 0 <= scale.column(at) < scale.width
    assert 0 <= scale.row(value) < scale.height


@given(SCALES, st.lists(st.floats(0, 1e15), min_size=2))
def test_what_is_more_never_stands_lower_and_what_is_later_never_further_left(
    scale: Scale, values: list[float]
) -> None:
    ups = [scale.up(value) for value in sorted(values)]
    assert ups == sorted(ups)
    acrosses = [scale.across(value) for value in sorted(values)]
    assert acrosses == sorted(acrosses)


@given(SCALES)
def test_nothing_is_at_the_bottom_and_the_top_at_the_top(scale: Scale) -> None:
    across, up = scale.dots
    assert (scale.up(0), scale.up(scale.top)) == (0, up - 1)
    assert (scale.across(scale.begin), scale.across(scale.end)) == (0, across - 1)


@given(SCALES, POINTS)
def test_no_line_leads_over_a_gap_or_over_what_was_not_there(scale: Scale, points: list[Point]) -> None:
    joined = {(one, other) for run in scale.runs(points) for one, other in itertools.pairwise(run)}
    near = [
        ((scale.across(one.at), scale.up(one.value)), (scale.across(other.at), scale.up(other.value)))
        for one, other in itertools.pairwise(points)
        if one.value is not None and other.value is not None and not other.apart
    ]
    assert joined == {(one, other) for one, other in near if one != other}


@given(SCALES, POINTS)
def test_a_column_holds_only_what_was_seen_and_none_where_nothing_was(scale: Scale, points: list[Point]) -> None:
    seen = {point.value for point in points}
    columns = scale.columns(points)
    assert len(columns) == scale.width
    assert set(columns) <= seen | {None}
    for point in points:
        if point.value is not None:
            assert columns[scale.column(point.at)] is not None


def test_a_gap_of_seconds_is_seen_as_empty_columns() -> None:
    points = [Point(float(at), 5.0, at == 40) for at in (*range(21), *range(40, 61))]
    held = Scale(61, 4, 0.0, 60.0, 10.0).columns(points)
    assert [at for at, value in enumerate(held) if value is None] == list(range(21, 40))


@given(st.floats(0, 1e15), st.floats(0.5, 1e12), st.booleans())
def test_the_end_of_a_scale_is_above_all_and_not_far_above(value: float, least: float, binary: bool) -> None:
    end = ceiling(value, least=least, binary=binary)
    assert max(value, least) <= end <= 2.5 * max(value, least)


@given(st.lists(st.integers(0, 30), max_size=20), st.integers(1, 30))
def test_labels_have_a_row_each_in_the_order_in_which_they_would_stand(wanted: list[int], height: int) -> None:
    rows = spread(wanted, height)
    placed = [row for row in rows if row is not None]
    assert len(set(placed)) == len(placed) == min(len(wanted), height)
    assert all(0 <= row < height for row in placed)
    kept = [(want, row) for want, row in zip(wanted, rows, strict=True) if row is not None]
    assert [row for _, row in sorted(kept)] == sorted(placed)


@given(st.lists(st.integers(0, 9), unique=True, max_size=10))
def test_labels_that_are_not_in_each_others_way_stand_where_they_belong(wanted: list[int]) -> None:
    assert spread(wanted, 10) == tuple(wanted)
