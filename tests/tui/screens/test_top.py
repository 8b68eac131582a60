"""Control groups on screen by keys and mouse: over a minute that was made up, a recording, and this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from threading import Event as Flag
from typing import Any

import grouped
import pytest
from patience import until
from textual.pilot import Pilot

from nslab.course.progress import ProgressStore
from nslab.course.syllabus import Syllabus
from nslab.observe.cgroup.feed import Feed, Happened, LiveFeed, ReplayFeed
from nslab.observe.cgroup.open_group import GroupGone
from nslab.observe.cgroup.place import hierarchy
from nslab.observe.cgroup.recording import Frame, MalformedRecording, Recording
from nslab.observe.cgroup.values import Changed
from nslab.tui.app import NslabApp
from nslab.tui.screens.help import HelpScreen
from nslab.tui.screens.top import TopScreen, TopTable, key_of
from nslab.tui.top.knobs import Write
from nslab.tui.top.rows import Order
from nslab.tui.top.view import Origin
from tests.stage import LESSONS, screen_words

Made = Callable[..., NslabApp]


class Minute:
    """The minute of `grouped`, at once; then nothing until it is stopped, unless `more` is put in."""

    period_seconds = grouped.PERIOD
    detail: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.frames: list[Frame | Happened | Exception] = list(grouped.frames())

    def next(self, stop: Flag) -> Frame | Happened | None:
        while not self.frames:
            if stop.wait(0.01):
                return None
        seen = self.frames.pop(0)
        if isinstance(seen, Exception):
            raise seen
        return seen

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def app(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def make(open_: Callable[[], Feed] = Minute, selected: str | None = None, *, presenting: bool = False) -> NslabApp:
        store = ProgressStore(tmp_path / "progress.json")
        made = NslabApp(screen_words("en"), Syllabus(LESSONS), store, presenting=presenting)
        made.start_with_screen(lambda words: TopScreen(words, open_, Origin("/sys/fs/cgroup"), selected))
        return made

    return make


async def ready(app: NslabApp, pilot: Pilot[None], looks: int = 234) -> TopTable:
    await until(lambda: isinstance(app.screen, TopScreen) and len(app.screen.table.sight.history.moments) >= looks)
    await pilot.pause()
    assert isinstance(app.screen, TopScreen)
    return app.screen.table


def shown(table: TopTable) -> str:
    return "\n".join(table.render_line(y).text for y in range(table.size.height))


async def test_the_keys_of_top_sort_the_list(app: Made) -> None:
    made = app()
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        for key, order, first in (("M", Order.MEMORY, "hog"), ("P", Order.CPU, "bomb"), ("T", Order.TIME, "batch")):
            await pilot.press(key)
            assert table.sight.by.order is order
            assert table.ids()[1] == key_of(first)
        await pilot.press("t")
        assert table.ids()[1:3] == ["/batch", "/batch/sort"]
        await pilot.press("I", "N")
        assert table.sight.by.order is Order.PIDS


async def test_the_cursor_moves_and_the_graph_is_that_of_the_group_it_is_on(app: Made) -> None:
    made = app(selected="hog")
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        assert table.sight.selected == "hog"
        assert "memory.max" in shown(table)
        await pilot.press("M", "down")
        assert table.sight.selected == "batch"
        assert "cpu.max" in shown(table)
        await pilot.press("up", "up", "up")
        assert table.sight.selected == ""


async def test_letters_typed_into_the_search_are_no_keys_and_escape_shows_all_again(app: Made) -> None:
    made = app()
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        await pilot.press("slash", *"zip")
        assert table.ids() == ["/", "/batch", "/batch/zip"]
        assert table.sight.selected == "batch/zip"
        await pilot.press("M", "space")
        assert "No group has" in shown(table)
        assert table.sight.by.order is Order.CPU
        await pilot.press("escape")
        assert len(table.ids()) == len(grouped.IDS)


async def test_groups_stand_side_by_side_and_one_again(app: Made) -> None:
    made = app()
    async with made.run_test(size=(200, 50)) as pilot:
        table = await ready(made, pilot)
        await pilot.press("s")
        assert "CPU, group beside group" in shown(table)
        await pilot.press("s")
        assert "group beside group" not in shown(table)


async def test_a_click_selects_a_group_the_top_too(app: Made) -> None:
    made = app()
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        for name, path in (("─ hog", "hog"), (" /  ", "")):
            y = next(y for y in range(table.size.height) if name in table.render_line(y).text[:30])
            await pilot.click(TopTable, offset=(8, y))
            assert table.sight.selected == path


async def test_what_is_held_stands_still_while_looks_go_on(app: Made) -> None:
    feed = Minute()
    later = feed.frames[-1]
    made = app(lambda: feed)
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        await pilot.press("space")
        before = shown(table)
        assert "held" in before
        event = Changed("hog", grouped.IDS["hog"], "memory.events", "oom_kill", 1, 2, 60.0)
        feed.frames.append(Happened((event,)))
        await until(lambda: not feed.frames)
        await pilot.pause()
        assert shown(table) == before
        await pilot.press("space")
        assert "held" not in shown(table)
        assert isinstance(later, Frame)


async def test_a_group_that_goes_gives_way_to_the_one_above(app: Made) -> None:
    feed = Minute()
    made = app(lambda: feed, "batch/zip")
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        snapshot = grouped.frames()[-1].snapshot
        left = tuple(one for one in snapshot.groups if one.path != "batch/zip")
        feed.frames.append(Frame(type(snapshot)(left, 60.25), ()))
        await until(lambda: table.sight.history.now == 60.25)
        await pilot.pause()
        assert table.sight.selected == "batch"


async def test_memory_is_read_by_kind_only_of_the_group_on_show(app: Made) -> None:
    feed = Minute()
    made = app(lambda: feed, "hog")
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        await pilot.press("M", "down")
        feed.frames.append(Happened(()))
        await until(lambda: not feed.frames)
        feed.frames.append(Happened(()))
        await until(lambda: feed.detail == frozenset({"batch"}))
        assert table.sight.selected == "batch"


async def test_the_end_of_what_is_looked_at_is_told_and_all_stays(app: Made) -> None:
    feed = Minute()
    feed.frames.append(GroupGone(""))
    made = app(lambda: feed, "hog")
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        await until(lambda: table.sight.ended)
        await pilot.pause()
        assert "the group at the top was removed" in shown(table)
        assert "memory.max" in shown(table)


async def test_a_broken_recording_ends_the_program_with_its_reason(app: Made) -> None:
    feed = Minute()
    feed.frames[5:] = [MalformedRecording("line 6: no")]
    made = app(lambda: feed)
    with pytest.raises(MalformedRecording):
        async with made.run_test(size=(120, 36)):
            await until(lambda: made.failure is not None)
    assert isinstance(made.failure, MalformedRecording)


async def test_help_is_about_the_list_and_every_key_has_a_second_way(app: Made) -> None:
    made = app()
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        await pilot.press("ctrl+g", "m")
        assert table.sight.by.order is Order.MEMORY
        await pilot.press("f1")
        await until(lambda: isinstance(made.screen, HelpScreen))


async def test_a_room_is_told_above_what_befell_the_group(app: Made) -> None:
    made = app(selected="hog", presenting=True)
    async with made.run_test(size=(104, 30)) as pilot:
        table = await ready(made, pilot)
        assert "✗ OOM: killed 1 at memory.max 64 MiB" in shown(table)
        assert table.lost == []


async def test_the_other_language_is_a_key_away(app: Made) -> None:
    made = app()
    async with made.run_test(size=(80, 24)) as pilot:
        table = await ready(made, pilot)
        await pilot.press("ctrl+g", "l")
        assert "控制组" in shown(table)


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (7, 3), (300, 4), (101, 6)])
async def test_a_window_of_a_few_cells_shows_what_fits(app: Made, size: tuple[int, int]) -> None:
    made = app()
    async with made.run_test(size=size) as pilot:
        await ready(made, pilot)
        await pilot.press("down", "s", "slash", "a")


@pytest.fixture
def recording() -> Iterator[Callable[[], Feed]]:
    with grouped.OOM.open("rb") as file:
        yield lambda: ReplayFeed(Recording(file), paced=False)


async def test_a_recording_of_a_real_oom_replays(app: Made, recording: Callable[[], Feed]) -> None:
    made = app(recording)
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot, 15)
        await until(lambda: table.sight.ended)
        await pilot.press("M")
        assert table.sight.selected == "box"
        assert "✗ OOM: killed 1" in shown(table)


async def test_this_machine_is_looked_at_again_and_again(app: Made) -> None:
    directory = hierarchy().directory
    if directory is None:
        return
    root = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    made = app(lambda: LiveFeed(root, 0.05))
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot, 4)
        assert table.ids()[0] == "/"
    os.close(root)


def turned(made: NslabApp) -> list[Write]:
    """What is asked to be written, by a screen on which limits may be turned; all of it is written."""
    asked: list[Write] = []

    def write(wanted: Write) -> Write:
        asked.append(wanted)
        return wanted

    made.start_with_screen(lambda words: TopScreen(words, Minute, Origin("/sys/fs/cgroup"), "hog", write))
    return asked


async def test_a_limit_is_turned_by_keys_and_what_was_written_is_shown(app: Made) -> None:
    made = app()
    asked = turned(made)
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        await pilot.press("k", "k", "k", "minus")
        await until(lambda: asked)
        await pilot.pause()
        assert asked == [Write("hog", "memory.max", "33554432")]
        assert 'write("hog/memory.max", "33554432")' in shown(table)
        await pilot.press("ctrl+g", "b")
        await until(lambda: len(asked) == 2)
        assert asked[1] == Write("hog", "memory.max", "134217728")


async def test_a_limit_is_turned_by_a_click_on_its_slider_and_chosen_by_one_beside_it(app: Made) -> None:
    made = app()
    asked = turned(made)
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        rows = shown(table).splitlines()
        y = next(at for at, row in enumerate(rows) if row.lstrip("▸ ").startswith("memory.max  "))
        x = rows[y].index("─")
        await pilot.click(table, offset=(4, y))
        assert shown(table).splitlines()[y].lstrip().startswith("▸ memory.max")
        assert asked == []
        await pilot.click(table, offset=(x + 11, y))
        await until(lambda: asked)
        await pilot.click(table, offset=(x, y))
        await until(lambda: len(asked) == 2)
        assert asked == [Write("hog", "memory.max", "max"), Write("hog", "memory.max", "2097152")]


async def test_where_limits_are_only_looked_at_no_key_writes(app: Made) -> None:
    made = app(selected="hog")
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        await pilot.press("k", "minus", "plus")
        assert table.turn(1) is None
        assert "limits of hog" in shown(table)
        assert "write(" not in shown(table)
