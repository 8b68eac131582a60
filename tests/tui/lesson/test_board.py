"""A lesson with a board, played on a real lab: Enter has the engine make a container, and the lesson sees it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from nslab.course.known import BOARDS
from nslab.course.player import Stage
from nslab.course.progress import ProgressStore
from nslab.course.snapshot import Snapshot
from nslab.course.syllabus import Syllabus
from nslab.kernel.namespaces import Kind
from nslab.observe.views import KindsView
from nslab.tui import keys
from nslab.tui.app import NslabApp
from nslab.tui.lesson.panes import PANES
from nslab.tui.lesson.screen import LessonScreen
from nslab.tui.panes.bars import is_split
from nslab.tui.panes.kinds import KindsPane
from nslab.tui.terminal.widget import Terminal
from nslab.tui.widgets.footer import Footer
from nslab.words import Words
from tests.stage import LESSONS, lesson

PATIENCE_S = 15.0


class Played:
    """The lesson on screen."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        screen = pilot.app.screen
        assert isinstance(screen, LessonScreen)
        self.screen = screen

    @property
    def seen(self) -> Snapshot:
        assert self.screen.seen is not None
        return self.screen.seen

    @property
    def board(self) -> KindsPane:
        return self.screen.query_one(KindsPane)

    def split(self) -> list[Kind]:
        """The kinds in which host and container differ, as the board has it."""
        view = self.board.view
        return (
            [row.kind for row in view.sides.rows if is_split(row, view.sides.columns)]
            if isinstance(view, KindsView)
            else []
        )

    async def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, "did not come about"
            await asyncio.sleep(0.05)
        await self.pilot.pause()


@asynccontextmanager
async def played(
    en: Words, store: ProgressStore, size: tuple[int, int], step: str | None = None, *, presenting: bool = False
) -> AsyncIterator[Played]:
    app = NslabApp(en, Syllabus(LESSONS), store, presenting=presenting)
    app.start_with(lesson("namespaces"), step)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        lesson_on_screen = Played(pilot)
        await lesson_on_screen.until(lambda: lesson_on_screen.screen.seen is not None)
        yield lesson_on_screen


def test_every_board_is_a_pane_that_says_how_much_room_it_wants_and_which_keys_it_takes() -> None:
    assert {name for name, kind in PANES.items() if kind.board_cells} == BOARDS == keys.BOARDS.keys()


async def test_enter_on_a_row_makes_the_container_and_passes_the_step(en: Words, store: ProgressStore) -> None:
    async with played(en, store, (120, 36)) as it:
        await it.until(lambda: it.screen.focused is it.board)
        await it.pilot.press("down", "enter")
        await it.until(lambda: it.seen.player.record.passed)
        assert it.split() == [Kind.UTS]


async def test_show_me_does_on_the_board_what_the_learner_would(en: Words, store: ProgressStore) -> None:
    async with played(en, store, (120, 36)) as it:
        await it.pilot.press("f3")
        await it.until(lambda: it.seen.player.record.passed)
        assert it.split() == [Kind.UTS]


async def test_the_footer_names_the_board_s_keys_while_it_has_them(en: Words, store: ProgressStore) -> None:
    async with played(en, store, (120, 36)) as it:
        footer = it.screen.query_one(Footer)
        await it.until(lambda: "make one" in footer.render_line(0).text)
        await it.pilot.press("f6")
        await it.until(lambda: "make one" not in footer.render_line(0).text)


async def test_before_a_room_the_same_key_gives_the_board_the_keys(en: Words, store: ProgressStore) -> None:
    async with played(en, store, (104, 30), "limit", presenting=True) as it:
        await it.pilot.press("1", "f9")
        await it.until(lambda: it.seen.player.stage is Stage.DO)
        await it.pilot.press("f7")
        assert isinstance(it.screen.focused, Terminal)
        await it.pilot.press("f6")
        await it.until(lambda: it.screen.focused is it.board)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_the_board_shows_every_kind_at_every_size(en: Words, store: ProgressStore, size: tuple[int, int]) -> None:
    async with played(en, store, size) as it:
        if size == (80, 24):
            await it.pilot.press("f6")
        await it.until(lambda: it.board.size.height > 0)
        rows = "\n".join(it.board.render_line(y).text for y in range(it.board.size.height))
        assert all(f"CLONE_NEW{'NS' if kind is Kind.MNT else kind.upper()}" in rows for kind in Kind)
