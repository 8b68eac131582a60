"""A lesson being played on a lab: what the player waits for is asked of the machine, and what the machine says is told to it.

No thread, no clock, no screen. Whoever plays calls `tick` a few times a second and passes the learner's acts on. One at a time:
an application guards it with a lock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from nslab.course import player as states
from nslab.course.checks.verdict import Verdict
from nslab.course.loader import Pack
from nslab.course.look import Look
from nslab.course.model import Container, Run, Step, Task
from nslab.course.perform import is_here, read_step
from nslab.course.player import Checked, Event, Player
from nslab.course.prose import names_told
from nslab.course.session import Session, lesson_files
from nslab.course.told import Absent, Reading, Told
from nslab.course.world import World
from nslab.engine.recall import Recall


class Play:
    """A lesson, its player, and the lab it is played on, or any later one: `recall` calls off whichever there is."""

    def __init__(self, pack: Pack, done: Collection[str] = (), recall: Recall | None = None) -> None:
        self.pack, self._recall = pack, recall
        self.session = self._new_session()
        self.player: Player = states.start(pack.lesson, done, partial(is_here, world=self.session.world))
        self._found: dict[str, dict[str, Told]] = {}  # by step and task: what the check that passed found
        self.lab_from = 0  # the step with which the lab began
        self.furnished: set[str] = set()  # the steps whose containers have been made in it

    def _new_session(self) -> Session:
        lesson = self.pack.lesson
        files = lesson_files(self.pack.folder, lesson.files)
        return Session(files, lesson.containers, lesson.terminals, self._recall, divided=lesson.divided)

    @property
    def world(self) -> World:
        """The lab as checks see it."""
        return self.session.world

    @property
    def to_renew(self) -> bool:
        """Whether the step being played begins with a lab of its own, and has not got it yet."""
        return begins_at(self.player.steps, self.player.frontier) > self.lab_from

    @property
    def to_take(self) -> tuple[str, ...]:
        """The terminals that the step being played gives to containers of its own, which the next tick makes."""
        step = self.player.steps[self.player.frontier]
        if step.id in self.furnished:
            return ()
        names = (part.container for part in step.setup if isinstance(part, Container))
        return tuple(name for name in names if name in self.session.shells)

    def tick(self) -> None:
        """Look at the lab, which has the containers of the step being played. A task whose check holds now is done; a step
        whose tasks are done is judged."""
        self._furnish()
        self.session.look()
        task = self.player.task
        if task is not None and task.check is not None:
            verdict = task.check.judge(self.look())
            if verdict.passed:
                self._note(task, verdict)
        if self.player.to_judge:
            step = self.player.step
            self.tell(read_step(step, self.world, self.player.frozen, self.names_told(step.id)))

    def tell(self, event: Event) -> None:
        """An act of the learner's, or a finding."""
        self.player = self.player.on(event)

    def move_to(self, player: Player) -> None:
        """Go on from another state of the same lesson, as after a replay."""
        self.player = player

    def check(self) -> Verdict | None:
        """The learner asks: is the task at hand done? None where there is nothing to check."""
        task = self.player.task
        if task is None or task.check is None:
            return None
        self.session.look()
        verdict = task.check.judge(self.look())
        if verdict.passed:
            self._note(task, verdict)
        else:
            self.tell(Checked(task.id, verdict, attempt=True))
        return verdict

    def answer(self, task_id: str, text: str) -> None:
        """The learner types in what they found; it is compared with what the machine says now."""
        task = self.player.task
        if task is None or task.id != task_id or task.ask is None:
            return
        self.session.look()
        self._answered(task, text, self.look().operand(task.ask))

    def read_off(self) -> None:
        """What was to be found stands on the screen, for a room to read: the answer is what the machine says now."""
        task = self.player.task
        if task is not None and task.ask is not None:
            self.session.look()
            reading = self.look().operand(task.ask)
            self._answered(task, str(reading), reading)

    def _answered(self, task: Task, text: str, reading: Reading) -> None:
        self.tell(states.Answered(task.id, text, reading))
        if task.id in self.player.record.done:
            agreed = Told("check.ask.agreed", {"answer": text.strip()})
            self._found.setdefault(self.player.step.id, {})[task.id] = agreed

    def look(self) -> Look:
        """The machine as the step on show speaks of it: what was frozen stays."""
        player = self.player
        frozen: dict[str, Reading] = {**player.frozen, **player.record.values}
        return Look(self.world, player.step.values, frozen)

    def reading(self, name: str) -> Reading:
        """What `{name}` reads for the step on show."""
        player = self.player
        known: Mapping[str, Reading] = {**player.frozen, **player.record.values}
        if name in known:
            return known[name]
        if player.looking_back:
            return Absent(Told("absent.never-seen", {"process": name}))
        return self.look().value(name)

    @property
    def seen(self) -> tuple[Told, ...]:
        """What the checks of the step on show found as they passed, and what was answered rightly, the last one first."""
        found = self._found.get(self.player.step.id, {})
        return tuple(found[task.id] for task in reversed(self.player.step.do) if task.id in found)

    def names_told(self, step: str) -> frozenset[str]:
        """The values that a step's words speak of, in either language: switching it must not wait for the machine."""
        return frozenset(name for words in self.pack.words.values() for name in names_told(words.steps[step]))

    def renew_lab(self) -> None:
        """End the lab and begin with a new one, for the step being played. The player is not told: nothing is replayed yet.

        Raises LabError where none can be made; the session is then closed, and nothing but `renew_lab` may be asked of it.
        """
        self.session.close()
        self.furnished.clear()
        self.lab_from = begins_at(self.player.steps, self.player.frontier)
        self.session = self._new_session()

    def close(self) -> None:
        """End the lab."""
        self.session.close()

    def _note(self, task: Task, verdict: Verdict) -> None:
        self._found.setdefault(self.player.step.id, {})[task.id] = verdict.found
        self.tell(Checked(task.id, verdict))

    def _furnish(self) -> None:
        """Make what the step that has begun is set up with, once."""
        step = self.player.steps[self.player.frontier]
        if step.id in self.furnished:
            return
        self.furnished.add(step.id)
        for part in step.setup:
            if not isinstance(part, Run):
                self.session.make(part)


def begins_at(steps: Sequence[Step], upto: int) -> int:
    """The last step, up to `upto`, that begins with a new lab."""
    return max((index for index in range(upto + 1) if steps[index].fresh), default=0)
