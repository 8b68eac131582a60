"""The widgets of the lesson screen by name, and what they show of a moment."""

from __future__ import annotations

from collections.abc import Iterator

from textual.widget import Widget

from nslab.course.loader import Pack
from nslab.course.model import Step
from nslab.course.player import Stage
from nslab.course.snapshot import Snapshot
from nslab.observe.views import Tag
from nslab.tui import keys
from nslab.tui.lesson.narrate import now_of
from nslab.tui.lesson.panes import PANES, show_panes
from nslab.tui.lesson.places import ANSWERS, NOWBAR, PROGRAM, STORY, TABS, WRECK, Shown, Size
from nslab.tui.lesson.program import program_view
from nslab.tui.lesson.terminals import Terminals
from nslab.tui.panes.program import Program
from nslab.tui.story.answers import Answers
from nslab.tui.story.view import StoryView
from nslab.tui.story.widget import Story
from nslab.tui.widgets.nowbar import NowBar
from nslab.tui.widgets.tabs import Tabs
from nslab.tui.widgets.wrecked import Wreck, WreckedBand
from nslab.words import Words

WRECK_ROWS = 7
RESERVED = frozenset(key.key for key in keys.LESSON if key.key)


class Parts:
    """Everything between header and footer. Every part that some step shows is made once, at the beginning."""

    def __init__(self, words: Words, pack: Pack, view: StoryView) -> None:
        self._pack = pack
        self.story = Story(words, view, id=STORY)
        self.answers = Answers(words, view.card, id=ANSWERS)
        self.terminals = Terminals(words, terminal_names(pack), RESERVED)
        self.panes = {name: PANES[name].make(words, name) for name in pane_names(pack)}
        self.program = Program(words, program_view(None, (), words), id=PROGRAM)
        self.tabs = Tabs(words, (), id=TABS)
        self.nowbar = NowBar(words, now_of(view), id=NOWBAR)
        self.wreck = WreckedBand(words, Wreck("", 0, 0), id=WRECK)
        self.wreck.display = False

    def __iter__(self) -> Iterator[Widget]:
        yield from (self.tabs, self.story, *self.terminals.frames.values(), *self.panes.values())
        yield from (self.program, self.answers, self.nowbar, self.wreck)

    def tell(self, view: StoryView) -> None:
        """Show the story, and its question where the story is not on screen."""
        self.story.show(view)
        self.answers.show(self.story.card)
        self.nowbar.show(now_of(view))

    def show(self, seen: Snapshot, words: Words, theme: str) -> None:
        """Show a moment of the lab."""
        self.terminals.show(seen.terminals, theme, lab_alive=seen.lab_alive)
        show_panes(self.panes, seen)
        self.program.show(program_view(seen.source, owned(seen), words))

    def step(self, seen: Snapshot | None) -> Step:
        """The step at hand; the first one until there is a lab."""
        return seen.player.step if seen else self._pack.lesson.step[0]

    def shown(self, seen: Snapshot | None, size: Size, front: str, *, enlarged: bool) -> Shown:
        """What stands on screen in the step at hand; in front the story, where the step has not what was."""
        step = self.step(seen)
        wreck_rows = WRECK_ROWS if self.wreck.display else 0
        if step.board:
            terminals, panes = step.terminals or (), (*(step.panes or ()), step.board)
            here = front if front in (*terminals, *panes) else STORY
            return Shown(terminals, panes, here, enlarged, wreck_rows, board_cells=self.board_cells(step))
        terminals = tuple(step.terminals or self._pack.lesson.terminals)
        hidden = step.reveals if seen is None or awaits_prediction(seen) else ()
        panes = tuple(
            name for name in step.panes or self._pack.lesson.panes if name in self.panes and name not in hidden
        )
        program = (PROGRAM,) if seen and seen.source and size is Size.LARGE else ()
        here = front if front in (*terminals, *panes) else STORY
        return Shown(terminals, (*panes, *program), here, enlarged, wreck_rows)

    def board_cells(self, step: Step) -> int:
        """The fewest columns that the step's board wants beside the story; 0 for a step without one."""
        return PANES[step.board].board_cells if step.board else 0

    def names(self, shown: Shown) -> list[str]:
        """The parts that can be brought to the front, in the order of the tabs."""
        return [STORY, *shown.terminals, *(name for name in shown.panes if name in self.panes)]

    def label(self, name: str, words: Words) -> str:
        """What a part is called on its tab."""
        if name == STORY:
            return words("story.name")
        return words(f"pane.{name}") if name in self.panes else self.terminals.title(name)

    def widget(self, name: str) -> Widget:
        """The widget that takes the keys for a part."""
        if name == STORY:
            return self.story
        return self.panes[name] if name in self.panes else self.terminals.widget(name)


def awaits_prediction(seen: Snapshot) -> bool:
    """Whether the question of the step at hand is still open."""
    return seen.player.stage is Stage.PREDICT and not seen.player.looking_back


def owned(seen: Snapshot) -> tuple[Tag, ...]:
    """What the containers in the terminals do not share with the host."""
    return tuple(dict.fromkeys(tag for state in seen.terminals.values() for tag in state.owns))


def terminal_names(pack: Pack) -> tuple[str, ...]:
    """Every terminal that some step of the lesson shows."""
    per_step = (name for step in pack.lesson.step for name in step.terminals or ())
    return tuple(dict.fromkeys((*pack.lesson.terminals, *per_step)))


def pane_names(pack: Pack) -> tuple[str, ...]:
    """Every pane and board that some step of the lesson shows."""
    per_step = (
        name for step in pack.lesson.step for name in (*(step.panes or ()), *((step.board,) if step.board else ()))
    )
    return tuple(name for name in dict.fromkeys((*pack.lesson.panes, *per_step)) if name in PANES)
