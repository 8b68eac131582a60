"""A lesson's session as the engine's acts: what its steps are set up with, and what their solutions do.

What a learner typed on the way is not in it: a step counts by what it comes to, and its solution comes to the same.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from nslab.course.composing import NAMES, parts, spec_of
from nslab.course.interpolation import NAME
from nslab.course.loader import Pack
from nslab.course.look import attribute
from nslab.course.model import Container, Exec, Kill, Made, Making, Preset, Run, Solution, Step
from nslab.course.session import lesson_files
from nslab.course.values import PidOf, Value
from nslab.engine.inventory import Inventory
from nslab.engine.rosetta import session as script
from nslab.engine.spec import Process
from nslab.errors import NslabError
from nslab.words import Words


class ScriptWithLimits(NslabError):
    """A lesson's script makes no control groups, and the lesson is about them."""

    code = "script-with-limits"


def sessions_of(pack: Pack, steps: Sequence[Step], words: Words) -> tuple[script.Session, ...]:
    """What these steps of the lesson did, a session for each lab that they were played in. Raises OSError, ScriptWithLimits.

    Recall steps are left out: which of them were played depends on the learner's other lessons.
    """
    lesson = pack.lesson
    if lesson.divided:
        raise ScriptWithLimits(name=lesson.id)
    files = {name: data.decode() for name, data in lesson_files(pack.folder, lesson.files).items()}
    first = tuple(script.Made(spec_of(container, lesson.terminals)) for container in lesson.containers)
    told = (Telling(pack, lab, words) for lab in labs(steps))
    return tuple(script.Session(files, lesson.terminals, (*first, *one.acts())) for one in told)


def labs(steps: Sequence[Step]) -> Iterator[tuple[Step, ...]]:
    """The steps that share a lab, lab by lab."""
    lab: list[Step] = []
    for step in steps:
        if step.recall is not None:
            continue
        if step.fresh and lab:
            yield tuple(lab)
            lab = []
        lab.append(step)
    if lab:
        yield tuple(lab)


class Telling:
    """The steps of one lab being told as acts."""

    def __init__(self, pack: Pack, steps: Sequence[Step], words: Words) -> None:
        self._pack, self._steps, self._words = pack, steps, words
        self._composed: set[str] = set()

    def acts(self) -> Iterator[script.Act]:
        """All that was done, in its order."""
        for at, step in enumerate(self._steps):
            yield script.Noted(self._words("rosetta.session.step", step=step.id))
            known: dict[str, Value] = dict(step.values)
            for part in (*step.setup, *step.solution):
                yield from self._acts(part, known)
            yield from self._kept(at)

    def _acts(self, part: Made | Run | Solution | Making, values: Mapping[str, Value]) -> Iterator[script.Act]:
        """What one thing comes to: a preset is several, and ends the containers of the one before."""
        made = part.make if isinstance(part, Making) else part
        if isinstance(made, Preset):
            containers = parts(made)
            yield from map(script.Ended, sorted(self._composed - {one.container for one in containers}))
            self._composed = {one.container for one in containers}
            yield from (self._act(container, values) for container in containers)
        else:
            self._composed |= {made.name} & NAMES if isinstance(made, Container) else set()
            yield self._act(part, values)

    def _act(self, part: Made | Run | Solution | Making, values: Mapping[str, Value]) -> script.Act:
        match part:
            case Making():
                return self._act(part.make, values)
            case Container():
                return script.Made(spec_of(part, self._pack.lesson.terminals))
            case Exec():
                return script.Joined(part.exec, part.in_, Process(part.args))
            case Kill():
                return script.Ended(part.kill)
            case Run() | Solution():
                return self._typed(part, values)
        return script.Noted(self._words("rosetta.session.board", name=part.name))

    def _typed(self, line: Run | Solution, values: Mapping[str, Value]) -> script.Act:
        words: list[str | script.Number | script.Recalled] = []
        at = 0
        for match in NAME.finditer(line.run):
            words.append(line.run[at : match.start()])
            at = match.end()
            name = match["name"]
            if name is None:
                words.append(f"{{{match['literal']}}}")
            elif (number := self._number(name, values)) is not None:
                words.append(number)
            else:
                return script.Noted(self._words("rosetta.session.left-out", terminal=line.in_, command=line.run))
        return script.Typed(line.in_, (*words, line.run[at:]))

    def _number(self, name: str, values: Mapping[str, Value]) -> script.Number | script.Recalled | None:
        """What a script can find out: numbers of processes, and no other values."""
        if "." in name:
            return number_of(attribute(name))
        if name in values:
            return number_of(values[name])
        earlier = [step.values[name] for step in self._steps if name in step.values]
        return script.Recalled(name) if earlier and number_of(earlier[-1]) is not None else None

    def _kept(self, at: int) -> Iterator[script.Act]:
        """The values of a step that later ones speak of: they are what they were when the step passed."""
        later = {
            match["name"]
            for step in self._steps[at + 1 :]
            for line in (*step.setup, *step.solution)
            if isinstance(line, Run | Solution)
            for match in NAME.finditer(line.run)
        }
        for name, value in self._steps[at].values.items():
            if name in later and (number := number_of(value)) is not None:
                yield script.Kept(name, number)


def number_of(value: Value) -> script.Number | None:
    """A value that is the lab's number for a process, as a script asks for it."""
    if not isinstance(value, PidOf) or value.in_ != script.HOST:
        return None
    place, _, program = value.pid_of.partition(":")
    return None if place == "deep" or program == "init" else script.Number(place, program)


def export(pack: Pack, steps: Sequence[Step], words: Words, inventory: Inventory) -> str:
    """The script of these steps. Raises OSError."""
    title = shlex.join(["nslab", "lesson", pack.lesson.id])
    return script.session_script(sessions_of(pack, steps, words), inventory, title, words)
