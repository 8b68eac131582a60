"""The application: themes, languages, and which screen is on show."""

from __future__ import annotations

import os
from typing import Any, ClassVar

from textual.app import App
from textual.widget import Widget

from nslab.course.acts import resume_at
from nslab.course.library import Library
from nslab.course.loader import Pack
from nslab.course.play import Play
from nslab.course.player import Player
from nslab.course.progress import ProgressStore
from nslab.course.record import recorded
from nslab.course.replay import Progress
from nslab.tui import theme
from nslab.tui.commands import KeyCommands
from nslab.tui.lesson.conductor import Conductor, OpenPlay
from nslab.tui.lesson.screen import LessonScreen, MakeConductor
from nslab.tui.screens.keyed import KeyedScreen
from nslab.words import LANGS, Words, words_for


class NslabApp(App[None]):
    """The map and the lessons. It ends the lab of the lesson on show before it ends itself."""

    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[Any]] = {KeyCommands}
    CSS = "Screen { background: $background; } Toast { background: $panel; color: $foreground; }"
    TITLE = "nslab"

    def __init__(self, words: Words, library: Library, store: ProgressStore, wanted_theme: str | None = None) -> None:
        super().__init__()
        theme.register(self)
        self.theme = theme.choose(bool(os.environ.get("NO_COLOR")), self.console.color_system, wanted_theme)
        self.words, self.library, self.store = words, library, store

    def open_lesson(self, pack: Pack, from_step: str | None = None) -> None:
        """Show a lesson at the step where it goes on, or at `from_step`."""
        progress = self.store.progress.of(key_of(pack, self.library))
        step = from_step or progress.step
        predictions = {name: given.choice for name, given in progress.predictions.items()}

        def open_play(told: Progress) -> Play:
            play = Play(pack, self.store.progress.done())
            try:
                if step is not None:
                    resume_at(play, step, predictions, told)
                play.tick()
            except BaseException:
                play.close()
                raise
            return play

        self.push_screen(LessonScreen(self.words, pack, self._chapter(pack), self._conductor(pack, open_play)))

    def _conductor(self, pack: Pack, open_play: OpenPlay) -> MakeConductor:
        key = key_of(pack, self.library)

        def moved(player: Player) -> None:
            self.store.change(key, recorded(player))

        def make(screen: Widget) -> Conductor:
            return Conductor(screen, open_play, moved)

        return make

    def _chapter(self, pack: Pack) -> str:
        for chapter in self.library.chapters():
            if pack.lesson.id in chapter.lessons:
                return chapter.title[self.words.lang]
        return ""

    async def on_keyed_screen_wanted(self, message: KeyedScreen.Wanted) -> None:
        """What concerns more than one screen."""
        match message.action:
            case "language":
                self.speak(words_for(LANGS[(LANGS.index(self.words.lang) + 1) % len(LANGS)]))
            case "theme":
                self.theme = theme.following(self.theme)
            case "leave":
                await self._leave()

    def speak(self, words: Words) -> None:
        """Go on in another language, on every screen."""
        self.words = words
        for screen in self.screen_stack:
            if isinstance(screen, KeyedScreen):
                screen.speak(words)

    async def _leave(self) -> None:
        """One screen back; from the first one, out."""
        screen = self.screen
        if isinstance(screen, LessonScreen):
            screen.leave()
        if len(self.screen_stack) > 2:
            await self.pop_screen()
        else:
            self.exit()


def key_of(pack: Pack, library: Library) -> str:
    """Under what a lesson's progress is kept: its id if it is ours, its path if it is a teacher's."""
    return pack.lesson.id if pack.folder.parent == library.root else str(pack.folder.resolve())

