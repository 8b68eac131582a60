"""The list of groups: a tree whose siblings are sorted, or all in one order; filtered, with what is above."""

from __future__ import annotations

import grouped
import pytest
from msgspec.structs import replace

from nslab.kernel.cgroup2.pids import PidsEvents
from nslab.observe.cgroup.history import History, remember
from nslab.observe.cgroup.recording import Frame
from nslab.observe.cgroup.values import Pids
from nslab.tui.top.rows import Arrangement, Order, listed, siblings


def paths(by: Arrangement, history: History | None = None) -> list[str]:
    return [row.path for row in listed(history or grouped.history(), by)]


@pytest.mark.parametrize(
    ("order", "first"),
    [(Order.CPU, "bomb"), (Order.MEMORY, "hog"), (Order.TIME, "batch"), (Order.PIDS, "bomb"), (Order.IO, "web")],
)
def test_who_has_most_comes_first(order: Order, first: str) -> None:
    assert paths(Arrangement(order))[:2] == ["", first]


def test_a_group_whose_use_nobody_counts_comes_after_one_that_uses_nothing() -> None:
    frame = grouped.frames()[0]
    first = {"batch": None, "web": Pids(0, None, None, PidsEvents(0))}
    groups = tuple(
        replace(group, pids=first.get(group.path, group.pids)) for group in frame.snapshot.groups if group.path in first
    )
    history = remember(History(0.25), Frame(replace(frame.snapshot, groups=groups), ()))
    assert paths(Arrangement(Order.PIDS, tree=False), history) == ["web", "batch"]


def test_in_a_tree_children_follow_their_parent_sorted_among_themselves() -> None:
    rows = listed(grouped.history(), Arrangement())
    at = [row.path for row in rows].index("batch")
    assert [(row.path, row.name, row.last_of) for row in rows[at : at + 3]] == [
        ("batch", "batch", (True, False)),
        ("batch/sort", "sort", (True, False, False)),
        ("batch/zip", "zip", (True, False, True)),
    ]
    assert len(rows) == len(grouped.IDS)


def test_without_a_tree_all_are_in_one_order_by_their_whole_paths() -> None:
    flat = listed(grouped.history(), Arrangement(Order.MEMORY, tree=False))
    assert [row.name for row in flat][:3] == ["/", "hog", "batch"]
    assert all(row.last_of == () for row in flat)


def test_a_query_keeps_what_has_it_and_what_is_above() -> None:
    rows = listed(grouped.history(), Arrangement(query="ZIP"))
    assert [(row.path, row.found) for row in rows] == [("", False), ("batch", False), ("batch/zip", True)]
    assert paths(Arrangement(query="zip", tree=False)) == ["batch/zip"]
    assert paths(Arrangement(query="nothing of the kind")) == []


def test_nothing_seen_is_no_row() -> None:
    assert paths(Arrangement(), History(0.25)) == []


def test_siblings_are_those_of_one_parent_and_the_tops_are_its_children() -> None:
    assert siblings(grouped.history(), "batch/zip", Order.CPU) == ("batch/sort", "batch/zip")
    assert siblings(grouped.history(), "", Order.MEMORY)[0] == "hog"


def test_a_tree_of_one_group_has_that_one_beside_nobody() -> None:
    frames = [Frame(replace(one.snapshot, groups=one.snapshot.groups[:1]), ()) for one in grouped.frames()[:3]]
    assert siblings(grouped.told(frames), "", Order.CPU) == ("",)
