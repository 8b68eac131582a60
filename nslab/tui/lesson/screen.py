"""The lesson on screen: story, terminals, panes; keys to the player, the conductor's messages to the widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import ClassVar

from msgspec.structs import replace
from textual import events, on
from textual.app import ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from nslab.course import player as states
from nslab.course.drive import Busy
from nslab.course.loader import Pack
from nslab.course.model import Step
from nslab.course.perform import Stuck
from nslab.course.play import Play
from nslab.course.player import Event, Stage
from nslab.course.replay import cost
from nslab.course.snapshot import Snapshot
from nslab.course.told import Told, say
from nslab.errors import NslabError
from nslab.tui import keys
from nslab.tui.keys import Key
from nslab.tui.lesson.conductor import Conductor
from nslab.tui.lesson.desk import Desk
from nslab.tui.lesson.helping import help_view
from nslab.tui.lesson.narrate import Hindrance, cannot_run, loading, story_view, telling
from nslab.tui.lesson.panes import Lit, lit
from nslab.tui.lesson.parts import Parts
from nslab.tui.lesson.places import STORY, Shown, Size, places, size_of
from nslab.tui.screens.help_view import HelpView
from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.story.view import StoryView
from nslab.tui.story.widget import Story
from nslab.tui.terminal.widget import Terminal
from nslab.tui.wanted import PartWanted
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.header import Header, Where
from nslab.tui.widgets.tabs import Tabs
from nslab.tui.widgets.wrecked import Wreck
from nslab.words import Lang, Words

BARS = 2  # header and footer
MakeConductor = Callable[[Widget], Conductor]


class LessonScreen(KeyedScreen):
    """One lesson. It knows the lab only by what its conductor posts. `chapter` is its chapter's title in each language."""

    keys: ClassVar[tuple[Key, ...]] = keys.LESSON

    class Finished(Message):
        """The lesson's last step was read."""

    def __init__(self, words: Words, pack: Pack, chapter: Mapping[Lang, str], make_conductor: MakeConductor) -> None:
        super().__init__(words)
        self.pack, self._chapter = pack, chapter
        self._conductor = make_conductor(self)
        self._seen: Snapshot | None = None
        self._hindrance: Hindrance | None = None
        self._error: NslabError | None = None
        self._broken: Told | None = None
        self._replayed = (0, 0)
        self.lit: dict[str, Lit] = {}
        """What each step that was passed pointed at, as it was then."""
        self._front, self._enlarged, self._finished = STORY, False, False
        self._header = Header(words, self._where())
        self.parts = Parts(words, pack, self._story_view())
        self._desk = Desk(self._places, *self.parts)
        self._footer = Footer(words, self.keys)

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

    @property
    def seen(self) -> Snapshot | None:
        """The moment on show; None until there is a lab."""
        return self._seen

    def speak(self, words: Words) -> None:
        """Go on in another language."""
        self.parts.terminals.speak(words)
        super().speak(words)
        self._show()

    # What the conductor says

    def on_conductor_sampled(self, message: Conductor.Sampled) -> None:
        """A new moment."""
        died = not message.seen.lab_alive and (self._seen is None or self._seen.lab_alive)
        first = self._seen is None
        self._seen, self._replayed = message.seen, (0, 0)
        if message.seen.player.step.id not in self.lit and (passed := lit(message.seen)) is not None:
            self.lit[message.seen.player.step.id] = passed
        if died:
            self._wreck(Told("lesson.lab-ended"), lost=True)
        self._show()
        if first:
            self._begin_where_hands_belong()
        if message.seen.player.finished and not self._finished:
            self._finished = True
            self.post_message(self.Finished())

    def _begin_where_hands_belong(self) -> None:
        """A lesson that begins with something to do begins where it is done."""
        player = self._seen.player if self._seen else None
        if player is not None and player.stage is Stage.DO and self._arrangement() is not Size.SMALL:
            self._hands_to(player.step)

    def on_conductor_reshelled(self, message: Conductor.Reshelled) -> None:
        """A shell to show."""
        self.parts.terminals.attach(message.shell, self.app.theme)

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
            self._wreck(Told(f"error.{message.error.code}.what", message.error.facts), lost=message.lost)
        self._show()

    def on_conductor_crashed(self, message: Conductor.Crashed) -> None:
        """A mistake of ours ends the program, as one in the event loop would."""
        raise message.error

    # What the learner does

    def on_story_chosen(self, message: Story.Chosen) -> None:
        """A prediction is given; hands belong now where the step is done."""
        self._tell(states.Predicted(message.choice_id))
        if self._seen is not None:
            self._hands_to(self._seen.player.step)

    def on_part_wanted(self, message: PartWanted) -> None:
        """A board asks for something to be made."""
        self._conductor.make(message.part)

    def on_story_answered(self, message: Story.Answered) -> None:
        """What was found was typed in."""
        self._conductor.do(lambda play: play.answer(message.task_id, message.text))

    def on_story_hint_asked(self) -> None:
        """The next hint, by a click."""
        self.action_hint()

    def on_story_advanced(self) -> None:
        """Read."""
        self.action_next()

    def on_story_went_back(self) -> None:
        """The step before."""
        self.action_back()

    def on_wrecked_band_reset_wanted(self) -> None:
        """A new lab."""
        self.action_reset_lab()

    def on_tabs_chosen(self, message: Tabs.Chosen) -> None:
        """Another tab, by a click."""
        self._bring_to_front(self.parts.names(self._shown())[message.at])

    @on(Terminal.Ended)
    def _terminal_ended(self) -> None:
        """Have a look at once: how did it end?"""
        self._conductor.do(lambda _: None)

    @on(Terminal.Copied)
    def _terminal_copied(self) -> None:
        """Say so: nothing else shows what became of a selection."""
        self.notify(self.words("lesson.copied"))

    def on_key(self, event: events.Key) -> None:
        """Enter in a terminal whose shell has ended starts another, or another lab."""
        focused = self.focused
        if event.key != "enter" or not isinstance(focused, Terminal) or focused.attached or self._seen is None:
            return
        event.stop()
        name = self.parts.terminals.name_of(focused)
        if not self._seen.lab_alive:
            self.action_reset_lab()
        elif name is not None:
            self._conductor.open_shell(name)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """What has the keys stands in front, and the footer names those that it takes itself."""
        self._footer.show((*keys.BOARDS.get(event.widget.id or "", ()), *self.keys))
        for name in self.parts.names(self._shown()):
            if event.widget is self.parts.widget(name) and name != self._front:
                self._front = name
                self._arrange()

    def action_hint(self) -> None:
        """The next hint, if attempts have earned it."""
        player = self._seen.player if self._seen else None
        if player is None or player.task is None:
            if player is not None and player.stage is Stage.PREDICT:
                self.notify(self.words("lesson.predict-first"))
            return
        self._front_if_small(STORY)
        if not player.hint_ready:
            given = player.record.hints.get(player.task.id, 0)
            self.notify(self.words("lesson.hint-none" if given >= player.task.hints else "lesson.hint-later"))
        self._tell(states.HintWanted())

    def action_show_me(self) -> None:
        """Type it for the learner; insisted on, interrupt what is in the way; insisted on again, begin with a new shell."""
        match self._hindrance:
            case Hindrance(Stuck(by=Busy(terminal)) as stuck, 0):
                self._hindrance = Hindrance(stuck, 1)
                self._conductor.interrupt(terminal)
            case Hindrance(Stuck(by=Busy(terminal)) as stuck, insisted):  # it did not heed Ctrl-C
                self._hindrance = Hindrance(stuck, insisted + 1)
                self._conductor.open_shell(terminal)
                self._conductor.show_me()
            case _:
                self._conductor.show_me()

    def action_check(self) -> None:
        """Is the task at hand done? Where it asks for something, that is typed in the story."""
        self._hindrance = None
        player = self._seen.player if self._seen else None
        if player is not None and player.stage is Stage.PREDICT and not player.looking_back:
            self.notify(self.words("lesson.predict-first"))
            self._bring_to_front(STORY)
        elif player is not None and player.task is not None and player.task.ask is not None:
            self._bring_to_front(STORY)
        self._front_if_small(STORY)
        self._conductor.do(Play.check)

    def action_back(self) -> None:
        """The step before, to be read again."""
        self._tell(states.Back())
        self._bring_to_front(STORY)

    def action_next(self) -> None:
        """On: past what is read, or the prediction that is picked."""
        player = self._seen.player if self._seen else None
        unread = self._arrangement() is Size.SMALL and self._front != STORY
        self._bring_to_front(STORY)
        if player is not None and player.record.passed and unread:
            return  # what was found out stands in the story, which was not on screen
        if player is not None and player.task is not None:
            self.notify(self.words("lesson.task-first"))
        self.parts.story.commit()
        self._tell(states.Onward())

    def action_next_pane(self) -> None:
        """The keys go to the next part of the screen; under tabs, it comes to the front."""
        band, names = self.parts.wreck, self.parts.names(self._shown())
        at = -1 if self.focused is band else names.index(self._shown().front)
        if at + 1 == len(names) and band.display:
            self.set_focus(band)
        else:
            self._bring_to_front(names[(at + 1) % len(names)])

    def action_enlarge(self) -> None:
        """The part that has the keys fills the screen, or gives the rest its room again."""
        self._enlarged = not self._enlarged
        self._arrange()

    def action_reset_lab(self) -> None:
        """A new lab, in which the steps so far are replayed."""
        if self._seen is not None:
            self.notify(self.words("lesson.new-lab", step=self._seen.player.frontier + 1))
        self._conductor.reset()

    def leader_twice(self) -> None:
        """The leader itself, for the program in the terminal."""
        if isinstance(self.focused, Terminal):
            self.focused.send(b"\x07")

    def help_at_hand(self) -> tuple[HelpView, Widget]:
        """Help for the part that has the keys, else for the one in front, and the widget it is about."""
        shown = self._shown()
        keyed = (name for name in self.parts.names(shown) if self.parts.widget(name) is self.focused)
        name = next(keyed, shown.front)
        frames = self.parts.terminals.frames
        return help_view(name, self.words), frames.get(name, self.parts.widget(name))

    # How it is shown

    def _tell(self, event: Event) -> None:
        self._hindrance = None
        self._conductor.do(lambda play: play.tell(event))

    def _wreck(self, broken: Told, *, lost: bool) -> None:
        """Offer a new lab between the terminals. Where nothing else is left to do, it takes the keys."""
        self._broken = broken
        self.parts.wreck.display = True
        if lost:
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

    def _arrange(self) -> None:
        shown = self._shown()
        names = self.parts.names(shown)
        self.parts.tabs.show(tuple(self.parts.label(name, self.words) for name in names), names.index(shown.front))
        self._desk.rearrange()

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

    def _arrangement(self) -> Size:
        step = self._seen.player.step if self._seen else self.pack.lesson.step[0]
        return size_of(self.size.width, self.size.height - BARS, self.parts.board_cells(step))

    def _front_if_small(self, name: str) -> None:
        """Where one part hides the others, show the one that answers."""
        if self._arrangement() is Size.SMALL:
            self._bring_to_front(name)

    def _shown(self) -> Shown:
        return self.parts.shown(self._seen, self._arrangement(), self._front, enlarged=self._enlarged)

    def _places(self, width: int, height: int) -> Mapping[str, Region]:
        return places(width, height, replace(self._shown(), now_rows=self.parts.nowbar.rows(width)))

    def _hands_to(self, step: Step) -> None:
        if step.begins_on is not None:
            self._bring_to_front(step.begins_on)

    def _bring_to_front(self, name: str) -> None:
        self._front = name
        self._arrange()
        self.set_focus(self.parts.widget(name))  # now: keys typed ahead are meant for it
