"""The lesson on screen: story, terminals, panes; keys to the player, the conductor's messages to the widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from nslab.course import player as states
from nslab.course.loader import Pack
from nslab.course.perform import Stuck
from nslab.course.play import Play
from nslab.course.player import Event
from nslab.course.replay import cost
from nslab.course.snapshot import Snapshot
from nslab.course.told import Absent, Namespace, Told, say
from nslab.errors import NslabError
from nslab.observe.views import Tag
from nslab.tui import keys
from nslab.tui.keys import Key
from nslab.tui.lesson.conductor import Conductor
from nslab.tui.lesson.desk import Desk
from nslab.tui.lesson.narrate import Telling, now_of, story_view
from nslab.tui.lesson.panes import PANES, show_panes
from nslab.tui.lesson.places import NOWBAR, PROGRAM, STORY, TABS, WRECK, Shown, Size, places, size_of
from nslab.tui.lesson.program import program_view
from nslab.tui.lesson.terminals import Terminals
from nslab.tui.panes.program import Program
from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.story.view import CannotRun, Loading, StoryView
from nslab.tui.story.widget import Story
from nslab.tui.terminal.widget import Terminal
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.header import Header, Where
from nslab.tui.widgets.nowbar import NowBar
from nslab.tui.widgets.tabs import Tabs
from nslab.tui.widgets.wrecked import Wreck, WreckedBand
from nslab.words import Words

RESERVED = frozenset(key.key for key in keys.LESSON if key.key)
WRECK_ROWS = 7
UNREAD = "…"

MakeConductor = Callable[[Widget], Conductor]


class LessonScreen(KeyedScreen):
    """One lesson. It knows the lab only by what its conductor posts."""

    keys: ClassVar[tuple[Key, ...]] = keys.LESSON

    class Finished(Message):
        """The lesson's last step was read."""

        def __init__(self, lesson_id: str) -> None:
            super().__init__()
            self.lesson_id = lesson_id

    def __init__(self, words: Words, pack: Pack, chapter: str, make_conductor: MakeConductor) -> None:
        super().__init__(words)
        self.pack, self._chapter = pack, chapter
        self._conductor = make_conductor(self)
        self._seen: Snapshot | None = None
        self._stuck: Stuck | None = None
        self._error: NslabError | None = None
        self._replayed = (0, 0)
        self._front, self._enlarged, self._finished = STORY, False, False
        self._terminals = Terminals(words, terminal_names(pack), RESERVED)
        self._panes = {name: PANES[name].make(words, name) for name in pane_names(pack)}
        self._program = Program(words, program_view(None, (), words), id=PROGRAM)
        self._story = Story(words, self._story_view(), id=STORY)

    def compose(self) -> ComposeResult:
        """Header, everything else on the desk, footer."""
        yield Header(self.words, Where(self._chapter, self.pack.lesson.id))
        yield Desk(
            self._places,
            Tabs(self.words, (), id=TABS),
            self._story,
            *self._terminals.frames.values(),
            *self._panes.values(),
            self._program,
            NowBar(self.words, now_of(self._story_view()), id=NOWBAR),
        )
        yield Footer(self.words, self.keys)

    def on_mount(self) -> None:
        """The story takes the first keys; the lab comes up once the first frame is painted."""
        self._story.focus()
        self.call_after_refresh(self._conductor.start)

    def leave(self) -> None:
        """End the lab; nothing of it is left when this returns."""
        self._terminals.detach_all()
        self._conductor.stop()

    def speak(self, words: Words) -> None:
        """Go on in another language."""
        self._terminals.speak(words)
        super().speak(words)
        self._show()

    # What the conductor says

    def on_conductor_sampled(self, message: Conductor.Sampled) -> None:
        """A new moment."""
        self._seen = message.seen
        self._replayed = (0, 0)
        if not message.seen.lab_alive and self._error is None:
            self._wreck(Told("lesson.lab-ended"))
        self._show()
        if message.seen.player.finished and not self._finished:
            self._finished = True
            self.post_message(self.Finished(self.pack.lesson.id))

    def on_conductor_reshelled(self, message: Conductor.Reshelled) -> None:
        """A shell to show."""
        self._terminals.attach(message.shell, self.app.theme)

    def on_conductor_preparing(self, message: Conductor.Preparing) -> None:
        """Earlier steps are being replayed."""
        self._replayed = (message.done, message.steps)
        self._show()

    def on_conductor_hindered(self, message: Conductor.Hindered) -> None:
        """A command could not be typed, or can again."""
        self._stuck = message.stuck
        self._show()

    async def on_conductor_failed(self, message: Conductor.Failed) -> None:
        """The lab can't do what it was asked."""
        self._error = message.error
        if self._seen is None:
            self._show()
        else:
            error = message.error
            self._wreck(Told(f"error.{error.code}.what", error.facts))

    # What the learner does

    def on_story_chosen(self, message: Story.Chosen) -> None:
        """A prediction is given."""
        self._tell(states.Predicted(message.choice_id))
        self._focus_next_terminal()

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
        self._bring_to_front(self._tab_names()[message.at])

    @on(Terminal.Ended)
    def _terminal_ended(self) -> None:
        """Have a look at once: how did it end?"""
        self._conductor.do(lambda _: None)

    def on_key(self, event: events.Key) -> None:
        """Enter in a terminal whose shell has ended starts another."""
        focused = self.focused
        if event.key == "enter" and isinstance(focused, Terminal) and not focused.attached:
            name = self._terminals.name_of(focused)
            if name is not None and self._seen is not None and self._seen.lab_alive:
                event.stop()
                self._conductor.open_shell(name)

    def action_hint(self) -> None:
        """The next hint, if attempts have earned it."""
        if self._seen is not None and not self._seen.player.hint_ready:
            self.notify(self.words("lesson.hint-later"))
        self._tell(states.HintWanted())

    def action_show_me(self) -> None:
        """Type it for the learner; a second time, interrupt what is in the way."""
        busy = (
            self._stuck.why.facts.get("terminal")
            if self._stuck is not None and self._stuck.why.id == "drive.busy"
            else None
        )
        if isinstance(busy, str):
            self._conductor.interrupt(busy)
        else:
            self._conductor.show_me()

    def action_check(self) -> None:
        """Is the task at hand done? Where it asks for something, that is typed in the story."""
        task = self._seen.player.task if self._seen else None
        if task is not None and task.ask is not None:
            self._bring_to_front(STORY)
        self._conductor.do(Play.check)

    def action_back(self) -> None:
        """The step before, to be read again."""
        self._tell(states.Back())

    def action_next(self) -> None:
        """On: past what is read, or the prediction that is picked."""
        self._tell(states.Onward())

    def action_next_pane(self) -> None:
        """The keys go to the next part of the screen; under tabs, it comes to the front."""
        names = self._tab_names()
        at = names.index(self._front) if self._front in names else -1
        self._bring_to_front(names[(at + 1) % len(names)])

    def action_enlarge(self) -> None:
        """The part that has the keys fills the screen, or gives the rest its room again."""
        self._enlarged = not self._enlarged
        self._show()

    def action_reset_lab(self) -> None:
        """A new lab, in which the steps so far are replayed."""
        self._terminals.detach_all()
        self._terminals.forget()
        self._error, self._stuck = None, None
        self.query(WreckedBand).remove()
        self._conductor.reset()

    def leader_twice(self) -> None:
        """The leader itself, for the program in the terminal."""
        if isinstance(self.focused, Terminal):
            self.focused.send(b"\x07")

    # How it is shown

    def _tell(self, event: Event) -> None:
        self._conductor.do(lambda play: play.tell(event))

    def _wreck(self, broken: Told) -> None:
        """Offer a new lab between the terminals."""
        self.query(WreckedBand).remove()
        steps, commands = cost(self._seen.player) if self._seen else (0, 0)
        band = WreckedBand(self.words, Wreck(say(broken, self.words), steps, commands), id=f"{WRECK}")
        self.query_one(Desk).mount(band)

    def _show(self) -> None:
        """Everything as it is now."""
        if not self.is_mounted:
            return
        view = self._story_view()
        self._story.show(view)
        self.query_one(NowBar).show(now_of(view))
        if self._seen is not None:
            player = self._seen.player
            self.query_one(Header).show(Where(self._chapter, self.pack.lesson.id, player.at + 1, len(player.steps)))
            self._terminals.show(self._seen.terminals, self.app.theme)
            show_panes(self._panes, self._seen)
            self._program.show(program_view(self._seen.source, owned(self._seen), self.words))
        self._arrange()

    def _arrange(self) -> None:
        names = self._tab_names()
        shown = tuple(self._label(name) for name in names)
        self.query_one(Tabs).show(shown, names.index(self._front) if self._front in names else 0)
        self.query_one(Desk).rearrange()

    def _story_view(self) -> StoryView:
        words = self.pack.words[self.words.lang]
        if self._seen is None or self._replayed[1]:
            return StoryView(words.title, words.hook, self._waiting())
        telling = Telling(words, self.words, self._value_of, self._seen.letters, self._seen.seen)
        return story_view(self._seen.player, telling, self._stuck)

    def _waiting(self) -> Loading | CannotRun:
        """What stands in the story's place until there is a lab."""
        if self._error is not None:
            told = (
                self.words(f"error.{self._error.code}.{part}", **self._error.facts) for part in ("what", "why", "next")
            )
            return CannotRun(*told)
        done, steps = self._replayed
        doing = self.words("lesson.preparing", step=done + 1, steps=steps) if steps else self.words("lesson.starting")
        return Loading(doing, (), 0)

    def _value_of(self, name: str) -> str:
        """A value in a sentence; what could not be read is an ellipsis."""
        reading = self._seen.values.get(name) if self._seen else None
        if reading is None or isinstance(reading, Absent):
            return UNREAD
        if isinstance(reading, Namespace) and self._seen:
            return f"{self._seen.letters.get(reading, '')} {reading}".strip()
        return str(reading)

    # Where it stands

    def _shown(self) -> Shown:
        step = self._seen.player.step if self._seen else self.pack.lesson.step[0]
        panes = [name for name in step.panes or self.pack.lesson.panes if name in self._panes]
        if self._seen and self._seen.source and size_of(self.size.width) is Size.LARGE:
            panes.append(PROGRAM)
        return Shown(
            terminals=tuple(step.terminals or self.pack.lesson.terminals),
            panes=tuple(panes),
            front=self._front,
            enlarged=self._enlarged,
            wreck_rows=WRECK_ROWS if self.query(WreckedBand) else 0,
        )

    def _places(self, width: int, height: int) -> Mapping[str, Region]:
        return places(width, height, self._shown())

    def _tab_names(self) -> list[str]:
        shown = self._shown()
        return [STORY, *shown.terminals, *(name for name in shown.panes if name in self._panes)]

    def _label(self, name: str) -> str:
        if name == STORY:
            return self.words("story.name")
        return self.words(f"pane.{name}") if name in self._panes else self._terminals.title(name)

    def _bring_to_front(self, name: str) -> None:
        self._front = name
        self._arrange()
        self._target(name).focus()

    def _target(self, name: str) -> Widget:
        if name == STORY:
            return self._story
        return self._panes[name] if name in self._panes else self._terminals.widget(name)

    def _focus_next_terminal(self) -> None:
        """Once something is predicted, hands belong in the terminal where the step is done."""
        if self._seen is not None:
            lines = self._seen.player.step.solution
            self._bring_to_front(lines[0].in_ if lines else STORY)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """What has the keys is what is enlarged, or stands under the tabs, next."""
        for name in self._tab_names():
            if event.widget is self._target(name):
                self._front = name


def owned(seen: Snapshot) -> tuple[Tag, ...]:
    """What the containers in the terminals do not share with the host."""
    return tuple(dict.fromkeys(tag for state in seen.terminals.values() for tag in state.owns))


def terminal_names(pack: Pack) -> tuple[str, ...]:
    """Every terminal that some step of the lesson shows."""
    per_step = (name for step in pack.lesson.step for name in step.terminals or ())
    return tuple(dict.fromkeys((*pack.lesson.terminals, *per_step)))


def pane_names(pack: Pack) -> tuple[str, ...]:
    """Every pane that some step of the lesson shows."""
    per_step = (name for step in pack.lesson.step for name in step.panes or ())
    return tuple(name for name in dict.fromkeys((*pack.lesson.panes, *per_step)) if name in PANES)
