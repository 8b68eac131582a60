"""Screens that are shown to a room, for tests and pictures: any widgets, or the parts of a lesson where a projector has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gallery
import observed
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from nslab.tui import keys, theme
from nslab.tui.lesson.desk import Desk
from nslab.tui.lesson.places import ANSWERS, STORY, Shown
from nslab.tui.lesson.projector import before_a_room
from nslab.tui.panes.namespaces import NamespacePane
from nslab.tui.story.answers import Answers
from nslab.tui.story.view import Predicting
from nslab.tui.story.widget import Story
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.frame import TerminalFrame
from nslab.tui.widgets.header import Header
from nslab.words import Lang, Words

PROJECTOR = (104, 30)


class Room(Screen[None]):
    """A screen before a room, with these widgets."""

    presenting = True

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self._widgets = widgets

    def compose(self) -> Any:
        yield from self._widgets


class Talk(Room):
    """The parts of a lesson, one card open."""

    def __init__(self, lang: Lang, card: str, words: Words) -> None:
        view = gallery.story(lang, card)
        self.story, self.pane = Story(words, view, id=STORY), NamespacePane(words, id="namespaces")
        self.asks = isinstance(view.card, Predicting)
        host, box = gallery.worlds(lang)
        parts = (
            self.story,
            Answers(words, view.card, id=ANSWERS),
            TerminalFrame(words, host, Static("lab:~# "), id="host"),
            TerminalFrame(words, box, Static("container:~# "), id="box"),
            self.pane,
        )
        super().__init__(Header(words, gallery.where(lang)), Desk(self._places, *parts), Footer(words, keys.LESSON))

    def on_mount(self) -> None:
        self.pane.view = observed.lesson_namespaces()

    def _places(self, width: int, height: int) -> Mapping[str, Region]:
        rows = self.story.bar_height(width - 2)
        return before_a_room(width, height, Shown(("host", "box"), ("namespaces",), bar_rows=rows, answers=self.asks))


class Shows(App[None]):
    """An application with one screen on show, in one theme."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, screen: Screen[Any], theme_name: str = theme.PAPER) -> None:
        super().__init__()
        self._shown, self._theme_name = screen, theme_name

    async def on_mount(self) -> None:
        theme.register(self)
        self.theme = self._theme_name
        await self.push_screen(self._shown)
