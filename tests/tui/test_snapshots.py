"""How the screens look, kept as SVG: sizes, languages, and themes each at least once. `--snapshot-update` accepts a change.

What a picture must not hide, words cut off in the other language or at another size, is tested beside each arrangement.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import explored
import gallery
import observed
import pytest
import wired
from cells import LARGE, MIDDLE, SMALL, named
from msgspec import Struct
from podium import Shows
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from nslab.course.ablation import PRIMITIVES
from nslab.course.boards import AttemptsView, TrialsView
from nslab.course.ordering import CARDS
from nslab.kernel.namespaces import Kind
from nslab.observe.kinds_view import KINDS
from nslab.observe.user_view import Line
from nslab.observe.views import KindsView
from nslab.tui import keys, theme
from nslab.tui.drawn import Drawn
from nslab.tui.lesson.panes import AnyPane
from nslab.tui.lesson.places import Shown, places
from nslab.tui.order.board import OrderBoard
from nslab.tui.panes.kinds import KindsPane
from nslab.tui.panes.mounts import MountPane
from nslab.tui.panes.network import NetworkPane
from nslab.tui.panes.program import Program
from nslab.tui.panes.users import UserPane
from nslab.tui.screens.birth import BirthScreen
from nslab.tui.screens.card import CardScreen
from nslab.tui.screens.compose import ComposeScreen
from nslab.tui.screens.explore import ExploreTable
from nslab.tui.screens.glossary import GlossaryScreen
from nslab.tui.screens.help import HelpScreen
from nslab.tui.screens.map import MapScreen
from nslab.tui.story.widget import Story
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.frame import TerminalFrame
from nslab.tui.widgets.header import Header, Where
from nslab.tui.widgets.nowbar import NowBar
from nslab.tui.widgets.sheet import KeySheet
from nslab.tui.widgets.tabs import Tabs
from nslab.tui.widgets.wrecked import WreckedBand
from nslab.tui.without.board import WithoutBoard
from nslab.words import Lang, Words
from tests import born, compose_views, order_views, without_views
from tests.stage import screen_words

Snapshot = Callable[..., bool]


class Lesson(Screen[None]):
    """The parts of a lesson's screen side by side, as at 120 columns."""

    def __init__(self, lang: Lang, card: str, words: Words) -> None:
        super().__init__()
        self._lang, self._card, self._words = lang, card, words
        self.program = Program(words, gallery.program(lang))

    def compose(self) -> Any:
        words, lang = self._words, self._lang
        yield Header(words, gallery.where(lang))
        yield Footer(words, keys.LESSON)
        host, box = gallery.worlds(lang)
        story = Story(words, gallery.story(lang, self._card))
        parts: list[Widget] = [TerminalFrame(words, host, Static("lab:~# ")), WreckedBand(words, gallery.wreck(lang))]
        parts += [TerminalFrame(words, box, Static("container:~# ")), self.program]
        for part, height in zip(parts, ("6", "auto", "4", "1fr"), strict=True):
            part.styles.height, part.styles.margin = height, (1, 1, 0, 0)
        story.styles.width, story.styles.margin = 36, (1, 1, 0, 1)
        yield Horizontal(story, Vertical(*parts))


class States(Screen[None]):
    """Every card that can be open, four columns of the width it has at 120 columns."""

    def __init__(self, lang: Lang, words: Words) -> None:
        super().__init__()
        self._lang, self._words = lang, words

    def compose(self) -> Any:
        names = list(gallery.cards(self._lang))
        for chosen in (names[:4], names[4:8]):
            with Horizontal():
                for name in chosen:
                    story = Story(self._words, gallery.story(self._lang, name))
                    story.styles.width, story.styles.margin = 36, (1, 1, 0, 1)
                    yield story


class Users(Screen[None]):
    """The users pane where it stands at this size: alone, below the terminals, or below them with room for names."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.pane = UserPane(words)

    def compose(self) -> Any:
        yield self.pane

    def on_mount(self) -> None:
        place = places(*self.app.size, Shown(("host", "box"), ("users",), front="users"))["users"]
        self.pane.styles.offset, self.pane.styles.width, self.pane.styles.height = place.offset, *place.size
        self.pane.view = observed.users(observed.MAPPED, observed.IN_DOCKER)
        self.pane.highlight = Line.GOVERNED


class Without(Screen[None]):
    """The ablation board with two primitives left out."""

    CSS = "WithoutBoard { margin: 0 2; height: 1fr; }"

    def __init__(self, words: Words) -> None:
        super().__init__()
        results = {"escape": without_views.through("escape", 52078413), "regain": without_views.through("regain", 14)}
        at = (list(without_views.BY_ID).index("escape"), PRIMITIVES.index("pivot"))
        off = frozenset({"pivot", "nnp"})
        known = without_views.trials(off, results).results
        whole = {("escape", off - {"pivot"}): without_views.stopped("escape")}
        self._words, self._board = words, WithoutBoard(words, TrialsView({**known, **whole}), off, at)

    def compose(self) -> Any:
        yield Header(self._words, Where("", "without"))
        yield self._board
        yield Footer(self._words, keys.WITHOUT)


class Explored(Screen[None]):
    """The explorer's table over a machine that stands still, the cursor on what a mount alone keeps."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self.table = ExploreTable(words)

    def compose(self) -> Any:
        yield Header(self._words, Where(name=self._words("explore.name")))
        yield self.table
        yield Footer(self._words, keys.EXPLORE)

    def on_mount(self) -> None:
        self.table.show(explored.machine())
        self.table.focus()
        self.table.select(next(row.key for row in self.table.sight.rows if row.kept_by == ("mount",)))


class Puzzle(Screen[None]):
    """The ordering puzzle after three tries."""

    CSS = "OrderBoard { margin: 1 2 0 2; height: 1fr; }"

    def __init__(self, words: Words) -> None:
        super().__init__()
        tries = (order_views.silent(), order_views.broken_at("dev"), order_views.broken_at("kernel"))
        self._words, self._board = words, OrderBoard(words, AttemptsView(tries), CARDS)

    def compose(self) -> Any:
        yield Header(self._words, Where("", "order"))
        yield self._board
        yield Footer(self._words, keys.ORDER)


class Small(Screen[None]):
    """80 columns: tabs, one part, the current question in a bar."""

    def __init__(self, lang: Lang, words: Words) -> None:
        super().__init__()
        self._lang, self._words = lang, words

    def compose(self) -> Any:
        words, lang = self._words, self._lang
        yield Header(words, gallery.where(lang))
        yield Footer(words, keys.LESSON)
        names = ("story", "host", "box", "program") if lang == "en" else ("故事", "宿主机", "box", "程序")
        yield Tabs(words, names, 0)
        story = Story(words, gallery.story(lang, "do"))
        story.styles.height = "1fr"
        yield story
        yield NowBar(words, gallery.now(lang))


class Board(Screen[None]):
    """One pane large, as its lesson's key makes it."""

    def __init__(self, lang: Lang, pane: AnyPane, view: Struct, words: Words, own: tuple[keys.Key, ...] = ()) -> None:
        super().__init__()
        self._lang, self._words, self._pane, self._view, self._own = lang, words, pane, view, own

    def compose(self) -> Any:
        yield Header(self._words, gallery.where(self._lang))
        yield Footer(self._words, (*self._own, *keys.LESSON))
        self._pane.styles.height, self._pane.styles.margin = "1fr", (1, 1, 0, 1)
        yield self._pane

    def on_mount(self) -> None:
        self._pane.view = self._view
        self._pane.focus()


def asked(*_: object) -> Any:
    """What a screen on show never does."""
    raise AssertionError


def make(which: str, lang: Lang) -> Screen[Any]:
    words = screen_words(lang)
    match which:
        case "map":
            return MapScreen(words, gallery.course(lang), lambda query: [])
        case "order" | "without":
            return Puzzle(words) if which == "order" else Without(words)
        case "birth":
            return BirthScreen(words, born.birth(72), lambda _: born.birth(73), lambda: born.birth(0), ())
        case "card":
            return CardScreen(words, gallery.card(lang))
        case "glossary":
            return GlossaryScreen(words, gallery.glossary(lang), lambda query: [])
        case "explore":
            return Explored(words)
        case "states":
            return States(lang, words)
        case "small":
            return Small(lang, words)
        case "mounts" | "network":
            mounts = MountPane(words), observed.lesson_mounts()
            return Board(lang, *(mounts if which == "mounts" else (NetworkPane(words), wired.pinged())), words)
        case "compose":
            return ComposeScreen(
                words, compose_views.headless() if lang == "zh" else compose_views.preset("pod"), asked, asked
            )
        case "kinds":
            view = KindsView(KINDS, observed.namespaces(Kind.NET))
            return Board(lang, KindsPane(words), view, words, keys.KINDS)
        case "users":
            return Users(words)
    return Lesson(lang, which, words)


@pytest.mark.parametrize(
    ("which", "lang", "size", "theme_name"),
    [
        ("map", "en", MIDDLE, theme.INK),
        ("map", "zh", MIDDLE, theme.PAPER),
        ("map", "zh", SMALL, theme.INK),
        ("map", "en", SMALL, theme.PLAIN),
        ("map", "zh", LARGE, theme.INK_256),
        ("do", "en", MIDDLE, theme.PLAIN),
        ("passed", "zh", MIDDLE, theme.INK),
        ("small", "en", SMALL, theme.PAPER),
        ("small", "zh", SMALL, theme.SIXTEEN),
        ("states", "en", (152, 62), theme.INK),
        ("compose", "en", MIDDLE, theme.INK),
        ("compose", "zh", SMALL, theme.PAPER),
        ("compose", "en", LARGE, theme.PLAIN),
        ("order", "zh", MIDDLE, theme.INK),
        ("order", "en", SMALL, theme.PAPER),
        ("order", "en", LARGE, theme.PLAIN),
        ("without", "en", MIDDLE, theme.INK),
        ("without", "zh", SMALL, theme.PAPER),
        ("without", "zh", LARGE, theme.PLAIN),
        ("birth", "en", MIDDLE, theme.INK),
        ("birth", "zh", SMALL, theme.PAPER),
        ("birth", "zh", LARGE, theme.PLAIN),
        ("card", "zh", MIDDLE, theme.PAPER),
        ("card", "en", SMALL, theme.INK),
        ("users", "zh", SMALL, theme.INK),
        ("users", "en", SMALL, theme.PLAIN),
        ("users", "en", MIDDLE, theme.INK),
        ("users", "zh", MIDDLE, theme.PAPER),
        ("users", "en", LARGE, theme.INK_256),
        ("users", "zh", LARGE, theme.PLAIN),
        ("explore", "en", MIDDLE, theme.INK),
        ("explore", "zh", SMALL, theme.PAPER),
        ("explore", "zh", LARGE, theme.INK),
        ("explore", "en", SMALL, theme.SIXTEEN),
        ("explore", "en", MIDDLE, theme.PLAIN),
        ("glossary", "en", MIDDLE, theme.INK),
        ("glossary", "zh", SMALL, theme.PLAIN),
        ("mounts", "zh", MIDDLE, theme.INK),
        ("mounts", "en", SMALL, theme.PLAIN),
        ("mounts", "zh", SMALL, theme.PAPER),
        ("mounts", "en", LARGE, theme.PAPER),
        ("network", "en", MIDDLE, theme.INK),
        ("network", "zh", SMALL, theme.PAPER),
        ("network", "zh", LARGE, theme.PLAIN),
        ("network", "en", SMALL, theme.SIXTEEN),
        ("kinds", "en", MIDDLE, theme.INK),
        ("kinds", "zh", SMALL, theme.PAPER),
        ("kinds", "zh", LARGE, theme.PLAIN),
        ("kinds", "en", SMALL, theme.SIXTEEN),
        ("mounts", "en", MIDDLE, theme.SIXTEEN),
        ("users", "en", MIDDLE, theme.CONSOLE),
        ("without", "en", MIDDLE, theme.SIXTEEN),
        ("birth", "en", MIDDLE, theme.CONSOLE),
        ("order", "en", MIDDLE, theme.SIXTEEN),
        ("miss", "en", MIDDLE, theme.CONSOLE),
        ("miss", "en", MIDDLE, theme.PAPER_256),
    ],
    ids=named,
)
def test_a_screen(snap_compare: Snapshot, which: str, lang: Lang, size: tuple[int, int], theme_name: str) -> None:
    assert snap_compare(Shows(make(which, lang), theme_name), terminal_size=size)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_over_a_lesson(snap_compare: Snapshot, lang: Lang) -> None:
    words = screen_words(lang)
    lesson = Lesson(lang, "do", words)

    async def open_help(pilot: Any) -> None:
        await pilot.app.push_screen(HelpScreen(words, gallery.help_view(lang), lesson.program))
        await pilot.pause()

    assert snap_compare(Shows(lesson, theme.INK), terminal_size=MIDDLE, run_before=open_help)


def test_all_keys_over_a_lesson(snap_compare: Snapshot) -> None:
    words = screen_words("zh")

    async def open_sheet(pilot: Any) -> None:
        await pilot.app.push_screen(KeySheet(words, keys.LESSON))
        await pilot.pause()

    assert snap_compare(Shows(Lesson("zh", "ask", words), theme.PAPER), terminal_size=MIDDLE, run_before=open_sheet)


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE])
async def test_no_widget_of_a_lesson_loses_words(lang: Lang, size: tuple[int, int]) -> None:
    screen = make("miss", lang)
    async with Shows(screen, theme.INK).run_test(size=size) as pilot:
        await pilot.pause()
        lost = {str(drawn): drawn.lost for drawn in screen.query(Drawn) if drawn.lost}
    assert lost == {}
