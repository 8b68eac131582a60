"""Help explains the pane at hand where it stands, and everything else gives up its colour meanwhile."""

from typing import Any

import gallery
import pytest
from textual.containers import Vertical

from nslab.tui import keys
from nslab.tui.panes.program import Program
from nslab.tui.screens.help import HelpScreen
from nslab.tui.screens.help_rows import help_rows
from nslab.tui.widgets.wrecked import WreckedBand
from nslab.words import Lang, Words


@pytest.mark.parametrize("width", [64, 80, 84])
def test_no_words_are_cut_off_or_written_over(lang: Lang, words: Words, width: int) -> None:
    assert help_rows(gallery.help_view(lang), keys.LESSON[:4], width, words).lost == []


def test_help_says_what_is_seen_which_keys_there_are_and_what_is_read(en: Words) -> None:
    text = help_rows(gallery.help_view("en"), keys.LESSON[:2], 84, en).text()
    for part in ("? namespaces", "≠", "in this pane", "anywhere", "F2", "reads  the ns links of both processes"):
        assert part in text


def inks(widget: Any) -> set[str]:
    return {
        str(segment.style)
        for y in range(widget.size.height)
        for segment in widget.render_line(y)
        if segment.text.strip()
    }


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_only_the_pane_at_hand_keeps_its_colours(stand: Any, en: Words, size: tuple[int, int]) -> None:
    pane, other = Program(en, gallery.program("en")), WreckedBand(en, gallery.wreck("en"))
    pane.styles.height = 12
    app = stand(Vertical(other, pane))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        before = inks(pane), inks(other)
        screen = HelpScreen(en, gallery.help_view("en"), pane)
        await app.push_screen(screen)
        await pilot.pause()
        assert inks(pane) == before[0]
        assert len(inks(other)) == 1
        region = screen.panel.region
        assert region.bottom <= size[1] - 1
        assert region.right <= size[0]
        await pilot.press("escape")
        await pilot.pause()
        assert inks(other) == before[1]


async def test_tab_asks_for_the_next_panes_help(stand: Any, en: Words) -> None:
    pane, closed = Program(en, gallery.program("en")), []
    app = stand(pane)
    async with app.run_test(size=(120, 36)) as pilot:
        app.push_screen(HelpScreen(en, gallery.help_view("en"), pane), closed.append)
        await pilot.pause()
        await pilot.press("tab")
        await pilot.pause()
    assert closed == ["next_help"]
