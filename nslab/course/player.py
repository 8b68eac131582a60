"""A lesson being played, as a value: events go in, the next state comes out. It knows neither machine nor screen.

Each step goes through predict, do, observe, explain, and waits for a key between them. What an event does not fit is no
event: the state comes back as it was. The player says what it waits for (`task`, `to_judge`, `to_begin`); whoever plays it
asks the machine and tells what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from nslab.course.checks.verdict import Verdict
from nslab.course.look import lasting
from nslab.course.model import Lesson, Run, Step, Task
from nslab.course.predictions import Decided, Judgement
from nslab.course.told import Absent, Reading, Told, answers


class Stage(StrEnum):
    """Where in a step the learner is, in this order."""

    PREDICT = "predict"
    DO = "do"
    OBSERVE = "observe"
    EXPLAIN = "explain"


class Predicted(Struct, frozen=True):
    """The learner gave their answer; there is no second one."""

    choice: str


class Prepared(Struct, frozen=True):
    """The commands that the step's setup types have been typed."""


class Checked(Struct, frozen=True):
    """The machine was asked about a task. `attempt`: the learner had done something for it, or wanted it checked."""

    task: str
    verdict: Verdict
    attempt: bool = False


class Answered(Struct, frozen=True):
    """The learner typed in what they found; `reading` is what the machine said at that moment."""

    task: str
    text: str
    reading: Reading


class HintWanted(Struct, frozen=True):
    """The learner asked for the next hint to the task at hand."""


class Judged(Struct, frozen=True):
    """All tasks are done and the machine was read: what is right, what the values are, whether each `keep` holds."""

    judgement: Judgement | None
    values: Mapping[str, Reading]
    keep: tuple[Verdict, ...] = ()


class Onward(Struct, frozen=True):
    """The key for going on."""


class Back(Struct, frozen=True):
    """The key for looking at the step before."""


class LabReset(Struct, frozen=True):
    """The lab is new, and the steps before the current one have been replayed in it: what each of them showed there."""

    judged: Mapping[str, Judged] = {}


Event = Predicted | Prepared | Checked | Answered | HintWanted | Judged | Onward | Back | LabReset


class Record(Struct, frozen=True):
    """What has happened in one step."""

    prediction: str | None = None
    prepared: bool = False
    done: tuple[str, ...] = ()
    """Tasks that passed, in order."""
    answers: Mapping[str, str] = {}
    attempts: Mapping[str, int] = {}
    hints: Mapping[str, int] = {}
    """How many hints of a task have been given."""
    verdict: Verdict | None = None
    """What the last look at the task at hand found."""
    judgement: Judgement | None = None
    values: Mapping[str, Reading] = {}
    """What the step's values were when it passed."""
    broken: tuple[Verdict, ...] = ()
    """What must hold throughout, and did not when the step was judged."""
    passed: bool = False

    @property
    def held(self) -> bool | None:
        """Whether the prediction was right; None where there is nothing to say."""
        if self.prediction is None or not isinstance(self.judgement, Decided):
            return None
        return self.judgement.choice == self.prediction


class Player(Struct, frozen=True):
    """The state of a lesson. `frontier` is the step being played, `at` the one being looked at."""

    steps: tuple[Step, ...]
    records: tuple[Record, ...]
    stage: Stage
    frontier: int = 0
    at: int = 0
    finished: bool = False

    @property
    def step(self) -> Step:
        """The step on show."""
        return self.steps[self.at]

    @property
    def record(self) -> Record:
        """What has happened in the step on show."""
        return self.records[self.at]

    @property
    def looking_back(self) -> bool:
        """Whether the step on show is over and only being read again."""
        return self.at < self.frontier or self.finished

    @property
    def task(self) -> Task | None:
        """The task at hand: what to check or to ask for; None unless tasks are being done."""
        if self.looking_back or self.stage is not Stage.DO or self.to_begin:
            return None
        return next((task for task in self.step.do if task.id not in self.record.done), None)

    @property
    def to_begin(self) -> bool:
        """Whether the setup's commands must be typed now."""
        return not self.looking_back and self.stage is Stage.DO and not self.record.prepared

    @property
    def to_judge(self) -> bool:
        """Whether the machine must be read now: prediction, values, and what must be kept."""
        return not self.looking_back and self.stage is Stage.OBSERVE and not self.record.passed

    @property
    def hint_ready(self) -> bool:
        """Whether the task at hand has a hint that its attempts have earned."""
        task = self.task
        if task is None:
            return False
        given = self.record.hints.get(task.id, 0)
        return given < min(task.hints, self.record.attempts.get(task.id, 0))

    @property
    def frozen(self) -> dict[str, Reading]:
        """What earlier steps of the same lab read, by name: later steps may speak of it."""
        fresh = [i for i in range(self.at + 1) if self.steps[i].fresh]
        values: dict[str, Reading] = {}
        for record in self.records[fresh[-1] if fresh else 0 : self.at]:
            values |= lasting(record.values)
        return values

    def on(self, event: Event) -> Player:
        """The state after `event`; this very state if the event does not fit it."""
        if isinstance(event, Back):
            return replace(self, at=self.at - 1) if self.at > 0 else self
        if isinstance(event, Onward):
            return self._onward()
        if isinstance(event, LabReset):
            return self._reset(event.judged)
        return self if self.looking_back else self._at_frontier(event)

    def _at_frontier(self, event: Event) -> Player:
        match event:
            case Predicted(choice):
                return self._predicted(choice)
            case Prepared() if self.to_begin:
                return self._with(prepared=True)._after_task()
            case Checked(task, verdict, attempt) if self._at_hand(task) and self.task and self.task.check is not None:
                return self._checked(task, verdict, attempt=attempt)
            case Answered(task, text, reading) if self._at_hand(task) and self.task and self.task.ask is not None:
                return self._answered(task, text, reading)
            case HintWanted() if self.hint_ready and self.task:
                return self._with(hints=_counted(self.record.hints, self.task.id))
            case Judged(judgement, values, keep) if self.to_judge:
                return self._judged(judgement, values, keep)
        return self

    def _predicted(self, choice: str) -> Player:
        if self.stage is not Stage.PREDICT or choice not in {known.id for known in self.step.predict}:
            return self
        return replace(self._with(prediction=choice), stage=Stage.DO)._begun()

    def _begun(self) -> Player:
        """A step whose setup types nothing needs no preparing."""
        if any(isinstance(part, Run) for part in self.step.setup):
            return self
        return self._with(prepared=True)._after_task()

    def _at_hand(self, task: str) -> bool:
        return self.task is not None and self.task.id == task

    def _checked(self, task: str, verdict: Verdict, *, attempt: bool) -> Player:
        if verdict.passed:
            return self._with(done=(*self.record.done, task), verdict=None)._after_task()
        attempts = _counted(self.record.attempts, task) if attempt else self.record.attempts
        return self._with(verdict=verdict, attempts=attempts)

    def _answered(self, task: str, text: str, reading: Reading) -> Player:
        wanted, hint = Told("check.ask.wanted"), Told("check.ask.next")
        if isinstance(reading, Absent):  # an attempt all the same: a hint may say how to get back what is missing
            missing = Verdict(False, wanted, reading.reason, Told("check.ask.missing"), observed=False)
            return self._checked(task, missing, attempt=True)
        if answers(text, reading):
            return self._with(answers={**self.record.answers, task: text.strip()})._checked(
                task, Verdict(True, wanted, Told("check.ask.found", {"answer": text.strip()})), attempt=True
            )
        found = Told("check.ask.found", {"answer": text.strip()})
        return self._checked(task, Verdict(False, wanted, found, hint), attempt=True)

    def _after_task(self) -> Player:
        """On to observe once the last task is done."""
        return self if self.task else replace(self, stage=Stage.OBSERVE)

    def _judged(self, judgement: Judgement | None, values: Mapping[str, Reading], keep: Sequence[Verdict]) -> Player:
        broken = tuple(verdict for verdict in keep if not verdict.passed)
        if broken:
            return self._with(broken=broken)
        return self._with(judgement=judgement, values=dict(values), broken=(), passed=True)

    def _onward(self) -> Player:
        if self.at < self.frontier:
            return replace(self, at=self.at + 1)
        if self.finished or not self.record.passed:
            return self
        if self.stage is Stage.OBSERVE:
            return replace(self, stage=Stage.EXPLAIN)
        if self.frontier + 1 == len(self.steps):
            return replace(self, finished=True)
        return _opened(replace(self, frontier=self.frontier + 1, at=self.frontier + 1))

    def _reset(self, judged: Mapping[str, Judged]) -> Player:
        """What was done in the current step is gone with the old lab; what was said stays. Numbers are the new lab's."""
        renewed = tuple(
            replace(record, values=dict(judged[step.id].values)) if record.passed and step.id in judged else record
            for step, record in zip(self.steps, self.records, strict=True)
        )
        player = replace(self, records=renewed)
        if self.finished or self.records[self.frontier].passed:
            return player
        player = replace(player, at=self.frontier)
        kept = Record(prediction=player.record.prediction, attempts=player.record.attempts, hints=player.record.hints)
        return _opened(replace(player, records=_put(player.records, player.at, kept)))

    def _with(self, **changes: object) -> Player:
        return replace(self, records=_put(self.records, self.at, replace(self.record, **changes)))


def taken(lesson: Lesson, done: Collection[str]) -> tuple[Step, ...]:
    """The steps of a lesson for somebody: recall steps are among them only where their lesson is in `done`."""
    return tuple(step for step in lesson.step if step.recall is None or step.recall in done)


def start(lesson: Lesson, done: Collection[str] = (), here: Callable[[Step], bool] = lambda _: True) -> Player:
    """The lesson at its first step, for somebody who has done the lessons in `done`, without the steps that are not for `here`."""
    steps = tuple(filter(here, taken(lesson, done)))
    return _opened(Player(steps, tuple(Record() for _ in steps), Stage.PREDICT))


def resume(player: Player, step: str, predictions: Mapping[str, str], judged: Mapping[str, Judged]) -> Player:
    """The lesson at `step`, after the steps before it have been replayed: `judged` is what each of them showed.

    Stops at the first step that was not judged; an unknown step is the first one.
    """
    ids = [known.id for known in player.steps]
    for index in range(ids.index(step) if step in ids else 0):
        if (seen := judged.get(ids[index])) is None:
            break
        tasks = tuple(task.id for task in player.steps[index].do)
        record = Record(
            prediction=predictions.get(ids[index]),
            prepared=True,
            done=tasks,
            judgement=seen.judgement,
            values=dict(seen.values),
            passed=True,
        )
        player = _opened(replace(player, records=_put(player.records, index, record), frontier=index + 1, at=index + 1))
    said = predictions.get(player.step.id)
    if said in {choice.id for choice in player.step.predict}:  # given before: it is not asked for again
        player = _opened(replace(player, records=_put(player.records, player.at, Record(prediction=said))))
    return player


def _opened(player: Player) -> Player:
    """The step on show at its first stage: a prediction once given is not asked for again."""
    if player.step.predict and player.record.prediction is None:
        return replace(player, stage=Stage.PREDICT)
    return replace(player, stage=Stage.DO)._begun()


def _put(records: tuple[Record, ...], index: int, record: Record) -> tuple[Record, ...]:
    return (*records[:index], record, *records[index + 1 :])


def _counted(counts: Mapping[str, int], task: str) -> dict[str, int]:
    return {**counts, task: counts.get(task, 0) + 1}
