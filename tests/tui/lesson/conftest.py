"""The application with a real lab, played by a pilot."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from nslab.course.progress import ProgressStore
from nslab.course.snapshot import Snapshot
from nslab.course.syllabus import Syllabus
from nslab.tui.app import NslabApp
from nslab.tui.lesson.screen import LessonScreen
from nslab.tui.story.view import StoryView
from nslab.tui.terminal.cells import text_of
from nslab.tui.terminal.widget import Terminal
from nslab.words import Lang, words_for
from tests.engine.conftest import Trace, new_since, trace
from tests.stage import LESSONS, lesson

PATIENCE_S = 15.0
GONE_S = 1.0


class Played:
    """A lesson on screen: what is seen of it, and hands."""

    def __init__(self, app: NslabApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> LessonScreen:
        screen = next(screen for screen in self.app.screen_stack if isinstance(screen, LessonScreen))
        assert isinstance(screen, LessonScreen)
        return screen

    @property
    def seen(self) -> Snapshot:
        seen = self.screen._seen
        assert seen is not None
        return seen

    @property
    def story(self) -> StoryView:
        return self.screen.parts.story._view

    def terminal(self, name: str) -> Terminal:
        return self.screen.parts.terminals.widget(name)

    def printed(self, name: str) -> str:
        """What stands on a terminal's screen."""
        vt = self.terminal(name).vt
        lines = (vt.line(vt.scrolled_out + y) for y in range(vt.lines))
        return "\n".join(text_of(line).rstrip() for line in lines if line is not None)

    async def until(self, condition: Callable[[], object], seconds: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "did not come about"
            await asyncio.sleep(0.02)
        await self.pilot.pause()

    async def ready(self) -> None:
        """Until the lab is up and both shells wait for a command."""
        await self.until(lambda: self.screen._seen is not None)
        await self.until(lambda: all(":~#" in self.printed(name) for name in self.seen.terminals))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    def key(self, key: str, character: str | None = None) -> None:
        """A key as the terminal reports it. `press` waits until nothing moves on screen; in a flood something always does."""
        self.app.post_message(events.Key(key, character))

    def type(self, line: str, terminal: str = "box") -> None:
        """A line and Enter, all at once."""
        assert self.terminal(terminal).send(line.encode() + b"\r")

    async def type_by_keys(self, line: str) -> None:
        """Type a line into what has the keys, key after key, and Enter."""
        names = {" ": "space", "$": "dollar_sign", "-": "minus", ".": "full_stop", "/": "slash", "_": "underscore"}
        await self.pilot.press(*(names.get(char, char) for char in line), "enter")


def conductors() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "conductor"]


@pytest.fixture
def store(tmp_path: Path) -> ProgressStore:
    return ProgressStore(tmp_path / "progress.json")


def left_after(before: Trace) -> dict[str, frozenset[str]]:
    deadline = time.monotonic() + GONE_S
    while (left := new_since(before)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


@pytest.fixture
def played(store: ProgressStore, monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    """`async with played(...) as lesson`: leaves the application, and proves that nothing is left of it."""

    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)

    @asynccontextmanager
    async def play(
        size: tuple[int, int] = (120, 36),
        lang: Lang = "en",
        step: str | None = None,
        theme: str | None = None,
        *,
        presenting: bool = False,
    ) -> AsyncIterator[Played]:
        before = trace()
        app = NslabApp(words_for(lang), Syllabus(LESSONS), store, theme, presenting=presenting)
        app.start_with(lesson("pid"), step)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield Played(app, pilot)
        assert conductors() == []
        assert {kind: left for kind, left in left_after(before).items() if kind != "descriptors"} == {}

    return play
