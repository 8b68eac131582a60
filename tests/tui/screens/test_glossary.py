"""The words: both languages side by side, the selected one explained, searched in either language."""

from typing import Any

import gallery
import pytest

from nslab.tui.canvas import Canvas
from nslab.tui.faces import Role
from nslab.tui.screens.glossary import Glossary, GlossaryScreen
from nslab.tui.screens.glossary_rows import LIST_WIDTH, glossary_rows
from nslab.tui.searched import Cursor
from nslab.words import Lang, Words


def find(query: str) -> list[str]:
    return [name for name, zh, _ in gallery.TERMS if query in f"{name} {zh}"]


@pytest.mark.parametrize("size", [(78, 22), (116, 32), (196, 46)])
@pytest.mark.parametrize("term", ["boundary", "peer group", "whiteout"])
def test_no_words_are_cut_off_or_written_over(lang: Lang, words: Words, size: tuple[int, int], term: str) -> None:
    canvas = Canvas(*size)
    hits = glossary_rows(canvas, gallery.glossary(lang), Cursor(term), lang, words)
    assert canvas.lost == []
    assert term in hits.values()


def test_terms_not_met_yet_are_mute_in_both_columns(en: Words) -> None:
    canvas = Canvas(116, 32)
    hits = glossary_rows(canvas, gallery.glossary("en"), Cursor("whiteout"), "en", en)
    rows = {term: canvas.rows[y] for y, term in hits.items()}
    assert {face.ink for glyph, face in rows["orphan"][:LIST_WIDTH] if glyph.isalpha()} == {Role.MUTE}
    assert rows["boundary"][1][1].bold


def test_the_other_language_may_stand_first(en: Words) -> None:
    canvas = Canvas(116, 32)
    glossary_rows(canvas, gallery.glossary("en"), Cursor("boundary"), "zh", en)
    assert canvas.text().split("\n")[4].startswith(" 边界                   boundary")


async def test_search_finds_in_both_languages_and_enter_asks_for_the_lesson(stand: Any, en: Words, heard: Any) -> None:
    for query, lesson in (("命", "uts"), ("whi", "cow")):
        heard.clear()
        app = stand()
        async with app.run_test(size=(120, 36), message_hook=heard.append) as pilot:
            await app.push_screen(GlossaryScreen(en, gallery.glossary("en"), find))
            await pilot.press("slash", *query, "enter")
            await pilot.pause()
        assert [message.lesson_id for message in heard.of(Glossary.LessonWanted)] == [lesson]


async def test_nothing_found_is_said(stand: Any, en: Words) -> None:
    app, screen = stand(), GlossaryScreen(en, gallery.glossary("en"), find)
    async with app.run_test(size=(120, 36)) as pilot:
        await app.push_screen(screen)
        await pilot.press("slash", "q", "q")
        await pilot.pause()
        text = "".join(screen.glossary.render_line(y).text for y in range(10))
        assert "No word has “qq” in it." in text
