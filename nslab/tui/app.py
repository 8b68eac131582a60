"""The application: themes, languages, and which screen is on show."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.command import CommandPalette
from textual.widget import Widget
from textual.worker import WorkerFailed

from nslab.course import tongues
from nslab.course.acts import open_play
from nslab.course.examined import Unexamined, examine_elsewhere
from nslab.course.glossary import Term, find
from nslab.course.kept import Kept
from nslab.course.loader import Pack
from nslab.course.player import Player
from nslab.course.progress import ProgressStore
from nslab.course.record import recorded
from nslab.course.standing import entries, lacking
from nslab.course.syllabus import Syllabus, key_at, search
from nslab.course.told import Told, say
from nslab.engine.doctor import Finding
from nslab.engine.rosetta.views import this_machine
from nslab.tui import keys, theme
from nslab.tui.driver import TerminalDriver
from nslab.tui.lesson.acting import MakeConductor
from nslab.tui.lesson.conductor import Conductor
from nslab.tui.lesson.helping import MAP, help_view
from nslab.tui.lesson.screen import LessonScreen
from nslab.tui.mapping import map_view, refusal
from nslab.tui.screens.card import CardScreen
from nslab.tui.screens.card_view import CardView
from nslab.tui.screens.glossary import Glossary, GlossaryScreen
from nslab.tui.screens.glossary_view import GlossaryView
from nslab.tui.screens.help import HelpScreen
from nslab.tui.screens.help_view import HelpView
from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.screens.map import CourseMap, MapScreen
from nslab.tui.screens.map_view import MapView
from nslab.tui.screens.tongues import TonguesScreen
from nslab.tui.shelf import card_view, glossary_view
from nslab.words import LANGS, Lang, Words, words_for

if TYPE_CHECKING:
    from textual.command import Provider

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PAUSING = (signal.SIGTSTP, signal.SIGCONT)
WARNING_S = 12.0


def key_commands() -> type[Provider]:
    """The palette's entries, imported when it opens."""
    from nslab.tui.commands import KeyCommands

    return KeyCommands


class NslabApp(App[None], inherit_bindings=False):
    """The map and the lessons. It ends the lab of the lesson on show before it ends itself.

    None of Textual's own keys: Ctrl-Q and Ctrl-P would be taken from the programs in the terminals.
    """

    COMMAND_PALETTE_BINDING = keys.PALETTE_KEY

    COMMANDS: ClassVar[set[Any]] = {key_commands}
    CSS = """
    Screen { background: $background; }
    Toast { background: $panel; color: $foreground; }
    CommandPalette > Vertical, CommandPalette > Vertical:dark { background: $panel; }
    SearchIcon { display: none; }
    """
    TITLE = "nslab"

    def __init__(
        self,
        words: Words,
        syllabus: Syllabus,
        store: ProgressStore,
        wanted_theme: str | None = None,
        *,
        presenting: bool = False,
    ) -> None:
        # Asked not to colour, Textual would paint what has the terminal's own colours black, unless told to leave those be.
        super().__init__(TerminalDriver, ansi_color=True if "NO_COLOR" in os.environ else None)
        theme.register(self)
        self._term = os.environ.get("TERM", "")
        self.presenting = presenting
        self._theme_alone = self._chosen(wanted_theme)  # for when nothing is presented
        self.theme = self._chosen(wanted_theme or theme.PAPER) if presenting else self._theme_alone
        self.words, self.syllabus, self.store = words.knowing(keys.NAMED), Kept(syllabus), store
        self.failure: Exception | None = None
        """What ended the application, if it did not end by itself; to be told once the terminal is as it was."""
        self._machine: tuple[Finding, ...] | Unexamined = Unexamined()
        self._first: tuple[Pack, str | None] | None = None
        self._first_screen: Callable[[Words], KeyedScreen] | None = None
        self._map: MapScreen | None = None
        self._carded: Pack | None = None  # whose card is on show

    def _chosen(self, wanted: str | None) -> str:
        """The theme for this terminal, which may say that it is light."""
        if wanted is None and theme.says_light(os.environ.get("COLORFGBG", "")):
            wanted = theme.PAPER
        return theme.choose(self.no_color, self.console.color_system, wanted, self._term)

    def start_with(self, pack: Pack | None, step: str | None) -> None:
        """Begin in a lesson instead of at the map."""
        self._first = (pack, step) if pack is not None else None

    def start_with_screen(self, make: Callable[[Words], KeyedScreen]) -> None:
        """Begin in a screen that is neither the map nor a lesson; leaving it ends the application."""
        self._first_screen = make

    def on_mount(self) -> None:
        """The first screen, and behind it the question what this machine can do."""
        self._hear_signals()
        if self._first_screen is not None:
            self._open(self._first_screen(self.words))
        elif self._first is not None:
            self.open_lesson(*self._first)
        else:
            self._map = MapScreen(self.words, self._map_view(), self._search)
            self._open(self._map)
            self.call_after_refresh(self._learn)
        self._warn(self.store.trouble)

    def _hear_signals(self) -> None:
        """End, stop, and go on between two events.

        The driver's own handlers for the last two run in the middle of whatever it was doing, and what they do takes
        the lock of the queue to the terminal: where a write to it was under way, the thread would wait for itself.
        """
        loop = asyncio.get_running_loop()
        for number in ENDING:
            loop.add_signal_handler(number, self.exit, None, 128 + number)
        for number in PAUSING:
            handler = signal.getsignal(number)
            if callable(handler):  # a driver without a terminal has none
                loop.add_signal_handler(number, partial(handler, number, None))

    def _handle_exception(self, error: Exception) -> None:
        """End, and leave the telling to who ran it: Textual would print a traceback with every local, whatever it is."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if self.failure is None and isinstance(cause, Exception):
            self.failure = self._exception = cause
            self._exception_event.set()
        self._return_code = 1
        self._close_messages_no_wait()

    def action_command_palette(self) -> None:
        """Every action by its name, in the learner's language."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=self.words("keys.palette-search"), id="--command-palette"))

    def open_lesson(self, pack: Pack, from_step: str | None = None) -> None:
        """Show a lesson at the step where it goes on, or at `from_step`."""
        self._open(LessonScreen(self.words, pack, self._chapter(pack), self._conductor(pack, from_step)))

    def _open(self, screen: KeyedScreen) -> None:
        """Show another screen, to whom the one below is shown."""
        screen.present(self.presenting)
        self.push_screen(screen)

    def _present(self) -> None:
        """From one reader to a room, on paper where there are colours; or back."""
        self.presenting = not self.presenting
        if self.presenting:
            self._theme_alone, self.theme = self.theme, self._chosen(theme.PAPER)
        else:
            self.theme = self._theme_alone
        for screen in self.screen_stack:
            if isinstance(screen, KeyedScreen):
                screen.present(self.presenting)

    def _conductor(self, pack: Pack, from_step: str | None) -> MakeConductor:
        key = key_at(pack.folder)
        before, done = self.store.progress.of(key), self.syllabus.done(self.store.progress)
        predictions = {step: given.choice for step, given in before.predictions.items()}

        def moved(player: Player) -> None:
            """In the conductor's thread."""
            known = self.store.trouble
            if (trouble := self.store.change(key, recorded(player))) != known:
                self.call_later(self._warn, trouble)

        def make(screen: Widget) -> Conductor:
            return Conductor(screen, partial(open_play, pack, done, from_step or before.step, predictions), moved)

        return make

    def _warn(self, trouble: Told | None) -> None:
        """Progress can't be read, or kept."""
        if trouble is not None:
            self.notify(say(trouble, self.words), severity="warning", timeout=WARNING_S, markup=False)

    def _chapter(self, pack: Pack) -> Mapping[Lang, str]:
        return next((chapter.title for chapter in self.syllabus.chapters() if pack.lesson.id in chapter.lessons), {})

    def _learn(self) -> None:
        """Once the map is painted: what its lessons are, and what this machine can do."""
        self.run_worker(self._read())
        self.run_worker(self._examine())

    async def _read(self) -> None:
        await asyncio.to_thread(self.syllabus.read_all)
        self._show_map()

    async def _examine(self) -> None:
        self._machine = await examine_elsewhere()
        self._show_map()

    def _map_view(self) -> MapView:
        return map_view(entries(self.syllabus, self.store, self._examined), self._machine, self.words)

    def _examined(self, probe: str) -> Finding | Unexamined:
        if isinstance(self._machine, Unexamined):
            return self._machine
        return next(finding for finding in self._machine if finding.probe == probe)

    def _show_map(self) -> None:
        if self._map is not None:
            self._map.map.show(self._map_view())

    def _search(self, query: str) -> list[str]:
        packs = (pack for pack in self.syllabus.load_all() if isinstance(pack, Pack))
        return [pack.lesson.id for pack in search(packs, query)]

    async def on_keyed_screen_wanted(self, message: KeyedScreen.Wanted) -> None:
        """What concerns more than one screen."""
        match message.action:
            case "language":
                self.speak(words_for(LANGS[(LANGS.index(self.words.lang) + 1) % len(LANGS)]))
            case "theme":
                if not self.no_color:
                    self.theme = theme.following(self.theme, self.console.color_system, self._term)
            case "present":
                self._present()
            case "help":
                self._open_help()
            case "glossary":
                self._open_glossary()
            case "cards":
                self._open_card()
            case "tongues":
                self._open_tongues()
            case "leave":
                await self._leave()

    async def on_course_map_opened(self, message: CourseMap.Opened) -> None:
        """A lesson of the map."""
        self._open_by_id(message.lesson_id)

    def on_glossary_lesson_wanted(self, message: Glossary.LessonWanted) -> None:
        """The lesson that introduces a term; not over another lesson's lab."""
        if not any(isinstance(screen, LessonScreen) for screen in self.screen_stack):
            self._open_by_id(message.lesson_id)

    def on_lesson_screen_finished(self) -> None:
        """What stays of a lesson: its card."""
        self._open_card()

    def _open_by_id(self, lesson_id: str) -> None:
        if (pack := self._runnable(lesson_id)) is not None:
            self.open_lesson(pack)

    def _runnable(self, lesson_id: str) -> Pack | None:
        """The lesson, unless it is broken, or known not to run here, which is told."""
        pack = self.syllabus.load(lesson_id)
        if not isinstance(pack, Pack):
            return None
        if lacks := lacking(pack.lesson, self._examined):
            self.notify(refusal(lesson_id, lacks, self.words), severity="warning", timeout=WARNING_S, markup=False)
            return None
        return pack

    def _open_card(self) -> None:
        screen = self.screen
        if isinstance(screen, LessonScreen):
            self._carded = screen.pack
        else:
            chosen = screen.map.cursor.selected if isinstance(screen, MapScreen) else self.syllabus.order()[0]
            pack = self.syllabus.load(chosen)
            self._carded = pack if isinstance(pack, Pack) else None
        if self._carded is not None:
            if isinstance(self._machine, Unexamined) and not self._machine.failed and self._map is None:
                self.run_worker(self._examine())  # the next lesson is a key away
            self._open(CardScreen(self.words, self._card_view(self._carded)))

    def _card_view(self, pack: Pack) -> CardView:
        played = [one for one in self.screen_stack if isinstance(one, LessonScreen) and one.pack is pack]
        lit = played[0].lit.values() if played else ()
        return card_view(pack, self.store.progress.of(key_at(pack.folder)), self.words, lit)

    def _lesson_after_card(self, step: int) -> str | None:
        """The lesson so many after the one whose card is on show, on the map; the first, for a teacher's own lesson."""
        order, at_hand = self.syllabus.order(), self._carded.lesson.id if self._carded else ""
        at = order.index(at_hand) + step if at_hand in order else 0
        return order[at] if 0 <= at < len(order) else None

    def on_card_screen_turned_to(self, message: CardScreen.TurnedTo) -> None:
        """The card before or after; at the ends there is no further one."""
        screen, wanted = self.screen, self._lesson_after_card(message.step)
        pack = self.syllabus.load(wanted) if wanted else None
        if isinstance(screen, CardScreen) and isinstance(pack, Pack):
            self._carded = pack
            screen.show(self._card_view(pack))

    async def on_card_screen_next_lesson(self) -> None:
        """The lesson after the card's, in place of the one that is over."""
        after = self._lesson_after_card(1)
        if after is not None and (pack := self._runnable(after)) is not None:
            await self.pop_screen()
            if isinstance(self.screen, LessonScreen):
                await self.pop_screen()
            self.open_lesson(pack)

    def _open_help(self) -> None:
        screen = self.screen
        if isinstance(screen, MapScreen):
            self._show_help(screen, help_view(MAP, self.words), screen.map)
        elif isinstance(screen, KeyedScreen) and (at_hand := screen.help_at_hand()) is not None:
            self._show_help(screen, *at_hand)

    def _show_help(self, screen: KeyedScreen, view: HelpView, about: Widget) -> None:
        self.push_screen(HelpScreen(self.words, view, about, screen.keys), self._after_help)

    async def _after_help(self, action: str | None) -> None:
        if action == "leave":
            await self._leave()
        elif action == "next_help" and isinstance(screen := self.screen, LessonScreen):
            screen.action_next_pane()
            self.call_later(self._open_help)  # once the keys go there

    def _open_tongues(self) -> None:
        """What a lesson has done up to now as a script, and the engine's containers in other tongues."""
        if isinstance(screen := self.screen, LessonScreen) and screen.seen is not None:
            subjects = tongues.lesson(screen.pack, screen.seen.player, this_machine())
            self.push_screen(TonguesScreen(self.words, subjects))

    def _open_glossary(self) -> None:
        known = self.syllabus.terms()

        def search_terms(query: str) -> list[str]:
            return [term.en for term in find(known, query)]

        self._open(GlossaryScreen(self.words, self._glossary_view(known), search_terms))

    def _glossary_view(self, known: Iterable[Term]) -> GlossaryView:
        return glossary_view(known, self.syllabus.done(self.store.progress), self.words)

    def speak(self, words: Words) -> None:
        """Go on in another language, on every screen."""
        words = self.words = words.knowing(keys.NAMED)
        for screen in self.screen_stack:
            if isinstance(screen, KeyedScreen):
                screen.speak(words)
            if isinstance(screen, CardScreen) and self._carded is not None:
                screen.show(self._card_view(self._carded))
            elif isinstance(screen, GlossaryScreen):
                screen.glossary.show(self._glossary_view(self.syllabus.terms()))
        self._show_map()

    async def _leave(self) -> None:
        """One screen back; from the first one, out. A lesson's lab ends with its screen."""
        if self.screen is self.screen_stack[1]:  # below it lies only Textual's empty one
            self.exit()
            return
        await self.pop_screen()
        self._show_map()
