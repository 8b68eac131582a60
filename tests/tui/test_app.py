"""The application around the lessons: the map, cards, words, help, and what concerns more than one screen."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from patience import until
from textual.pilot import Pilot
from textual.screen import Screen

from nslab.course.examined import Unexamined
from nslab.course.glossary import read_glossary
from nslab.course.loader import Pack
from nslab.course.progress import LessonProgress, Prediction, ProgressStore
from nslab.course.scaffold import make_pack
from nslab.course.syllabus import Syllabus, key_at
from nslab.engine.doctor import PROBES, Finding
from nslab.engine.doctor.findings import missing
from nslab.tui import app as app_module
from nslab.tui import theme
from nslab.tui.app import NslabApp
from nslab.tui.lesson.screen import LessonScreen
from nslab.tui.screens.card import CardScreen
from nslab.tui.screens.glossary import GlossaryScreen
from nslab.tui.screens.help import HelpScreen
from nslab.tui.screens.map import MapScreen
from nslab.words import Lang, words_for
from tests.engine.conftest import trace
from tests.stage import LESSONS, lesson

TERM = """
[[term]]
en = "my word"
zh = "我的词"
lesson = "first"
meaning = { en = "Mine.", zh = "我的。" }
not = { en = "yours", zh = "你的" }
"""


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def store(tmp_path: Path) -> ProgressStore:
    return ProgressStore(tmp_path / "progress.json")


@pytest.fixture
def app(store: ProgressStore) -> NslabApp:
    return NslabApp(words_for("en"), Syllabus(LESSONS), store)


def labs() -> list[str]:
    """The labs that run for this process, by the name of their first process."""
    return [one for one in trace().processes if one.endswith(" lab")]


async def on(app: NslabApp, kind: type, pilot: Pilot[None]) -> None:
    await until(lambda: isinstance(app.screen, kind))
    await pilot.pause()


async def on_lesson(app: NslabApp, pilot: Pilot[None]) -> LessonScreen:
    """Once the lab is up and the first question asked."""
    await on(app, LessonScreen, pilot)
    screen = app.screen
    assert isinstance(screen, LessonScreen)
    await until(lambda: screen._seen is not None)
    await pilot.pause()
    return screen


async def test_it_begins_at_the_map_and_a_lesson_opened_there_leads_back_to_it(app: NslabApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await on(app, MapScreen, pilot)
        await pilot.press("slash", *"pid", "enter")
        await on(app, LessonScreen, pilot)
        await until(labs)
        await pilot.press("f10")
        await on(app, MapScreen, pilot)
        assert not labs()
        await pilot.press("f10")
        await pilot.pause()
        assert app.return_code == 0


async def test_a_lesson_s_last_step_read_its_card_is_shown_and_the_next_lesson_is_a_key_away(
    app: NslabApp, store: ProgressStore
) -> None:
    app.start_with(lesson("uts"), None)
    async with app.run_test(size=(120, 36)) as pilot:
        await on(app, LessonScreen, pilot)
        screen = app.screen
        assert isinstance(screen, LessonScreen)
        screen.post_message(LessonScreen.Finished())
        await on(app, CardScreen, pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, LessonScreen) and app.screen.pack.lesson.id == "pid")
        assert [type(one) for one in app.screen_stack[1:]] == [LessonScreen]
        assert len(labs()) <= 1


async def test_a_next_lesson_that_can_not_run_here_is_not_opened_and_says_what_is_missing(
    app: NslabApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = missing("cc", "no-compiler", install="sudo apt install gcc", python="python")

    async def examined() -> tuple[Finding, ...]:
        return tuple(found if probe == "cc" else Finding(probe, "ok") for probe in PROBES)

    monkeypatch.setattr(app_module, "examine_elsewhere", examined)
    app.start_with(lesson("uts"), None)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await on_lesson(app, pilot)
        screen.post_message(LessonScreen.Finished())
        await on(app, CardScreen, pilot)
        await until(lambda: not isinstance(app._machine, Unexamined))
        await pilot.press("enter")
        await until(lambda: app._notifications)
        told = next(iter(app._notifications)).message
        assert told.startswith(app.words("lesson.refused", lesson="pid"))
        assert "sudo apt install gcc" in told
        assert isinstance(app.screen, CardScreen)


async def test_cards_can_be_turned_to_the_ends_and_no_further(app: NslabApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await on(app, MapScreen, pilot)
        await pilot.press("c")
        await on(app, CardScreen, pilot)
        order = app.syllabus.order()
        for key, last in (("left", order[0]), ("right", order[-1])):
            for _ in range(len(order) + 1):
                await pilot.press(key)
            assert isinstance(app.screen, CardScreen)
            assert app.screen.page.view.lesson_id == last
        await pilot.press("escape")
        await on(app, MapScreen, pilot)


async def test_a_card_shows_what_was_predicted_and_speaks_the_language_chosen_over_it(
    app: NslabApp, store: ProgressStore
) -> None:
    store.change("pid", lambda _: LessonProgress(done=True, predictions={"one": Prediction("one", "one")}))
    async with app.run_test(size=(120, 36)) as pilot:
        await on(app, MapScreen, pilot)
        await pilot.press(*["down"] * Syllabus(LESSONS).order().index("pid"), "c")
        await on(app, CardScreen, pilot)
        screen = app.screen
        assert isinstance(screen, CardScreen)
        assert (screen.page.view.lesson_id, len(screen.page.view.predicted)) == ("pid", 1)
        app.speak(words_for("zh"))
        assert screen.page.view.title == lesson("pid").words["zh"].title


async def test_words_lead_to_their_lesson_but_not_over_another_lab(app: NslabApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await on(app, MapScreen, pilot)
        await pilot.press("g")
        await on(app, GlossaryScreen, pilot)
        await pilot.press("enter")
        await on(app, LessonScreen, pilot)
        await pilot.press("ctrl+g", "g")
        await on(app, GlossaryScreen, pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert sum(isinstance(screen, LessonScreen) for screen in app.screen_stack) == 1


async def test_words_change_their_language_while_they_are_read(app: NslabApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await on(app, MapScreen, pilot)
        await pilot.press("g")
        await on(app, GlossaryScreen, pilot)
        app.speak(words_for("zh"))
        await pilot.pause()
        assert isinstance(app.screen, GlossaryScreen)
        known = {term.en: term.meaning["zh"] for term in read_glossary(LESSONS)}
        assert {term.id: term.meaning for term in app.screen.glossary._view.terms} == known


@pytest.mark.parametrize(("lang", "size"), [("en", (120, 36)), ("en", (200, 50)), ("zh", (80, 24))])
async def test_help_is_about_the_part_that_has_the_keys_and_tab_goes_on(
    store: ProgressStore, size: tuple[int, int], lang: Lang
) -> None:
    app = NslabApp(words_for(lang), Syllabus(LESSONS), store)
    app.start_with(lesson("pid"), None)
    async with app.run_test(size=size) as pilot:
        await on_lesson(app, pilot)
        names: list[str] = []
        before: Screen[Any] = app.screen
        await pilot.press("ctrl+g", "h")
        for _ in range(6):
            await until(lambda before=before: app.screen is not before and isinstance(app.screen, HelpScreen))
            await pilot.pause()
            before = app.screen
            assert isinstance(app.screen, HelpScreen)
            names.append(app.screen.panel.view.name)
            region = app.screen.panel.region
            assert app.screen.region.contains_region(region)
            await pilot.press("tab")
            await pilot.pause()
        words = app.words
        expected = [words(f"help.{part}.name") for part in ("story", "terminal", "terminal", "namespaces", "processes")]
        assert names == [*expected, expected[0]]
        await pilot.press("f1")
        await on(app, LessonScreen, pilot)
        await pilot.press("f1")
        await on(app, HelpScreen, pilot)
        await pilot.press("f10")
        await until(lambda: app._exit)


async def test_the_map_has_help_too(app: NslabApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await on(app, MapScreen, pilot)
        await pilot.press("f1")
        await on(app, HelpScreen, pilot)
        await pilot.press("tab")
        await on(app, MapScreen, pilot)


async def test_without_colours_no_theme_has_any(store: ProgressStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = NslabApp(words_for("en"), Syllabus(LESSONS), store, theme.PAPER)
    async with app.run_test(size=(80, 24)) as pilot:
        await on(app, MapScreen, pilot)
        await pilot.press("ctrl+g", "t")
        await pilot.pause()
        assert app.theme == theme.PLAIN


async def test_progress_that_can_not_be_kept_is_told(app: NslabApp, store: ProgressStore) -> None:
    store.path.mkdir(parents=True)
    (store.path / "in the way").touch()
    app.start_with(lesson("pid"), None)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_lesson(app, pilot)
        await pilot.press("1", "enter")
        await until(lambda: app._notifications)
        assert "progress.json" in next(iter(app._notifications)).message


async def test_a_teacher_s_own_lesson_has_its_card_and_progress_under_its_path(
    app: NslabApp, store: ProgressStore, tmp_path: Path
) -> None:
    shutil.copytree(LESSONS / "pid", tmp_path / "mine" / "pid")
    pack = app.syllabus.load(str(tmp_path / "mine" / "pid"))
    assert isinstance(pack, Pack)
    assert key_at(pack.folder) == str((tmp_path / "mine" / "pid").resolve())
    assert key_at(lesson("pid").folder) == "pid"
    app.start_with(pack, None)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_lesson(app, pilot)
        await pilot.press("1", "enter")
        await until(lambda: str(pack.folder.resolve()) in store.progress.lessons)
        await pilot.press("ctrl+g", "d")
        await on(app, CardScreen, pilot)
        await pilot.press("right")
        await pilot.pause()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_told_to_end_it_ends_its_lab_first(app: NslabApp, number: signal.Signals) -> None:
    app.start_with(lesson("pid"), None)
    async with app.run_test(size=(120, 36)) as pilot:
        await on(app, LessonScreen, pilot)
        await until(labs)
        os.kill(os.getpid(), number)
        await until(lambda: app._exit)
    assert app.return_code == 128 + number
    assert not labs()


async def crash(app: NslabApp) -> None:
    """Play a lesson until something in the lab's thread goes wrong that nobody expected."""
    async with app.run_test(size=(120, 36)) as pilot:
        await on(app, LessonScreen, pilot)
        assert isinstance(app.screen, LessonScreen)
        app.screen._conductor.do(lambda play: 1 // 0)
        time.sleep(0.5)  # the screen is slow: it takes in the lab's terminals when all has gone wrong already
        await until(lambda: app._exception)


async def test_a_mistake_in_the_lab_s_thread_ends_the_program_and_not_just_the_thread(app: NslabApp) -> None:
    app.start_with(lesson("pid"), None)
    with pytest.raises(ZeroDivisionError):
        await crash(app)
    assert not labs()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A teacher's pack of one lesson, which introduces a word of its own."""
    folder = tmp_path / "mine"
    make_pack(folder)
    with (folder / "glossary.toml").open("a") as glossary:
        glossary.write(TERM)
    for file, known, own in (("en.md", "**UTS namespace**", "my word"), ("zh.md", "**UTS 命名空间**", "我的词")):
        path = folder / "first" / file
        path.write_text(path.read_text().replace(known, f"{known}, **{own}**"))
    return folder


async def test_a_pack_has_a_map_of_its_own_and_its_words_stand_among_ours(pack: Path, store: ProgressStore) -> None:
    store.change(str(pack / "first"), lambda progress: replace(progress, done=True))
    app = NslabApp(words_for("en"), Syllabus(pack), store)
    async with app.run_test(size=(120, 36)) as pilot:
        await on(app, MapScreen, pilot)
        assert isinstance(app.screen, MapScreen)
        assert app.screen.map.ids() == ["first"]
        await pilot.press("g")
        await on(app, GlossaryScreen, pilot)
        assert isinstance(app.screen, GlossaryScreen)
        terms = {term.id: term for term in app.screen.glossary._view.terms}
        assert {"my word", "namespace"} <= terms.keys()
        assert terms["my word"].met
        app.screen.glossary.cursor = replace(app.screen.glossary.cursor, selected="my word")
        await pilot.press("enter")
        screen = await on_lesson(app, pilot)
        assert screen.pack.folder == pack / "first"
