"""What the map shows: chapters, their lessons, what this machine has for them. Frozen values, made from the syllabus,
the learner's progress, and what `doctor` found."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from nslab.course.markdown import Prose
from nslab.kernel.namespaces import Kind


class Progress(StrEnum):
    """How far a lesson is."""

    DONE = "done"
    STARTED = "started"
    NEW = "new"


class Need(Struct, frozen=True):
    """Something a lesson or the course needs of this machine, told with what was found. `remedy` where it is not met."""

    words: str
    met: bool | None  # None: nobody knows
    remedy: str = ""
    dispensable: bool = False  # lessons run without it, if with fewer steps


class LessonEntry(Struct, frozen=True):
    """A lesson on the map. `step` is where it goes on, counted from 1; `types` are commands the learner will type,
    `sees` the kinds of namespace that they will see split in two."""

    id: str
    title: str
    minutes: int
    hook: Prose
    progress: Progress = Progress.NEW
    step: int = 1
    steps: int = 1
    sees: tuple[Kind, ...] = ()
    types: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()

    @property
    def can_run(self) -> bool:
        """Whether nothing that the lesson needs is known to be missing here."""
        return all(need.met is not False or need.dispensable for need in self.needs)


class ChapterEntry(Struct, frozen=True):
    """A chapter, with the lessons that exist."""

    title: str
    lessons: tuple[LessonEntry, ...]


class MapView(Struct, frozen=True):
    """The whole course on this machine. `machine` says what it has for lessons and what it lacks."""

    chapters: tuple[ChapterEntry, ...]
    machine: tuple[Need, ...] = ()

    @property
    def examined(self) -> bool:
        """Whether it is known of every lesson that it can run here, or that it can't."""
        return all(need.met is not None for lesson in self.lessons for need in lesson.needs)

    @property
    def lessons(self) -> tuple[LessonEntry, ...]:
        """All lessons in the course's order."""
        return tuple(lesson for chapter in self.chapters for lesson in chapter.lessons)


def first_to_take(view: MapView) -> str:
    """The lesson to select at first: one begun, else the first not done that can run, else the first."""
    for wanted in (Progress.STARTED, Progress.NEW):
        for lesson in view.lessons:
            if lesson.progress is wanted and lesson.can_run:
                return lesson.id
    return view.lessons[0].id if view.lessons else ""
