"""The pane of control groups: which group it shows, in what is left of a lesson's screen."""

from __future__ import annotations

from typing import Any

import grouped
import pytest

from nslab.observe.cgroup.history import History
from nslab.observe.cgroup.view import GroupsView
from nslab.observe.views import Gone, NotYet
from nslab.tui.canvas import Canvas
from nslab.tui.graph.series import bands
from nslab.tui.panes.cgroups import CgroupPane, cgroup_rows, main_band
from nslab.tui.panes.pane import Emphasis
from nslab.words import Words

SIZES = [(78, 12), (78, 20), (82, 15), (60, 40), (104, 26), (150, 30)]


def minute() -> GroupsView:
    return GroupsView(grouped.history(), "/sys/fs/cgroup/nslab-1")


def text(view: GroupsView | NotYet | Gone[GroupsView], words: Words, group: str | None = None) -> str:
    canvas = Canvas(82, 24)
    cgroup_rows(canvas, view, words, Emphasis(highlight=group))
    return canvas.text()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("afar", [False, True])
def test_nothing_is_cut_off_or_written_over(words: Words, size: tuple[int, int], afar: bool) -> None:
    for path in grouped.IDS:
        for plain in (False, True):
            canvas = Canvas(*size, plain=plain, afar=afar)
            cgroup_rows(canvas, minute(), words, Emphasis(path))
            assert canvas.lost == []


def test_a_lesson_points_at_a_container_and_its_group_is_shown(en: Words) -> None:
    assert "/sys/fs/cgroup/hog" in text(minute(), en, "hog")
    assert "✗ OOM: killed" in text(minute(), en, "hog")
    assert "✗ fork refused" in text(minute(), en, "bomb")


def test_without_a_wish_it_is_the_first_group_that_is_not_the_labs_own(en: Words) -> None:
    assert "/sys/fs/cgroup/web" in text(minute(), en)
    assert minute().paths[-1] == ""


def test_what_happened_gets_most_room_then_what_is_limited(en: Words) -> None:
    found = {path: main_band(bands(grouped.history(), path, en)) for path in ("hog", "bomb", "batch", "web")}
    assert found == {"hog": "memory", "bomb": "pids", "batch": "cpu", "web": "cpu"}
    assert main_band(()) == "cpu"


def test_a_lab_without_groups_says_so_and_one_that_ended_shows_the_last(words: Words) -> None:
    assert words("pane.cgroups-none")[:8] in text(NotYet("pane.cgroups-none"), words)
    assert words("pane.as-last-seen") in text(Gone(minute()), words)
    assert "/sys/fs/cgroup" in text(GroupsView(History(0.25), "/sys/fs/cgroup"), words)


async def test_up_and_down_show_another_group_which_stays_on_show_without_the_focus(stand: Any, en: Words) -> None:
    pane = CgroupPane(en)
    async with stand(pane).run_test(size=(82, 24)) as pilot:
        pane.view = minute()
        pane.focus()
        await pilot.press("down", "down")
        await pilot.pause()
        shown = "\n".join(pane.render_line(y).text for y in range(24))
        assert f"/sys/fs/cgroup/{minute().paths[2]}" in shown
        pane.blur()
        await pilot.pause()
        assert "\n".join(pane.render_line(y).text for y in range(24)) == shown
