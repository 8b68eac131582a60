"""The explorer by keys and mouse, over a machine that stands still, and over this one."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import explored
import pytest
from patience import until
from textual.pilot import Pilot

from nslab.course.progress import ProgressStore
from nslab.course.syllabus import Syllabus
from nslab.kernel.namespaces import Kind
from nslab.observe.explanation import Explanation
from nslab.observe.machine.explorer import Explorer
from nslab.observe.machine.rows import Machine
from nslab.observe.roots import ProcRoot
from nslab.tui.app import NslabApp
from nslab.tui.drawn import Drawn
from nslab.tui.screens.explore import ExploreScreen, ExploreTable
from nslab.tui.screens.explore_panel import PanelScreen
from nslab.tui.screens.help import HelpScreen
from nslab.words import Words
from tests.stage import LESSONS, screen_words


class Still:
    """The machine of the gallery; the process that is asked for has ended."""

    def look(self, *, thorough: bool) -> Machine:
        return explored.machine()

    def explain(self, pid: int) -> Explanation | None:
        return None


@pytest.fixture
def app(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., NslabApp]:
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def make(open_: Callable[[], Any] = Still, words: Words | None = None) -> NslabApp:
        made = NslabApp(words or screen_words("en"), Syllabus(LESSONS), ProgressStore(tmp_path / "progress.json"))
        made.start_with_screen(lambda words: ExploreScreen(words, open_))
        return made

    return make


async def ready(app: NslabApp, pilot: Pilot[None]) -> ExploreTable:
    await until(lambda: isinstance(app.screen, ExploreScreen) and app.screen.table.sight is not None)
    await pilot.pause()
    assert isinstance(app.screen, ExploreScreen)
    return app.screen.table


def name(table: ExploreTable) -> str:
    row = table.sight.row(table.cursor.selected) if table.sight else None
    return row.label.name if row and row.label else ""


def shown(table: ExploreTable) -> str:
    return "\n".join(table.render_line(y).text for y in range(table.size.height))


async def test_the_cursor_moves_over_rows_and_kinds_and_the_line_below_follows(app: Callable[..., NslabApp]) -> None:
    made = app()
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        assert name(table) == "systemd"
        await pilot.press("down", "down")
        assert (name(table), table.kind) == ("web", Kind.PID)
        assert "← readlink /proc/700/ns/pid" in shown(table)
        await pilot.press("right", "right")
        assert table.kind is Kind.NET
        assert "← readlink /proc/700/ns/net" in shown(table)
        await pilot.press("end")
        assert name(table) == ""
        await pilot.press("home")
        assert name(table) == "systemd"


async def test_the_two_trees_are_a_key_each_and_the_same_row_stays_selected(app: Callable[..., NslabApp]) -> None:
    made = app()
    async with made.run_test(size=(80, 24)) as pilot:
        table = await ready(made, pilot)
        await pilot.press("down", "down", "p")
        assert "under its maker" in shown(table)
        assert name(table) == "web"
        await pilot.press("o")
        assert "under its owner" in shown(table)
        assert name(table) == "web"


async def test_letters_typed_into_the_search_are_not_keys_and_narrow_the_list(app: Callable[..., NslabApp]) -> None:
    made = app()
    async with made.run_test(size=(80, 24)) as pilot:
        table = await ready(made, pilot)
        await pilot.press("slash", *"podman")
        assert "under its owner" in shown(table)
        assert "docker" not in shown(table)
        assert name(table) == "podman"
        await pilot.press("escape")
        assert "docker" in shown(table)
        await pilot.press("slash", *"zzz")
        assert "nothing found for" in shown(table)


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (7, 3), (300, 4)])
async def test_a_window_of_a_few_cells_shows_what_fits(app: Callable[..., NslabApp], size: tuple[int, int]) -> None:
    made = app()
    async with made.run_test(size=size) as pilot:
        await ready(made, pilot)
        await pilot.press("down")


async def test_a_click_selects_a_row(app: Callable[..., NslabApp]) -> None:
    made = app()
    async with made.run_test(size=(80, 24)) as pilot:
        table = await ready(made, pilot)
        y = next(y for y in range(24) if "db docker" in table.render_line(y).text)
        await pilot.click(ExploreTable, offset=(10, y))
        assert name(table) == "db"


async def test_enter_on_an_empty_namespace_tells_what_keeps_it_and_escape_leads_back(
    app: Callable[..., NslabApp],
) -> None:
    made = app()
    async with made.run_test(size=(80, 24)) as pilot:
        await ready(made, pilot)
        await pilot.press("slash", *"blue", "enter")
        await until(lambda: isinstance(made.screen, PanelScreen))
        await pilot.pause()
        panel = made.screen.query_one("Panel", Drawn)
        told = "\n".join(panel.render_line(y).text for y in range(panel.size.height))
        assert "its file is mounted at /run/netns/blue" in told
        await pilot.press("escape")
        await until(lambda: isinstance(made.screen, ExploreScreen))


async def test_enter_on_a_world_that_has_ended_meanwhile_says_so(app: Callable[..., NslabApp]) -> None:
    made = app()
    async with made.run_test(size=(80, 24), notifications=True) as pilot:
        await ready(made, pilot)
        await pilot.press("enter")
        await until(lambda: [note.message for note in made._notifications] == ["The process has ended."])


@pytest.mark.alone
async def test_this_machine_can_be_explored_and_a_process_of_it_explained(
    app: Callable[..., NslabApp], words: Words
) -> None:
    with ProcRoot("/proc") as root:
        made = app(lambda: Explorer(root, os.getpid()), words)
        async with made.run_test(size=(120, 36)) as pilot:
            table = await ready(made, pilot)
            assert table.sight is not None
            assert any(os.getpid() in one.members for one in table.sight.namespaces.values())
            await pilot.press("enter")
            await until(lambda: isinstance(made.screen, PanelScreen))
            await pilot.pause()
            assert made.screen.query_one("Panel", Drawn).lost == []
            await pilot.press("escape", "f10")
        assert made.return_code == 0


async def test_help_is_about_the_table_and_has_no_keys_of_lessons(app: Callable[..., NslabApp]) -> None:
    made = app()
    async with made.run_test(size=(120, 36)) as pilot:
        await ready(made, pilot)
        await pilot.press("f1")
        await until(lambda: isinstance(made.screen, HelpScreen))
        assert isinstance(made.screen, HelpScreen)
        told = made.screen.panel.rows(84).text()
        assert "Every namespace of this machine" in told
        assert "reset lab" not in told


async def test_the_language_changes_while_it_runs(app: Callable[..., NslabApp]) -> None:
    made = app()
    async with made.run_test(size=(120, 36)) as pilot:
        table = await ready(made, pilot)
        await pilot.press("ctrl+g", "l")
        await until(lambda: "这台机器的命名空间" in shown(table))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_no_widget_loses_words_at_any_size(
    app: Callable[..., NslabApp], words: Words, size: tuple[int, int]
) -> None:
    made = app(words=words)
    async with made.run_test(size=size) as pilot:
        table = await ready(made, pilot)
        for _ in range(12):
            await pilot.press("down")
            assert {str(drawn): drawn.lost for drawn in made.screen.query(Drawn) if drawn.lost} == {}
        assert table.cursor.selected


async def test_a_machine_without_a_host_ends_the_program_with_that_mistake(app: Callable[..., NslabApp]) -> None:
    def fail() -> Any:
        raise LookupError("no host")

    made = app(fail)
    with pytest.raises(LookupError):
        async with made.run_test(size=(80, 24)):
            await until(lambda: made.failure is not None)
    assert isinstance(made.failure, LookupError)
