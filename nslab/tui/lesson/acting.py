"""What the learner does on a lesson's screen: keys, clicks, and what its parts say of both, passed on to player and lab."""

from __future__ import annotations

from collections.abc import Callable

from textual import events, on
from textual.widget import Widget

from nslab.course import player as states
from nslab.course.drive import Busy
from nslab.course.loader import Pack
from nslab.course.model import Step, Task
from nslab.course.perform import Stuck
from nslab.course.play import Play
from nslab.course.player import Event, Player, Stage
from nslab.course.snapshot import Snapshot
from nslab.tui import keys
from nslab.tui.lesson.arrangement import Arrangement
from nslab.tui.lesson.conductor import Conductor
from nslab.tui.lesson.desk import Desk
from nslab.tui.lesson.helping import ROOM, help_view
from nslab.tui.lesson.narrate import Hindrance
from nslab.tui.lesson.parts import Parts
from nslab.tui.lesson.places import STORY, Size
from nslab.tui.screens.help_view import HelpView
from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.story.answers import Answers
from nslab.tui.story.view import StoryView
from nslab.tui.story.widget import Story
from nslab.tui.terminal.widget import Terminal
from nslab.tui.wanted import PartWanted
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.tabs import Tabs
from nslab.words import Words

MakeConductor = Callable[[Widget], Conductor]


class ActingScreen(KeyedScreen):
    """The learner's hands. It asks its conductor for everything; what comes of it is seen in the next moment."""

    unnamed = keys.CLICKER

    def __init__(self, words: Words, pack: Pack, view: StoryView, make_conductor: MakeConductor) -> None:
        super().__init__(words)
        self._conductor = make_conductor(self)
        self._seen: Snapshot | None = None
        self._hindrance: Hindrance | None = None
        self._shown = ""  # the task whose solution was last shown, or that the speaker was about to leave
        self.parts = Parts(words, pack, view)
        self._at = Arrangement(self.parts, lambda: self.size)
        self._desk = Desk(self._at.places, *self.parts)
        self._footer = Footer(words, self.keys)

    @property
    def seen(self) -> Snapshot | None:
        """The moment on show; None until there is a lab."""
        return self._seen

    def on_story_chosen(self, message: Story.Chosen) -> None:
        """A prediction is given; hands belong now where the step is done."""
        self._tell(states.Predicted(message.choice_id))
        if self._seen is not None:
            self._hands_to(self._seen.player.step)

    def on_story_picked(self, _message: Story.Picked) -> None:
        """The answers that a room sees follow the cursor."""
        self.parts.answers.show(self.parts.story.card)

    def on_answers_picked(self, message: Answers.Picked) -> None:
        """An answer was clicked that a room sees."""
        self.parts.story.pick(message.choice_id)

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
        self._bring_to_front(self.parts.names(self._at.shown())[message.at])

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
        for name in self.parts.names(self._at.shown()):
            if event.widget is self.parts.widget(name) and name != self._at.front:
                self._at.front = name
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
        task = self._seen.player.task if self._seen else None
        self._shown = task.id if task else ""
        match self._hindrance:
            case Hindrance(Stuck(by=Busy(terminal)) as stuck, 0):
                self._hindrance = Hindrance(stuck, 1)
                self._conductor.interrupt(terminal)
            case Hindrance(Stuck(by=Busy(terminal)) as stuck, insisted):  # it did not heed Ctrl-C
                self._hindrance = Hindrance(stuck, insisted + 1)
                self._conductor.open_shell(terminal)
                self._conductor.show_me()
            case _ if self._seen is not None and task is None and not self._seen.player.to_begin:
                self._nothing_to_show(self._seen.player)
            case _:
                if self._seen is not None and (place := self._seen.player.step.done_on(self._shown)) is not None:
                    self._front_if_small(place)
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
        unread = self._at.size is Size.SMALL and self._at.front != STORY
        self._bring_to_front(STORY)
        if player is not None and player.record.passed and unread:
            return  # what was found out stands in the story, which was not on screen
        if player is not None and player.task is not None:
            if self.presenting and player.task.ask is not None:
                self._read_off(player.task)
                return
            self.notify(self.words("lesson.task-first"))
        self.parts.story.commit()
        self._tell(states.Onward())

    def action_click_on(self) -> None:
        """A speaker's clicker: whatever comes next. What is to be done is shown; what is to be found, first shown, then read."""
        task = self._seen.player.task if self._seen else None
        if task is None or (task.ask is not None and self._shown == task.id):
            self.action_next()
        else:
            self.action_show_me()

    def action_click_back(self) -> None:
        """A speaker's clicker: the step before."""
        self.action_back()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The clicker's keys are its own before a room only."""
        return self.presenting if action in keys.CLICKS else super().check_action(action, parameters)

    def action_next_terminal(self) -> None:
        """The keys go to the next terminal; from elsewhere, to the first."""
        names = self._at.shown().terminals
        at = next((at for at, name in enumerate(names) if self.parts.widget(name) is self.focused), -1)
        if names:
            self._bring_to_front(names[(at + 1) % len(names)])

    def action_next_pane(self) -> None:
        """The keys go to the next part of the screen; under tabs, it comes to the front.

        Before a room, the next pane takes the place of the one on show, and the keys stay where they are; but a board has them.
        """
        if self.presenting:
            self._turn()
            return
        band, names = self.parts.wreck, self.parts.names(self._at.shown())
        at = -1 if self.focused is band else names.index(self._at.shown().front)
        if at + 1 == len(names) and band.display:
            self.set_focus(band)
        else:
            self._bring_to_front(names[(at + 1) % len(names)])

    def action_enlarge(self) -> None:
        """The part that has the keys fills the screen, or gives the rest its room again."""
        self._at.enlarged = not self._at.enlarged
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
        shown = self._at.shown()
        keyed = (name for name in self.parts.names(shown) if self.parts.widget(name) is self.focused)
        name = next(keyed, shown.front)
        frames = self.parts.terminals.frames
        about = ROOM if self.presenting and name == STORY else name
        return help_view(about, self.words), frames.get(name, self.parts.widget(name))

    def present(self, presenting: bool) -> None:
        """Be arranged for a room, or for one reader again."""
        self._at.presenting = presenting
        super().present(presenting)
        if self.is_mounted:
            self._arrange()

    def _nothing_to_show(self, player: Player) -> None:
        """Say why: what one expects is one's own, and what is read is only read."""
        predicting = player.stage is Stage.PREDICT and not player.looking_back
        self.notify(self.words("lesson.predict-yours" if predicting else "lesson.nothing-to-show"))
        if predicting:
            self._bring_to_front(STORY)

    # Where the keys go

    def _read_off(self, task: Task) -> None:
        """A room reads what was to be found off the screen: the machine's word counts, once it is shown, or at a second try."""
        if self._shown == task.id:
            self._conductor.do(Play.read_off)
        else:
            self._shown = task.id
            self.notify(self.words("present.read-off"))

    def _turn(self) -> None:
        """Another pane before the room; to a board, first the keys. Keys that went to the pane before go to the next."""
        board, from_pane = self._at.board(), self.focused in self.parts.panes.values()
        pane = board if board is not None and self.focused is not self.parts.widget(board) else self._at.turn()
        if pane is not None and (from_pane or pane == board):
            self._bring_to_front(pane)
        self._arrange()

    def _tell(self, event: Event) -> None:
        self._hindrance = None
        self._conductor.do(lambda play: play.tell(event))

    def _arrange(self) -> None:
        shown = self._at.shown()
        names = self.parts.names(shown)
        self.parts.tabs.show(tuple(self.parts.label(name, self.words) for name in names), names.index(shown.front))
        self._desk.rearrange()

    def _front_if_small(self, name: str) -> None:
        """Where one part hides the others, show the one that answers."""
        if self._at.size is Size.SMALL:
            self._bring_to_front(name)

    def _hands_to(self, step: Step) -> None:
        if step.begins_on is not None:
            self._bring_to_front(step.begins_on)

    def _bring_to_front(self, name: str) -> None:
        self._at.front = name
        self._arrange()
        self.set_focus(self.parts.widget(name))  # now: keys typed ahead are meant for it
