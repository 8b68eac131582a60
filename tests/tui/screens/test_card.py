"""A card: what stays of a lesson, readable at every size, with the learner's own predictions."""

from typing import Any

import gallery
import pytest

from nslab.tui.screens.card import CardScreen
from nslab.tui.screens.card_rows import card_rows
from nslab.words import Lang, Words


@pytest.mark.parametrize("width", [78, 116, 196])
def test_no_words_are_cut_off_or_written_over(lang: Lang, words: Words, width: int) -> None:
    assert card_rows(gallery.card(lang), width, words).lost == []


def test_a_card_has_its_sentences_predictions_commands_and_dockers_words_in_this_order(en: Words) -> None:
    text = card_rows(gallery.card("en"), 78, en).text()
    places = [
        text.index(part)
        for part in ("A PID namespace is", "you predicted", "commands\nunshare", "In docker", "NSpid ·")
    ]
    assert places == sorted(places)


def test_a_prediction_that_did_not_hold_stands_beside_what_did(en: Words) -> None:
    text = card_rows(gallery.card("en"), 78, en).text()
    assert (
        "✗  In box, whose directory is /proc/1?\n   this shell's: it is process 1\n   it was: the host's first process"
        in text
    )


def test_pictures_stand_beside_the_words_or_below_them(en: Words) -> None:
    wide, narrow = (card_rows(gallery.card("en"), width, en).text().split("\n") for width in (116, 78))
    assert any("A PID namespace" in line and "namespaces ───" in line for line in wide)
    assert not any("A PID namespace" in line and "namespaces ───" in line for line in narrow)


async def test_keys_turn_to_other_cards_copy_and_go_on(stand: Any, en: Words, heard: Any) -> None:
    app = stand()
    async with app.run_test(size=(120, 36), message_hook=heard.append) as pilot:
        await app.push_screen(CardScreen(en, gallery.card("en")))
        await pilot.press("left", "right", "y", "enter")
        await pilot.pause()
        assert app.clipboard == "unshare --pid --fork --mount-proc bash\ngrep NSpid /proc/PID/status"
    assert [message.step for message in heard.of(CardScreen.TurnedTo)] == [-1, 1]
    assert len(heard.of(CardScreen.NextLesson)) == 1


async def test_a_card_taller_than_the_screen_scrolls(stand: Any, en: Words) -> None:
    app, screen = stand(), CardScreen(en, gallery.card("en"))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await pilot.press("end")
        await pilot.pause()
        rows = [screen.page.render_line(y).text for y in range(screen.page.size.height)]
        assert any("4026532254" in row for row in rows)
        assert rows[0].rstrip().endswith("▴")


async def test_escape_closes_it(stand: Any, en: Words) -> None:
    app, closed = stand(), []
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(CardScreen(en, gallery.card("en")), closed.append)
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
    assert closed == [None]
