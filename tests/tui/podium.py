"""Screens that are shown to a room, for tests and pictures: any widgets, or the parts of a lesson where a projector has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import explored
import gallery
import observed
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from nslab.course.ablation import PRIMITIVES
from nslab.course.boards import AttemptsView
from nslab.course.ordering import CARDS
from nslab.tui import keys, theme
from nslab.tui.birth.board import BirthBoard
from nslab.tui.lesson.desk import Desk
from nslab.tui.lesson.places import ANSWERS, STORY, Shown
from nslab.tui.lesson.projector import before_a_room
from nslab.tui.order.board import OrderBoard
from nslab.tui.panes.compose import ComposePane
from nslab.tui.panes.namespaces import NamespacePane
from nslab.tui.screens.explore import ExploreTable
from nslab.tui.story.answers import Answers
from nslab.tui.story.view import Predicting
from nslab.tui.story.widget import Story
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.frame import TerminalFrame
from nslab.tui.widgets.header import Header, Where
from nslab.tui.without.board import WithoutBoard
from nslab.words import Lang, Words
from tests import born, order_views, without_views
from tests.compose_views import preset

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


class Whole(Room):
    """A board that is a screen of its own."""

    def __init__(self, board: Widget, name: str, table: tuple[keys.Key, ...], words: Words) -> None:
        board.styles.margin = (1, 2, 0, 2)
        board.styles.height = "1fr"
        super().__init__(Header(words, Where("", name)), board, Footer(words, table))


def whole(which: str, words: Words) -> Whole:
    """Each board in the middle of something."""
    match which:
        case "birth":
            return Whole(BirthBoard(words, born.birth(72), whole=True), which, keys.BIRTH, words)
        case "without":
            at = (list(without_views.BY_ID).index("escape"), PRIMITIVES.index("pivot"))
            off = frozenset({"pivot", "nnp"})
            seen = without_views.trials(off, {"escape": without_views.through("escape", 52078413)})
            return Whole(WithoutBoard(words, seen, off, at, whole=True), which, keys.WITHOUT, words)
        case "order":
            tries = (order_views.silent(), order_views.broken_at("dev"), order_views.broken_at("kernel"))
            board = OrderBoard(words, AttemptsView(tries), order=CARDS, whole=True)
            return Whole(board, which, keys.ORDER, words)
        case "compose":
            return Whole(ComposePane(words, preset("pod"), whole=True), which, keys.COMPOSE, words)
    return Explored(words)


class Explored(Whole):
    """The explorer's table over a machine that stands still."""

    def __init__(self, words: Words) -> None:
        self.table = ExploreTable(words)
        super().__init__(self.table, "explore", keys.EXPLORE, words)
        self.table.styles.margin = 0

    def on_mount(self) -> None:
        self.table.show(explored.machine())


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
