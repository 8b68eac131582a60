"""On Linux's own console every glyph of the interface is one that its font has: those of code page 437."""

from __future__ import annotations

import re
from pathlib import Path

import gallery
import grouped
import pytest
from podium import PROJECTOR, Shows, Talk, Whole, whole
from rich.cells import cell_len
from textual.screen import Screen

from nslab.tui import theme
from nslab.tui.drawn import Drawn
from nslab.tui.glyphs import CONSOLE
from nslab.tui.screens.map import MapScreen
from nslab.words import Words

ROOT = Path(__file__).parents[2]

# What the page has in the places of control characters, which Python's codec leaves to those.
LOW = "☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼"


def has(glyph: str) -> bool:
    return glyph in LOW or glyph.encode("cp437", "ignore") != b""


def test_a_stand_in_is_as_wide_as_what_it_stands_for_and_is_on_the_page() -> None:
    for glyph, stand_in in CONSOLE.items():
        assert cell_len(stand_in) == cell_len(chr(glyph)) == 1
        assert has(stand_in), stand_in
        assert not has(chr(glyph)), f"{chr(glyph)} needs none"


def lacks(text: str) -> set[str]:
    """The glyphs of a text that the console has neither themselves nor stand-ins for."""
    return {glyph for glyph in text.translate(CONSOLE) if glyph not in "\n\t" and not has(glyph)} - set("中文")


def test_no_english_word_of_the_interface_has_a_glyph_that_the_console_lacks() -> None:
    catalogue = (ROOT / "nslab/locale/en.po").read_text()
    assert lacks("".join(re.findall(r'^(?:msgstr )?"(.*)"$', catalogue, re.MULTILINE))) == set()


@pytest.mark.parametrize("lesson", sorted(path.parent.name for path in (ROOT / "lessons").glob("*/en.md")))
def test_no_english_lesson_has_a_glyph_that_the_console_lacks(lesson: str) -> None:
    assert lacks((ROOT / "lessons" / lesson / "en.md").read_text()) == set()


def screens(words: Words) -> list[Screen[None] | Whole]:
    cards = ("undecided", "do", "ask", "miss", "passed", "held", "explain", "cannot", "loading")
    shown: list[Screen[None] | Whole] = [Talk("en", card, words) for card in cards]
    shown += [whole(board, words) for board in ("birth", "without", "order", "explore")]
    groups = grouped.Groups(words, grouped.frames(), "batch")
    return [*shown, groups, MapScreen(words, gallery.course("en"), lambda query: [])]


@pytest.mark.parametrize("at", range(15))
@pytest.mark.parametrize("name", [theme.CONSOLE, theme.CONSOLE_PLAIN])
async def test_no_screen_shows_a_glyph_that_the_console_lacks(en: Words, at: int, name: str) -> None:
    screen = screens(en)[at]
    lacking: set[str] = set()
    async with Shows(screen, name).run_test(size=PROJECTOR) as pilot:
        await pilot.pause()
        for drawn in screen.query(Drawn):
            for y in range(drawn.size.height):
                lacking |= {glyph for glyph in drawn.render_line(y).text if not has(glyph)}
    assert lacking <= set("中文")  # the other language's own name
