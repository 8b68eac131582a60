"""Where each lesson stands, as the map shows it: pure, in one language at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from msgspec.structs import replace

from nslab.course.examined import Unexamined
from nslab.course.markdown import Prose
from nslab.course.model import Step
from nslab.course.standing import Entry
from nslab.engine.doctor import PROGRAMS, Finding
from nslab.kernel.namespaces import Kind
from nslab.tui.screens.map_view import ChapterEntry, LessonEntry, MapView, Need, Progress
from nslab.words import Words

NUMBER = re.compile(r"\{[a-z0-9_-]+\.pid\}")
SAY_LITTLE = frozenset({"exit", "echo $? >status"})
"""Commands that tell nobody what a lesson is about."""


def map_view(entries: Iterable[Entry], machine: tuple[Finding, ...] | Unexamined, words: Words) -> MapView:
    """The whole course on this machine, as far as doctor has examined it."""
    course = tuple(entries)
    chapters = tuple(
        ChapterEntry(chapter.title[words.lang], tuple(lesson_entry(entry, words) for entry in group))
        for chapter, group in groupby(course, key=lambda entry: entry.chapter)
    )
    if isinstance(machine, Unexamined):
        return MapView(chapters, (unknown(machine, words),))
    told = {probe for entry in course for probe in entry.wanted}  # beside the lessons that want it
    below = (finding for finding in machine if concerns_course(finding) and finding.probe not in told)
    return MapView(chapters, once(replace(need(one, words), dispensable=one.state == "limited") for one in below))


def concerns_course(finding: Finding) -> bool:
    """Whether it stands below the map: not what the map itself proves (a terminal), nor programs, which lessons name."""
    return finding.state != "ok" and finding.probe != "terminal" and finding.probe not in PROGRAMS


def lesson_entry(entry: Entry, words: Words) -> LessonEntry:
    """One lesson; of a broken one, that it is broken; of one not read yet, its id."""
    if not entry.read:
        return LessonEntry(entry.id, entry.id, 0, Prose(), progress_of(entry, begun=entry.progress.step is not None))
    if entry.pack is None:
        broken = Need(words("lessons.broken", id=entry.id), met=False)
        return LessonEntry(entry.id, entry.id, 0, Prose(), needs=(broken,))
    lesson, told, steps = entry.pack.lesson, entry.pack.words[words.lang], entry.steps
    at = steps.index(entry.progress.step) + 1 if entry.progress.step in steps else 1
    return LessonEntry(
        id=lesson.id,
        title=told.title,
        minutes=lesson.minutes,
        hook=told.hook,
        progress=progress_of(entry, begun=at > 1),
        step=at,
        steps=len(steps),
        sees=sights(lesson.step),
        types=typed(lesson.step),
        needs=needs(entry, words),
    )


def typed(steps: Iterable[Step]) -> tuple[str, ...]:
    """The commands of a lesson as its card would write them: PID for a number. Not those that hold other values, or say little."""
    runs = (NUMBER.sub("PID", line.run) for step in steps for line in step.commands)
    return tuple(dict.fromkeys(run for run in runs if "{" not in run and run not in SAY_LITTLE))


def progress_of(entry: Entry, *, begun: bool) -> Progress:
    """How far a lesson is: once done, it stays so."""
    if entry.progress.done:
        return Progress.DONE
    return Progress.STARTED if begun else Progress.NEW


def needs(entry: Entry, words: Words) -> tuple[Need, ...]:
    """What a lesson lacks here, each with its remedy; one line where it lacks nothing, or where that is not known."""
    if entry.unexamined is not None:
        return (unknown(entry.unexamined, words),)
    missing = once(need(finding, words) for finding in entry.lacks)
    fewer = once(replace(need(finding, words), dispensable=True) for finding in entry.shortened_by)
    return (*missing, *fewer) or (Need(words("map.all-here"), met=True),)


def once(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Each once, in their order: several probes may fail for one reason."""
    return tuple(dict.fromkeys(needs))


def unknown(unexamined: Unexamined, words: Words) -> Need:
    """What stands for needs that nobody has looked for."""
    return Need(words("map.examination-failed" if unexamined.failed else "map.not-examined"), met=None)


def need(finding: Finding, words: Words) -> Need:
    """Something that does not work here, or only in part: what was found, and what to do."""
    why = words(f"doctor.cause.{finding.cause}.why", **finding.facts)
    remedy = words(f"doctor.cause.{finding.cause}.remedy", **finding.facts)
    return Need(why, met=False, remedy=remedy)


def refusal(lesson: str, lacks: Iterable[Finding], words: Words) -> str:
    """That a lesson can't run here, for those who ask for it elsewhere than on the map: why, and what to do about each."""
    told = dict.fromkeys(f"{one.words}\n{one.remedy}" for one in (need(finding, words) for finding in lacks))
    return "\n".join((words("lesson.refused", lesson=lesson), *told))


def sights(steps: Iterable[Step]) -> tuple[Kind, ...]:
    """The kinds of namespace that the lesson points at; that they split is what is to be seen."""
    kinds = {step.highlight.row for step in steps if step.highlight and step.highlight.row}
    return tuple(kind for kind in Kind if kind in kinds)
