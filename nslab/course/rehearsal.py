"""The author's check: a lesson played by its own solutions, and all that its author promised held against the machine.

Each `check` fails before its solution and holds after it, each `keep` holds throughout, each `ask` has an answer, and
exactly one choice of each prediction is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

from msgspec import Struct

from nslab.course.checks.verdict import Verdict
from nslab.course.look import Look, lasting
from nslab.course.model import Lesson, Step
from nslab.course.perform import Before, Bench, Moment, Over, Reached, SetUp, Stuck, perform
from nslab.course.predictions import Undecided
from nslab.course.told import Absent, Reading, Told


class Finding(Struct, frozen=True):
    """One promise of a lesson that the machine did not keep."""

    step: str
    told: Told


class LeftOut(Struct, frozen=True):
    """A step that is only for machines unlike this one: what it would take, and what was found."""

    step: str
    wanted: Told
    found: Told


class Confirmed(Struct, frozen=True):
    """One promise that the machine kept: a check before or after, a keep, an ask, a prediction."""

    step: str
    what: str


Result = Finding | Confirmed | LeftOut
NewBench = Callable[[Lesson], AbstractContextManager[Bench]]
"""A new lab with the lesson's files in it, and nothing else; gone when the context ends."""


def rehearse(lesson: Lesson, new_bench: NewBench) -> Iterator[Result]:
    """Play every step, recall steps too, telling each result as it comes. After a step that is stuck, the next new lab."""
    with ExitStack() as stack:
        bench: Bench | None = None
        frozen: dict[str, Reading] = {}
        for index, step in enumerate(lesson.step):
            if index == 0 or step.fresh:
                stack.close()
                bench, frozen = stack.enter_context(new_bench(lesson)), {}
                for container in lesson.containers:
                    if why := bench.make(container):
                        yield Finding(step.id, Told("author.stuck", {"at": container.container, "why": why}))
            if bench is None:
                continue
            if left_out := _left_out(step, bench):
                yield left_out
                continue
            rehearsed = _Rehearsed(step, bench, frozen)
            yield from rehearsed.results()
            frozen |= lasting(rehearsed.read)
            if rehearsed.stuck:
                bench = None


def _left_out(step: Step, bench: Bench) -> LeftOut | None:
    if step.only is None:
        return None
    verdict = step.only.judge(Look(bench.world, step.values))
    return None if verdict.passed else LeftOut(step.id, verdict.wanted, verdict.found)


class _Rehearsed:
    """One step. `read` holds what its values were, `stuck` whether the lab can't be used any further."""

    def __init__(self, step: Step, bench: Bench, frozen: dict[str, Reading]) -> None:
        self.step, self.bench, self.frozen = step, bench, frozen
        self.read: dict[str, Reading] = {}
        self.stuck = False
        self._checks = {task.id: task.check for task in step.do}

    def results(self) -> Iterator[Result]:
        for moment in perform(self.step, self.bench, self.frozen):
            yield from self._at(moment)

    def _at(self, moment: Moment) -> Iterator[Result]:
        match moment:
            case SetUp():
                yield from self._keeps()
            case Before(task):
                yield self._result(not self._judge(task).passed, task, "author.holds-before")
            case Reached(task):
                yield Confirmed(self.step.id, task)
                yield from self._keeps()
            case Stuck(at, why):
                self.stuck = True
                yield Finding(self.step.id, Told("author.stuck", {"at": at, "why": why}))
            case Over(judged):
                self.read = dict(judged.values)
                yield from self._keeps()
                yield from self._asks()
                if isinstance(judged.judgement, Undecided):
                    yield Finding(self.step.id, judged.judgement.reason)
                elif judged.judgement is not None:
                    yield Confirmed(self.step.id, judged.judgement.choice)

    def _judge(self, task: str) -> Verdict:
        check = self._checks[task]
        assert check is not None, "only a task with a check can be reached: the loader sees to it"
        return check.judge(self._look())

    def _keeps(self) -> Iterator[Result]:
        for number, keep in enumerate(self.step.keep, 1):
            verdict = keep.judge(self._look())
            if verdict.passed:
                yield Confirmed(self.step.id, f"keep {number}")
            else:
                facts = {"wanted": verdict.wanted, "found": verdict.found}
                yield Finding(self.step.id, Told("author.not-kept", facts))

    def _asks(self) -> Iterator[Result]:
        for task in self.step.do:
            if task.ask is not None:
                reading = self._look().operand(task.ask)
                if isinstance(reading, Absent):
                    yield Finding(self.step.id, Told("author.no-answer", {"task": task.id, "why": reading.reason}))
                else:
                    yield Confirmed(self.step.id, task.id)

    def _result(self, kept: bool, task: str, finding: str) -> Result:
        return Confirmed(self.step.id, task) if kept else Finding(self.step.id, Told(finding, {"task": task}))

    def _look(self) -> Look:
        return Look(self.bench.world, self.step.values, self.frozen)
