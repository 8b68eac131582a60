"""The band of a wrecked lab answers the fear before it names the key."""

from typing import Any

import gallery
import pytest

from nslab.tui.widgets.wrecked import Wreck, WreckedBand, wrecked_rows
from nslab.words import Lang, Words


@pytest.mark.parametrize("width", [40, 78, 82, 150])
def test_no_words_are_lost(lang: Lang, words: Words, width: int) -> None:
    assert wrecked_rows(gallery.wreck(lang), width, words).lost == []


def test_what_was_not_touched_stands_before_the_way_out(en: Words) -> None:
    text = wrecked_rows(gallery.wreck("en"), 90, en).text()
    assert text.index("Nothing outside was touched") < text.index("⏎  reset lab")
    assert "steps replayed: 2, commands: 3" in text


def test_nothing_to_replay_is_said_in_words(en: Words) -> None:
    text = wrecked_rows(Wreck("no shell can start", 0, 0), 90, en).text()
    assert "from the beginning of this step" in text
    assert "0" not in text


async def test_enter_and_a_click_reset(stand: type, en: Words, heard: Any) -> None:
    band = WreckedBand(en, gallery.wreck("en"))
    async with stand(band).run_test(size=(90, 10), message_hook=heard.append) as pilot:
        band.focus()
        await pilot.press("enter")
        await pilot.click(WreckedBand)
    assert len(heard.of(WreckedBand.ResetWanted)) == 2
