"""A plan in other tongues on screen: pages that are turned, scrolled, copied, and said in the other language."""

from __future__ import annotations

from typing import Any

import pytest

from nslab.course.tongues import Subject, container
from nslab.engine.inventory import Inventory
from nslab.engine.rosetta.views import VIEWS, Machine
from nslab.engine.spec import DOCKER_NAMESPACES, Process, Spec
from nslab.kernel.idmap import Extent, IdMaps
from nslab.kernel.namespaces import Kind
from nslab.tui.canvas import Canvas
from nslab.tui.faces import MUTE, TEXT
from nslab.tui.screens.tongues import Text, TonguesScreen, cut
from nslab.words import Words, words_for
from tests.stage import screen_words

ID = (Extent(0, 1000, 1),)
MACHINE = Machine(Inventory(("usr", "etc"), (("bin", "usr/bin"),)), IdMaps(ID, ID, setgroups=False), root=False)
WEB = container(Spec("web", Process(("sh",)), DOCKER_NAMESPACES, "web"), MACHINE)
SHARED = container(Spec("shared", Process(("sh",)), (Kind.UTS,)), MACHINE)
SIZES = [(80, 22), (120, 34), (200, 48)]


def shown(screen: TonguesScreen) -> str:
    page = screen.page
    return "\n".join(page.render_line(y).text.rstrip() for y in range(page.size.height))


def drawn(page: str, width: int, subject: Subject = WEB, lang: str = "en") -> Canvas:
    words = screen_words("zh" if lang == "zh" else "en")
    return Text(words, subject, page).all_rows(width, 20, plain=False)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("page", VIEWS)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_lost_of_any_page(page: str, size: tuple[int, int], lang: str) -> None:
    canvas = drawn(page, size[0], lang=lang)
    assert canvas.lost == []
    said = "".join(
        WEB.tell(page, words_for("zh" if lang == "zh" else "en"), size[0] - (4 if size[0] >= 100 else 0)).split()
    )
    assert "".join(canvas.text().split()) == said


def test_comments_are_mute_and_commands_are_not() -> None:
    canvas = drawn("shell", 120)
    faces = {row[2][0]: row[2][1] for row in canvas.rows if row[2][0] in "#s"}
    assert (faces["#"], faces["s"]) == (MUTE, TEXT)


def test_a_page_that_can_not_be_says_why() -> None:
    text = drawn("oci", 80, SHARED).text()
    assert "A bundle needs a mount namespace of its own." in text
    assert "Add mnt to --ns." in text


@pytest.mark.parametrize(
    ("line", "width", "rows"), [("abcdef", 4, ["abcd", "ef"]), ("", 4, [""]), ("词词词", 5, ["词词", "词"])]
)
def test_a_long_line_goes_on_in_the_next_row_as_in_a_terminal(line: str, width: int, rows: list[str]) -> None:
    assert list(cut(line, width)) == rows


async def test_left_and_right_turn_the_pages_round(stand: Any, en: Words) -> None:
    app, screen = stand(), TonguesScreen(en, (WEB, SHARED))
    async with app.run_test(size=(120, 36)) as pilot:
        await app.push_screen(screen)
        await pilot.pause()
        assert "mkdir $room" in shown(screen)
        await pilot.press("right")
        assert 'mkdir("/run/nslab/web"' in shown(screen)
        await pilot.press("left", "left")
        assert '"ociVersion"' in shown(screen)
        await pilot.press("right")
        assert "mkdir $room" in shown(screen)


async def test_another_container_begins_at_its_first_page(stand: Any, en: Words) -> None:
    app, screen = stand(), TonguesScreen(en, (WEB, SHARED))
    async with app.run_test(size=(120, 36)) as pilot:
        await app.push_screen(screen)
        await pilot.press("right", "tab")
        await pilot.pause()
        assert screen.page.subject is SHARED
        assert screen.page.page == "plan"


async def test_a_click_on_a_tab_shows_its_page_and_y_copies_the_whole_text(stand: Any, en: Words) -> None:
    app, screen = stand(), TonguesScreen(en, (WEB,))
    async with app.run_test(size=(120, 36)) as pilot:
        await app.push_screen(screen)
        await pilot.pause()
        await pilot.click(offset=(30, 1))
        await pilot.pause()
        assert screen.page.page == "shell"
        await pilot.press("y")
        assert app.clipboard == WEB.tell("shell", en, 100)


async def test_the_other_language_is_spoken_on_the_page_at_hand(stand: Any, en: Words) -> None:
    app, screen = stand(), TonguesScreen(en, (WEB,))
    async with app.run_test(size=(120, 36)) as pilot:
        await app.push_screen(screen)
        await pilot.press("right")
        screen.speak(screen_words("zh"))
        await pilot.pause()
        assert "# 第一个进程。" in shown(screen)
