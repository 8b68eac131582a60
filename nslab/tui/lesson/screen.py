"""The lesson on screen: story, terminals, panes; keys to the player, the conductor's messages to the widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.message import Message

from nslab.course.loader import Pack
from nslab.course.player import Stage
from nslab.course.replay import cost
from nslab.course.told import Told, say, why
from nslab.errors import NslabError
from nslab.tui import keys
from nslab.tui.keys import Key
from nslab.tui.lesson.acting import ActingScreen, MakeConductor
from nslab.tui.lesson.conductor import Conductor
from nslab.tui.lesson.narrate import Hindrance, cannot_run, loading, story_view, telling
from nslab.tui.lesson.panes import Lit, lit
from nslab.tui.lesson.places import STORY, Size
from nslab.tui.story.view import StoryView
from nslab.tui.terminal.widget import Terminal
from nslab.tui.widgets.header import Header, Where
from nslab.tui.widgets.wrecked import Wreck
from nslab.words import Lang, Words


class LessonScreen(ActingScreen):
    """One lesson. It knows the lab only by what its conductor posts. `chapter` is its chapter's title in each language."""

    keys: ClassVar[tuple[Key, ...]] = keys.LESSON

    class Finished(Message):
        """The lesson's last step was read."""

    def __init__(self, words: Words, pack: Pack, chapter: Mapping[Lang, str], make_conductor: MakeConductor) -> None:
        told = pack.words[words.lang]
        super().__init__(words, pack, StoryView(told.title, told.hook, loading(0, 0, words)), make_conductor)
        self.pack, self._chapter = pack, chapter
        self._error: NslabError | None = None
        self._broken: Told | None = None
        self._replayed = (0, 0)
        self.lit: dict[str, Lit] = {}
        """What each step that was passed pointed at, as it was then."""
        self._finished = False
        self._header = Header(words, self._where())

    def compose(self) -> ComposeResult:
        """Header, everything else on the desk, footer."""
        yield self._header
        yield self._desk
        yield self._footer

    def on_mount(self) -> None:
        """The story takes the first keys; the lab comes up once the first frame is painted."""
        self.set_focus(self.parts.story)
        self.call_after_refresh(self._conductor.start)

    async def on_unmount(self) -> None:
        """However the screen goes, the lab goes with it, and what is on screen then lives on meanwhile."""
        self.parts.terminals.detach_all()
        await asyncio.to_thread(self._conductor.stop)

    def speak(self, words: Words) -> None:
        """Go on in another language."""
        self.parts.terminals.speak(words)
        super().speak(words)
        self._show()

    # What the conductor says

    def on_conductor_sampled(self, message: Conductor.Sampled) -> None:
        """A new moment."""
        begun = self._seen is None or self._seen.player.step.id != message.seen.player.step.id
        died = not message.seen.lab_alive and (self._seen is None or self._seen.lab_alive)
        self._seen = self._at.seen = message.seen
        self._replayed = (0, 0)
        if message.seen.player.step.id not in self.lit and (passed := lit(message.seen)) is not None:
            self.lit[message.seen.player.step.id] = passed
        if died:
            self._wreck(Told("lesson.lab-ended"), lost=True)
        self._show()
        if begun:
            self._begin_where_hands_belong()
        if message.seen.player.finished and not self._finished:
            self._finished = True
            self.post_message(self.Finished())

    def _begin_where_hands_belong(self) -> None:
        """A step that begins with something to do begins where it is done."""
        player = self._seen.player if self._seen else None
        if player is None or player.looking_back or player.stage is not Stage.DO:
            return
        if self._at.size is not Size.SMALL:
            self._hands_to(player.step)

    def on_conductor_reshelled(self, message: Conductor.Reshelled) -> None:
        """A shell to show."""
        self.parts.terminals.attach(message.shell, self.app.theme, message.line)

    def on_conductor_releasing(self, message: Conductor.Releasing) -> None:
        """A master will be closed, or all of them with their lab."""
        if message.terminal is None:
            self._forget_lab()
        else:
            self.parts.terminals.widget(message.terminal).detach()
        message.released.set()

    def _forget_lab(self) -> None:
        """Another lab comes: whatever was wrong, was so of the old one."""
        self.parts.terminals.detach_all()
        self.parts.terminals.forget()
        self._error, self._hindrance, self._broken = None, None, None
        if self.focused is self.parts.wreck:
            self.set_focus(self.parts.story)
        self.parts.wreck.display = False
        self._show()

    def on_conductor_preparing(self, message: Conductor.Preparing) -> None:
        """Earlier steps are being replayed."""
        self._replayed = (message.done, message.steps)
        self._show()

    def on_conductor_hindered(self, message: Conductor.Hindered) -> None:
        """A command could not be typed, or can again."""
        insisted = self._hindrance.insisted if self._hindrance else 0
        self._hindrance = Hindrance(message.stuck, insisted) if message.stuck else None
        if message.stuck is not None:
            self._front_if_small(STORY)
        self._show()

    def on_conductor_failed(self, message: Conductor.Failed) -> None:
        """The lab can't do what it was asked."""
        self._error, self._replayed = message.error, (0, 0)
        if self._seen is not None:
            self._wreck(Told("wreck.refused", {"why": why(message.error)}), lost=message.lost)
        self._show()

    # How it is shown

    def _wreck(self, broken: Told, *, lost: bool) -> None:
        """Offer a new lab between the terminals. Where keys would reach nobody, as with no lab or no shell, it takes them."""
        self._broken = broken
        self.parts.wreck.display = True
        if lost or (isinstance(self.focused, Terminal) and not self.focused.attached):
            self.set_focus(self.parts.wreck)

    def _show(self) -> None:
        """Everything as it is now."""
        if not self.is_mounted:
            return
        self.parts.tell(self._story_view())
        self._header.show(self._where())
        if self._seen is not None:
            self.parts.show(self._seen, self.words, self.app.theme)
            if self._broken is not None:
                self.parts.wreck.show(Wreck(say(self._broken, self.words), *cost(self._seen.player)))
        self._arrange()

    def _where(self) -> Where:
        player, chapter = (self._seen.player if self._seen else None), self._chapter.get(self.words.lang, "")
        if player is None:
            return Where(chapter, self.pack.lesson.id)
        return Where(chapter, self.pack.lesson.id, player.at + 1, len(player.steps))

    def _story_view(self) -> StoryView:
        lesson = self.pack.words[self.words.lang]
        if self._seen is None or self._replayed[1]:
            waiting = cannot_run(self._error, self.words) if self._error else loading(*self._replayed, self.words)
            return StoryView(lesson.title, lesson.hook, waiting)
        return story_view(self._seen.player, telling(self._seen, lesson, self.words), self._hindrance)
