"""Which columns make one bar, and where the bars stand."""

from __future__ import annotations

from itertools import pairwise, product

import observed
from hypothesis import given
from hypothesis import strategies as st

from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import Unread
from nslab.observe.views import NamespaceColumn, NamespaceRow
from nslab.tui.panes.bars import LETTER_CELLS, differ, grid_for, segments_of

# An inode, a refused link, or no process.
seen = st.one_of(st.integers(1, 3), st.just(Unread(13)), st.none())


@given(st.lists(st.tuples(seen, st.booleans()), max_size=6))
def test_every_process_is_in_one_segment_and_neighbouring_segments_are_not_the_same(
    found: list[tuple[int | Unread | None, bool]],
) -> None:
    cells = tuple(None if one is None else observed.cell(Kind.PID, 8, one, "A") for one, _ in found)
    columns = tuple(NamespaceColumn("c", "A", 8, "sh", alive) for _, alive in found)
    segments = segments_of(NamespaceRow(Kind.PID, cells), columns)
    covered = [column for segment in segments for column in range(segment.first, segment.last + 1)]
    assert covered == [at for at, cell in enumerate(cells) if cell is not None]
    for left, right in pairwise(segments):
        both_read = not isinstance(left.cell.namespace, Unread) and not isinstance(right.cell.namespace, Unread)
        if both_read and left.last + 1 == right.first:
            assert differ(left, right)


@given(width=st.integers(16, 200), columns=st.integers(1, 12))
def test_columns_never_overlap_and_end_with_the_pane(width: int, columns: int) -> None:
    grid = grid_for(width, columns)
    assert 1 <= grid.count <= columns
    ends = [grid.left(at) + grid.cells(at, at) for at in range(grid.count)]
    assert ends[-1] == width
    assert all(grid.cells(at, at) >= LETTER_CELLS for at in range(grid.count))
    assert all(end < grid.sign(at + 1) + 1 <= grid.left(at + 1) for at, end in enumerate(ends[:-1]))


def test_a_bar_is_alive_as_long_as_one_of_its_processes_is() -> None:
    for lives in product((True, False), repeat=2):
        columns = [NamespaceColumn("c", "A", 8, "sh", alive) for alive in lives]
        cells = (observed.cell(Kind.UTS, 8, 1, "A"), observed.cell(Kind.UTS, 9, 1, "A"))
        (bar,) = segments_of(NamespaceRow(Kind.UTS, cells), columns)
        assert bar.alive == any(lives)
