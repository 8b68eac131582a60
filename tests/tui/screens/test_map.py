"""The map by keys and mouse: move, search, open."""

from collections.abc import Iterable
from typing import Any

import gallery
import pytest

from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.screens.map import CourseMap, MapScreen
from nslab.words import Words, words_for


def find(query: str) -> Iterable[str]:
    return [name for name, (_, en, zh) in gallery.LESSONS.items() if query in f"{name} {en} {zh}".casefold()]


@pytest.fixture
def screen(en: Words) -> MapScreen:
    return MapScreen(en, gallery.course("en"), find)


async def run(stand: Any, screen: MapScreen, heard: Any, *keys: str) -> None:
    app = stand()
    async with app.run_test(size=(120, 36), message_hook=heard.append) as pilot:
        await app.push_screen(screen)
        await pilot.press(*keys)
        await pilot.pause()


@pytest.mark.parametrize(
    ("keys", "lesson"),
    [
        ((), "pid"),
        (("down", *("up",) * 5), "process"),
        (("slash", "q", "u", "e", "u", "e"), "ipc"),
        (("slash", *"host names"), "uts"),
        (("slash", *"zzz", "escape"), "pid"),
    ],
)
async def test_enter_opens_the_lesson_selected(
    stand: Any, screen: MapScreen, heard: Any, keys: tuple[str, ...], lesson: str
) -> None:
    pressed = ["space" if key == " " else key for key in keys]
    await run(stand, screen, heard, *pressed, "enter")
    assert [message.lesson_id for message in heard.of(CourseMap.Opened)] == [lesson]


async def test_a_lesson_that_cannot_run_is_not_opened(stand: Any, screen: MapScreen, heard: Any) -> None:
    await run(stand, screen, heard, "slash", *"slowed down", "down", "enter")
    assert screen.map.cursor.selected == "io"
    assert heard.of(CourseMap.Opened) == []


async def test_letters_typed_into_the_search_are_not_keys(stand: Any, screen: MapScreen, heard: Any) -> None:
    await run(stand, screen, heard, "slash", "c", "g")
    assert heard.of(KeyedScreen.Wanted) == []
    await run(stand, MapScreen(words_for("en"), gallery.course("en"), find), heard, "c", "g", "f10")
    assert [message.action for message in heard.of(KeyedScreen.Wanted)] == ["cards", "glossary", "leave"]


async def test_a_click_selects_and_a_second_one_opens(stand: Any, screen: MapScreen, heard: Any) -> None:
    app = stand()
    async with app.run_test(size=(120, 36), message_hook=heard.append) as pilot:
        await app.push_screen(screen)
        await pilot.pause()
        row = next(y for y in range(36) if " same " in screen.map.render_line(y).text)
        for _ in range(2):
            await pilot.click(CourseMap, offset=(10, row))
        await pilot.pause()
    assert [message.lesson_id for message in heard.of(CourseMap.Opened)] == ["same"]


async def test_the_language_changes_while_it_runs(stand: Any, screen: MapScreen) -> None:
    app = stand()
    async with app.run_test(size=(120, 36)) as pilot:
        await app.push_screen(screen)
        screen.speak(words_for("zh"))
        screen.map.show(gallery.course("zh"))
        await pilot.pause()
        assert "容器是怎么工作的？" in screen.map.render_line(1).text
        assert screen.map.cursor.selected == "pid"


async def test_all_keys_are_a_leader_away(stand: Any, screen: MapScreen, heard: Any) -> None:
    await run(stand, screen, heard, "ctrl+g", "l")
    assert [message.action for message in heard.of(KeyedScreen.Wanted)] == ["language"]
