"""A step played without a learner, by its own solution: for resuming a lesson, and for checking one.

`perform` stops at each moment that matters; whoever iterates over it may look at the machine there, and goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Protocol

from msgspec import Struct

from nslab.course.checks import Check
from nslab.course.drive import Busy, Done, Driver, Ended, Late, told
from nslab.course.look import Look
from nslab.course.model import Doing, Made, Making, Run, Solution, Step
from nslab.course.player import Judged
from nslab.course.predictions import judge
from nslab.course.told import Absent, Reading, Told
from nslab.course.world import World

DEADLINE_S = 60.0
"""How long a command may take to have its effect: zig's first compilation in a lab builds its own start files, for 15 s."""


class Bench(Protocol):
    """A lab with a lesson laid out in it: what a step needs to be performed."""

    @property
    def world(self) -> World:
        """The machine as it is now: each time it is asked for, it has been looked at anew."""
        ...

    @property
    def driver(self) -> Driver:
        """The terminals to type in."""
        ...

    def make(self, part: Made) -> Told | None:
        """Start a container, or a program in one, and wait until it runs. Returns what went wrong, if anything did."""
        ...


class SetUp(Struct, frozen=True):
    """The containers are made; nothing has been typed."""


class Before(Struct, frozen=True):
    """The commands that reach a task are about to be typed."""

    task: str


class Reached(Struct, frozen=True):
    """A task's check holds."""

    task: str


class Over(Struct, frozen=True):
    """The whole solution was typed, and this is what the machine showed."""

    judged: Judged


class Stuck(Struct, frozen=True):
    """The step can't be performed further: at which command or container, why, and which terminal's doing it was, if one's."""

    at: str
    why: Told
    by: Busy | Late | Ended | None = None


Moment = SetUp | Before | Reached | Over | Stuck


def stuck_by(at: str, by: Busy | Late | Ended) -> Stuck:
    """Stuck at a command, by what became of it in its terminal."""
    return Stuck(at, told(by), by)


def is_here(step: Step, world: World) -> bool:
    """Whether the machine has what the step is `only` for. What can't be observed is not there."""
    return step.only is None or step.only.judge(Look(world, step.values)).passed


def read_step(step: Step, world: World, frozen: Mapping[str, Reading], told: Collection[str] = ()) -> Judged:
    """What the machine shows of a step whose tasks are done; `frozen` are the values of earlier steps.

    `told` are names that the step's words speak of: they are read too, for whoever comes back to it later.
    """
    look = Look(world, step.values, frozen)
    for name in told:
        look.value(name)
    judgement = judge(step.predict, look) if step.predict else None
    own = {name: reading for name, reading in look.readings().items() if name not in frozen or name in step.values}
    return Judged(judgement, own, tuple(check.judge(look) for check in step.keep))


def perform(step: Step, bench: Bench, frozen: Mapping[str, Reading], told: Collection[str] = ()) -> Iterator[Moment]:
    """Set the step up and type its solution. The last moment is Over or Stuck."""
    for part in step.setup:
        if not isinstance(part, Run) and (why := bench.make(part)):
            yield Stuck(part.name, why)
            return
    yield SetUp()
    hands = Hands(step, bench, frozen)
    begun: str | None = None
    lines: list[Run | Doing] = [*(part for part in step.setup if isinstance(part, Run)), *step.solution]
    for line in lines:
        goal = _goal(step, line)
        if goal is not None and goal != begun:
            yield Before(goal)
            begun = goal
        if stuck := hands.do(line):
            yield stuck
            return
        if not isinstance(line, Run) and line.reaches:
            yield Reached(line.reaches)
            begun = None
    yield Over(read_step(step, bench.world, frozen, told))


class Hands:
    """Does what a step's solution says, until the task that it is for is reached."""

    def __init__(self, step: Step, bench: Bench, frozen: Mapping[str, Reading]) -> None:
        self._step, self._bench, self._frozen = step, bench, frozen

    def do(self, line: Run | Doing) -> Stuck | None:
        """Type a command, or have something made, and wait for its effect. Returns what is in the way."""
        return self._make(line) if isinstance(line, Making) else self.type(line)

    def _make(self, making: Making) -> Stuck | None:
        """What the engine makes is there at once: the program runs when the lab answers."""
        if why := self._bench.make(making.make):
            return Stuck(making.make.name, why)
        check = self._check(making.reaches)
        verdict = check.judge(self._look()) if check else None
        return None if verdict is None or verdict.passed else Stuck(making.make.name, verdict.found)

    def type(self, line: Run | Solution, *, over_typing: bool = False) -> Stuck | None:
        """Type one command, with the values of the moment in it, and wait for its effect. `over_typing` as for Driver.run."""
        command = self._look().text(line.run)
        if isinstance(command, Absent):
            return Stuck(line.run, command.reason)
        reached = self._reached(line.reaches) if isinstance(line, Solution) and line.reaches else None
        outcome = self._bench.driver.run(line.in_, command, reached, deadline_s=DEADLINE_S, over_typing=over_typing)
        return None if isinstance(outcome, Done) else stuck_by(command, outcome)

    def _reached(self, task: str) -> Callable[[], bool] | None:
        check = self._check(task)
        return None if check is None else lambda: check.judge(self._look()).passed

    def _check(self, task: str | None) -> Check | None:
        return next((known.check for known in self._step.do if known.id == task), None)

    def _look(self) -> Look:
        return Look(self._bench.world, self._step.values, self._frozen)


def _goal(step: Step, line: Run | Doing) -> str | None:
    """The task that a part of the solution leads to, at once or by what follows it."""
    if isinstance(line, Run):
        return None
    start = next(i for i, known in enumerate(step.solution) if known is line)
    return next((later.reaches for later in step.solution[start:] if later.reaches), None)
