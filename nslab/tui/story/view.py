"""What the story shows of a step, as frozen values. The lesson screen makes one from the player's state at each change.

Lesson words are the course's Prose with all values already filled in; a str is a sentence of the interface or a fact.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from nslab.course.markdown import Prose
from nslab.course.player import Stage

# The names beside them are `story.<stage>`.
SYMBOL = {Stage.PREDICT: "?", Stage.DO: "$", Stage.OBSERVE: "◉", Stage.EXPLAIN: "»"}


class TaskState(StrEnum):
    """Where the learner is with a task."""

    DONE = "done"
    NOW = "now"
    TO_COME = "to-come"


class Past(Struct, frozen=True):
    """A stage that is over: what the learner said or did there, and whether it held (None: nothing was to hold)."""

    stage: Stage
    said: str = ""
    held: bool | None = None


class Choice(Struct, frozen=True):
    """One answer that a prediction offers."""

    id: str
    words: Prose


class Task(Struct, frozen=True):
    """One thing to do. `asks`: the learner types what they found, once the task is at hand."""

    id: str
    words: Prose
    state: TaskState
    asks: bool = False


class Miss(Struct, frozen=True):
    """A check that failed: what was wanted, what the kernel says, and one next thing to try."""

    wanted: str
    found: str
    next: str = ""


class Predicting(Struct, frozen=True):
    """The open card before anything is done. `picked` is the choice under the cursor, not yet said."""

    question: Prose
    choices: tuple[Choice, ...]
    picked: str | None = None
    stage: ClassVar[Stage] = Stage.PREDICT


class Doing(Struct, frozen=True):
    """The open card while tasks are to do. A miss turns it red; `hints` are those asked for so far."""

    tasks: tuple[Task, ...]
    lead: Prose = Prose()
    hints: tuple[Prose, ...] = ()
    more_hints: bool = False
    miss: Miss | None = None
    checking: bool = False
    stage: ClassVar[Stage] = Stage.DO


class Observing(Struct, frozen=True):
    """The machine has answered: what it shows, the last finding first, and what became of the prediction.

    `held` is None where nothing was predicted; `reply` is what the lesson says to those who picked this answer.
    """

    seen: tuple[str, ...]
    held: bool | None = None
    predicted: str = ""
    reply: Prose = Prose()
    stage: ClassVar[Stage] = Stage.OBSERVE


class Explaining(Struct, frozen=True):
    """Why, in the lesson's words."""

    words: Prose
    stage: ClassVar[Stage] = Stage.EXPLAIN


class CannotRun(Struct, frozen=True):
    """This machine lacks what the lesson needs: what, what was found and what to do about it, what works anyway."""

    need: str
    found: str
    anyway: str
    stage: ClassVar[None] = None


class Loading(Struct, frozen=True):
    """Something that takes a while: what is done now, and how many of how many steps are over, if it has steps."""

    doing: str
    done: int = 0
    steps: int = 0
    stage: ClassVar[None] = None


Card = Predicting | Doing | Observing | Explaining | CannotRun | Loading


class StoryView(Struct, frozen=True):
    """One step of a lesson: its words, the stages that are over, the one open card, the stages to come."""

    title: str
    words: Prose
    card: Card
    past: tuple[Past, ...] = ()
    coming: tuple[Stage, ...] = ()
