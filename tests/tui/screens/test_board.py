"""Every board that is a whole screen has help about itself: F1 opens it, F1 closes it, and the bar at the bottom says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nslab.course.progress import ProgressStore
from nslab.course.syllabus import Syllabus
from nslab.tui.app import NslabApp
from nslab.tui.screens.birth import BirthScreen
from nslab.tui.screens.board import BoardScreen
from nslab.tui.screens.compose import ComposeScreen
from nslab.tui.screens.help import HelpScreen
from nslab.tui.screens.order import OrderScreen
from nslab.tui.screens.without import WithoutScreen
from nslab.tui.widgets.footer import Footer
from nslab.words import Words
from tests import born, compose_views
from tests.stage import LESSONS

pytestmark = pytest.mark.needs("lab", "overlay")

MAKE: dict[str, Callable[[Words], BoardScreen]] = {
    "birth": lambda words: BirthScreen(words, born.birth(0), lambda _: born.birth(1), lambda: born.birth(0), ()),
    "order": OrderScreen,
    "without": WithoutScreen,
    "compose": lambda words: ComposeScreen(words, compose_views.headless(), lambda _part: None, compose_views.headless),
}


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.parametrize("board", MAKE)
async def test_f1_tells_about_the_board_and_its_bar_says_so(
    board: str, size: tuple[int, int], words: Words, tmp_path: Path
) -> None:
    app: Any = NslabApp(words, Syllabus(LESSONS), ProgressStore(tmp_path / "progress.json"))
    app.start_with_screen(MAKE[board])
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert f"F1 {words('keys.help')}" in app.screen.query_one(Footer).render_line(0).text
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        panel = app.screen.panel
        assert panel.view.name == words(f"help.{board}.name")
        assert panel.region.bottom <= size[1]
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, BoardScreen)
