"""The player's state as the story that is shown: pure, in one language at a time."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from nslab.course.checks.verdict import Verdict
from nslab.course.drive import Busy
from nslab.course.filling import ValueOf, filled
from nslab.course.markdown import Prose
from nslab.course.perform import Stuck
from nslab.course.player import Player, Record, Stage
from nslab.course.predictions import Undecided
from nslab.course.prose import LessonWords, StepWords
from nslab.course.snapshot import Snapshot
from nslab.course.told import Absent, Namespace, Told, say
from nslab.errors import NslabError
from nslab.tui import keys
from nslab.tui.prose import inline, told
from nslab.tui.story.view import (
    CannotRun,
    Card,
    Choice,
    Doing,
    Explaining,
    Loading,
    Miss,
    Observing,
    Past,
    Predicting,
    StoryView,
    Task,
    TaskState,
)
from nslab.tui.widgets.nowbar import Now
from nslab.words import Words, printable

UNREAD = "…"


class Telling(Struct, frozen=True):
    """What a story is told with: the lesson's words and the interface's, the values now, how a namespace is written."""

    lesson: LessonWords
    words: Words
    value_of: ValueOf
    letter_of: Mapping[Namespace, str]
    seen: tuple[Told, ...] = ()

    def show(self, namespace: Namespace) -> str:
        """A namespace in a sentence: its letter and its inode number."""
        return written(namespace, self.letter_of)

    def fill(self, prose: Prose) -> Prose:
        """Lesson words with the values in place."""
        return filled(prose, self.value_of)


def telling(seen: Snapshot, lesson: LessonWords, words: Words) -> Telling:
    """How a moment is told in one language. A value that could not be read is an ellipsis."""

    def value_of(name: str) -> str:
        reading = seen.values.get(name)
        if reading is None or isinstance(reading, Absent):
            return UNREAD
        return written(reading, seen.letters) if isinstance(reading, Namespace) else printable(str(reading))

    return Telling(lesson, words, value_of, seen.letters, seen.seen)


def written(namespace: Namespace, letters: Mapping[Namespace, str]) -> str:
    """A namespace in a sentence: its letter and its inode number."""
    return f"{letters.get(namespace, '')} {namespace}".strip()


def loading(done: int, steps: int, words: Words) -> Loading:
    """What stands in the story's place while the lab comes up; `done` of `steps` are replayed in it."""
    doing = words("lesson.preparing", step=done + 1, steps=steps) if steps else words("lesson.starting")
    return Loading(doing, done, steps)


def cannot_run(error: NslabError, words: Words) -> CannotRun:
    """What stands there where there is no lab to be had."""
    return CannotRun(*(words(f"error.{error.code}.{part}", **error.facts) for part in ("what", "why", "next")))


class Hindrance(Struct, frozen=True):
    """A command that could not be typed, and how often the learner has insisted on it since."""

    stuck: Stuck
    insisted: int = 0


def story_view(player: Player, telling: Telling, hindrance: Hindrance | None = None) -> StoryView:
    """The step on show; `hindrance` is what kept a command from being typed for the learner."""
    step, words = player.step, telling.lesson.steps[player.step.id]
    stages = [stage for stage in Stage if stage is not Stage.PREDICT or step.predict]
    card = _card(player, words, telling)
    if hindrance is not None and isinstance(card, Doing):
        card = replace(card, miss=_hindrance(hindrance, telling))
    at = stages.index(card.stage) if card.stage in stages else 0
    first = player.at == 0
    prose = telling.fill(words.prose)
    return StoryView(
        title=telling.lesson.title,
        words=Prose(prose.source, (*telling.lesson.hook.blocks, *prose.blocks)) if first else prose,
        card=card,
        past=tuple(_past(stage, player.record, words) for stage in stages[:at]),
        coming=tuple(stages[at + 1 :]),
    )


def _card(player: Player, words: StepWords, telling: Telling) -> Card:
    if player.looking_back or player.stage is Stage.EXPLAIN:
        return Explaining(telling.fill(words.explain))
    match player.stage:
        case Stage.PREDICT:
            return _predicting(player, words, telling)
        case Stage.DO:
            return _doing(player, words, telling)
        case _:
            return _observing(player, words, telling)


def _predicting(player: Player, words: StepWords, telling: Telling) -> Predicting:
    choices = (Choice(choice.id, telling.fill(words.choices[choice.id].words)) for choice in player.step.predict)
    return Predicting(telling.fill(words.question), tuple(choices))


def _doing(player: Player, words: StepWords, telling: Telling) -> Doing:
    record, now = player.record, player.task
    tasks = tuple(
        Task(
            task.id,
            telling.fill(words.tasks[task.id].words),
            _state(task.id, record, now.id if now else None),
            task.ask is not None,
        )
        for task in player.step.do
    )
    given = words.tasks[now.id].hints[: record.hints.get(now.id, 0)] if now else ()
    return Doing(
        tasks=tasks,
        hints=tuple(telling.fill(hint) for hint in given),
        more_hints=player.hint_ready,
        miss=_miss(record.verdict, telling) if record.verdict else None,
        checking=player.to_begin,
    )


def _state(task: str, record: Record, now: str | None) -> TaskState:
    if task in record.done:
        return TaskState.DONE
    return TaskState.NOW if task == now else TaskState.TO_COME


def _miss(verdict: Verdict, telling: Telling) -> Miss:
    parts = (verdict.wanted, verdict.found, verdict.next)
    wanted, found, after = (say(one, telling.words, telling.show) if one else "" for one in parts)
    return Miss(wanted, found, after)


def _hindrance(hindrance: Hindrance, telling: Telling) -> Miss:
    """What is in the way of a command, told as a check would; the next thing to try is the next way to insist."""
    stuck = hindrance.stuck
    wanted = telling.words("lesson.wanted-typed", command=stuck.at)
    ways = ("lesson.interrupt", "lesson.new-shell")
    after = telling.words(ways[min(hindrance.insisted, 1)]) if isinstance(stuck.by, Busy) else ""
    return Miss(wanted, say(stuck.why, telling.words, telling.show), after)


def _observing(player: Player, words: StepWords, telling: Telling) -> Observing | Doing:
    record = player.record
    if record.broken:
        return Doing(_doing(player, words, telling).tasks, miss=_miss(record.broken[0], telling))
    predicted = record.prediction
    said = list(dict.fromkeys(say(found, telling.words, telling.show) for found in telling.seen))
    seen = said[:1] + [telling.words("story.earlier", said=found) for found in said[1:]]  # it need not be so any more
    if isinstance(record.judgement, Undecided):
        seen.append(say(record.judgement.reason, telling.words, telling.show))
    return Observing(
        seen=tuple(seen),
        held=record.held,
        predicted=plain(words.choices[predicted].words) if predicted else "",
        reply=telling.fill(words.choices[predicted].reply) if predicted else Prose(),
    )


def _past(stage: Stage, record: Record, words: StepWords) -> Past:
    match stage:
        case Stage.PREDICT:
            said = f"“{plain(words.choices[record.prediction].words)}”" if record.prediction else ""
            return Past(stage, said, record.held)
        case Stage.DO:
            return Past(stage, "", held=True)
        case _:
            return Past(stage)


def plain(prose: Prose) -> str:
    """The words without their marks, on one line."""
    return "".join(span.text for span in inline(prose))


def now_of(view: StoryView) -> Now:
    """The question of the moment in one line, for where the story is not on screen."""
    card = view.card
    match card:
        case Predicting(question):
            return Now(Stage.PREDICT, inline(question))
        case Doing(tasks):
            at = next((index for index, task in enumerate(tasks, 1) if task.state is TaskState.NOW), len(tasks))
            task = tasks[at - 1].words if tasks else view.words
            return Now(Stage.DO, inline(task), f"▸ {at}/{len(tasks)}")
        case Observing(seen):
            return Now(Stage.OBSERVE, told(seen[0] if seen else ""), keys.shown("next"), passed=True)
        case Explaining(why):
            return Now(Stage.EXPLAIN, inline(why))
        case _:
            return Now(Stage.DO, inline(view.words))
