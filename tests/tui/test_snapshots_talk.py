"""How a screen looks before a room, kept as SVG."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cells import named
from podium import PROJECTOR, Shows, Talk, whole

from nslab.tui import theme
from nslab.tui.drawn import Drawn
from nslab.words import Lang, Words
from tests.stage import screen_words

Snapshot = Callable[..., bool]


@pytest.mark.parametrize(
    ("card", "lang", "size", "theme_name"),
    [
        ("predict", "en", PROJECTOR, theme.PAPER),
        ("predict", "zh", PROJECTOR, theme.INK),
        ("ask", "zh", PROJECTOR, theme.PAPER),
        ("passed", "en", PROJECTOR, theme.PAPER),
        ("passed", "zh", (80, 24), theme.PAPER),
        ("held", "en", PROJECTOR, theme.PLAIN),
        ("explain", "zh", (200, 50), theme.PAPER),
    ],
    ids=named,
)
def test_a_lesson_before_a_room(
    snap_compare: Snapshot, card: str, lang: Lang, size: tuple[int, int], theme_name: str
) -> None:
    assert snap_compare(Shows(Talk(lang, card, screen_words(lang)), theme_name), terminal_size=size)


@pytest.mark.parametrize(
    ("board", "lang", "size", "theme_name"),
    [
        ("birth", "en", PROJECTOR, theme.PAPER),
        ("birth", "zh", (80, 24), theme.PAPER),
        ("without", "zh", PROJECTOR, theme.PAPER),
        ("without", "en", PROJECTOR, theme.PLAIN),
        ("order", "en", PROJECTOR, theme.PAPER),
        ("order", "zh", (120, 36), theme.INK),
        ("explore", "zh", PROJECTOR, theme.PAPER),
        ("compose", "en", PROJECTOR, theme.PAPER),
        ("compose", "zh", (120, 36), theme.INK),
    ],
    ids=named,
)
def test_a_board_before_a_room(
    snap_compare: Snapshot, board: str, lang: Lang, size: tuple[int, int], theme_name: str
) -> None:
    assert snap_compare(Shows(whole(board, screen_words(lang)), theme_name), terminal_size=size)


@pytest.mark.parametrize("board", ["birth", "without", "order", "explore", "compose"])
@pytest.mark.parametrize("size", [(80, 24), PROJECTOR, (120, 36), (200, 50)])
async def test_no_board_before_a_room_loses_words(words: Words, board: str, size: tuple[int, int]) -> None:
    screen = whole(board, words)
    async with Shows(screen).run_test(size=size) as pilot:
        await pilot.pause()
        lost = {str(drawn): drawn.lost for drawn in screen.query(Drawn) if drawn.lost}
    assert lost == {}


@pytest.mark.parametrize("card", ["undecided", "do", "ask", "miss", "passed", "explain", "cannot", "loading"])
@pytest.mark.parametrize("size", [PROJECTOR, (120, 36), (200, 50)])
async def test_no_widget_before_a_room_loses_words(lang: Lang, words: Words, card: str, size: tuple[int, int]) -> None:
    screen = Talk(lang, card, words)
    async with Shows(screen).run_test(size=size) as pilot:
        await pilot.pause()
        lost = {str(drawn): drawn.lost for drawn in screen.query(Drawn) if drawn.lost}
    assert lost == {}
