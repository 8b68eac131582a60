"""Where each lesson stands for this person on this machine: how far it was taken, and what keeps it from running."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from msgspec import Struct

from nslab.course.examined import Unexamined
from nslab.course.kept import Kept
from nslab.course.loader import Pack
from nslab.course.model import Lesson
from nslab.course.player import taken
from nslab.course.progress import LessonProgress, ProgressStore
from nslab.course.syllabus import Chapter
from nslab.engine.doctor import Finding


class Entry(Struct, frozen=True):
    """One lesson of the course. `needed` is what doctor found for what it needs, `unexamined` why that is not all;
    `pack` is None where it is broken, or where it has not been `read` yet."""

    id: str
    chapter: Chapter
    pack: Pack | None
    progress: LessonProgress
    needed: tuple[Finding, ...] = ()
    steps: tuple[str, ...] = ()
    """The ids of the steps that this person would go through: of recall steps, those of lessons done."""
    read: bool = True
    unexamined: Unexamined | None = None

    @property
    def lacks(self) -> tuple[Finding, ...]:
        """What keeps it from running here."""
        return hindering(self.needed, self.wanted)

    @property
    def shortened_by(self) -> tuple[Finding, ...]:
        """What some of its steps are left out for: told with its remedy, though the lesson runs without."""
        return tuple(one for one in self.needed if one.state != "ok" and one.probe in self.wanted)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The probes without which it has fewer steps."""
        return self.pack.lesson.wants if self.pack else ()


def hindering(found: Iterable[Finding], wanted: Collection[str]) -> tuple[Finding, ...]:
    """Of what doctor found for a lesson, what keeps it from running; without the probes in `wanted` it has fewer steps."""
    return tuple(one for one in found if one.state == "missing" and one.probe not in wanted)


def lacking(lesson: Lesson, examined: Callable[[str], Finding | Unexamined]) -> tuple[Finding, ...]:
    """What is known to keep a lesson from running on this machine, by the rule of the map."""
    found = map(examined, (*lesson.needs, *lesson.programs))
    return hindering((one for one in found if isinstance(one, Finding)), lesson.wants)


def entries(syllabus: Kept, store: ProgressStore, examined: Callable[[str], Finding | Unexamined]) -> Iterator[Entry]:
    """Every lesson of the map, in its order, as far as they have been read.

    `examined` tells what doctor found for a probe.
    """
    done = syllabus.done(store.progress)
    for chapter in syllabus.chapters():
        for lesson_id in chapter.lessons:
            pack, progress = syllabus.known(lesson_id), store.progress.of(syllabus.key(lesson_id))
            if isinstance(pack, Pack):
                lesson = pack.lesson
                found = tuple(map(examined, (*lesson.needs, *lesson.wants, *lesson.programs)))
                needed = tuple(one for one in found if isinstance(one, Finding))
                unexamined = next((one for one in found if isinstance(one, Unexamined)), None)
                steps = tuple(step.id for step in taken(lesson, done))
                yield Entry(lesson_id, chapter, pack, progress, needed, steps, unexamined=unexamined)
            else:
                yield Entry(lesson_id, chapter, None, progress, read=pack is not None)
