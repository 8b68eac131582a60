"""The whole screen arranged, in every size and both languages."""

from __future__ import annotations

from typing import Any

import grouped
import pytest
from msgspec.structs import replace

from nslab.observe.cgroup.history import History, remember
from nslab.observe.cgroup.recording import Frame
from nslab.observe.cgroup.values import Snapshot
from nslab.tui.canvas import Canvas
from nslab.tui.top.rows import Arrangement, Order, listed
from nslab.tui.top.view import Origin, Sight, arrange, group_asked, lacking, missing, state
from nslab.words import Words

SIZES = [(30, 8), (60, 20), (78, 22), (116, 32), (156, 44), (196, 46)]


def sight(history: History | None = None, selected: str = "hog", **changed: Any) -> Sight:
    history, by = history or grouped.history(), changed.pop("by", Arrangement())
    seen = Sight(history, Origin("/sys/fs/cgroup"), by, listed(history, by), selected)
    return replace(seen, **changed)


def text(seen: Sight, words: Words, size: tuple[int, int] = (116, 32)) -> str:
    canvas = Canvas(*size)
    arrange(canvas, 0, seen, words)
    return canvas.text()


def bare() -> History:
    """A machine whose tree has no controllers, as a hybrid one's."""
    frames = []
    for frame in grouped.frames()[:8]:
        nothing = {"memory": None, "pids": None, "io": None, "share": None, "controllers": frozenset()}
        groups = tuple(replace(group, **nothing) for group in frame.snapshot.groups if not group.path)
        frames.append(Frame(Snapshot(groups, frame.snapshot.read_at), ()))
    return grouped.told(frames)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("order", Order)
def test_nothing_is_cut_off_or_written_over(words: Words, size: tuple[int, int], beside: bool, order: Order) -> None:
    for history, selected in ((grouped.history(), "batch/zip"), (grouped.oom(), "box"), (bare(), "")):
        for plain in (False, True):
            canvas = Canvas(*size, plain=plain)
            arrange(canvas, 0, sight(history, selected, by=Arrangement(order), side_by_side=beside), words)
            assert canvas.lost == []


def test_a_click_means_the_group_whose_row_it_is(en: Words) -> None:
    for size in SIZES[2:]:
        canvas = Canvas(*size)
        hits = arrange(canvas, 2, sight(), en).groups
        rows = canvas.text().splitlines()
        assert all((path.rpartition("/")[2] or "/") in rows[y] for y, path in hits.items())
        assert "hog" in hits.values()


def test_gauges_have_one_scale_and_a_tick_at_the_limit(en: Words) -> None:
    rows = text(sight(by=Arrangement(Order.MEMORY)), en, (196, 46)).splitlines()
    hog = next(row for row in rows if "─ hog" in row)[:76]
    web = next(row for row in rows if "─ web" in row)[:76]
    assert "╿" in hog
    assert "╿" not in web
    assert hog[45:].count("━") > web[45:].count("━")
    assert "60.3 MiB" in hog


def test_a_list_that_is_longer_than_its_room_shows_the_selected_row_and_that_there_is_more(en: Words) -> None:
    canvas = Canvas(78, 16)
    hits = arrange(canvas, 0, sight(selected="web"), en).groups
    assert "web" in hits.values()
    assert len(hits) < len(grouped.IDS)
    assert "▴" in canvas.text() or "▾" in canvas.text()


def test_what_the_tree_lacks_is_told_with_why(words: Words) -> None:
    history = bare()
    seen = sight(history, "")
    assert missing(seen) == ("cpu", "memory", "pids", "io")
    assert "cgroup.subtree_control" in lacking(seen, words)
    hybrid = replace(seen, origin=Origin("/", elsewhere=frozenset({"cpu", "memory", "pids", "io"})))
    assert "cgroup v1" in lacking(hybrid, words)
    assert lacking(sight(), words) == ""
    assert missing(sight(History(0.25), "")) == ()


def test_side_by_side_shows_the_neighbours_and_says_so_where_none_has_it(en: Words) -> None:
    shown = text(sight(side_by_side=True), en, (196, 46))
    assert shown.count("CPU    ") >= 3
    assert "None of these groups" in text(sight(bare(), "", side_by_side=True, by=Arrangement(Order.IO)), en)


def test_whether_it_goes_on_is_told(words: Words) -> None:
    assert state(sight(), words) == ""
    told = {state(sight(held=True), words), state(sight(ended=True), words)}
    over = state(sight(ended=True, origin=Origin("f", "a recording")), words)
    assert len({*told, over, ""}) == 4


def test_a_room_is_told_the_worst_that_befell_the_group_and_its_figures(en: Words) -> None:
    asked = group_asked(sight(), en)
    assert asked.tag == "hog"
    assert asked.lines == ("✗ OOM: killed 1 at memory.max 64 MiB", "CPU 0 %  memory.current 60.3 MiB / 64 MiB")


def test_a_group_that_came_in_the_last_look_is_listed_without_rates(en: Words) -> None:
    first = grouped.frames()[0]
    history = remember(History(0.25), first)
    assert "╌" in text(sight(history), en)
