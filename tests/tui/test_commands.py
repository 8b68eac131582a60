"""The palette finds every key of the screen by its name, in the learner's language."""

from typing import Any

import gallery
from textual.command import DiscoveryHit

from nslab.tui import keys
from nslab.tui.commands import KeyCommands
from nslab.tui.screens.map import MapScreen
from nslab.words import Lang, Words


async def test_every_key_of_the_screen_is_a_command(stand: Any, lang: Lang, words: Words) -> None:
    app, screen = stand(), MapScreen(words, gallery.course(lang), lambda query: [])
    async with app.run_test(size=(80, 24)):
        await app.push_screen(screen)
        names = [hit.text async for hit in KeyCommands(screen).discover() if isinstance(hit, DiscoveryHit)]
    assert names == [words(f"keys.{key.action}") for key in keys.MAP]


async def test_a_command_is_found_by_a_part_of_its_name_and_does_what_the_key_does(
    stand: Any, en: Words, heard: Any
) -> None:
    app, screen = stand(), MapScreen(en, gallery.course("en"), lambda query: [])
    async with app.run_test(size=(80, 24), message_hook=heard.append) as pilot:
        await app.push_screen(screen)
        hits = [hit async for hit in KeyCommands(screen).search("theme")]
        await hits[0].command()
        await pilot.pause()
    assert [message.action for message in heard.of(MapScreen.Wanted)] == ["theme"]
