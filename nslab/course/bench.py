"""A lab with a lesson laid out in it, typed into by the driver: what resuming, *show me*, and author check work on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from nslab.course.drive import Drain, Driver
from nslab.course.live import LiveWorld
from nslab.course.model import Lesson, Made
from nslab.course.perform import Bench
from nslab.course.rehearsal import NewBench
from nslab.course.session import Session, lesson_files
from nslab.course.told import Told, why
from nslab.engine.failures import LabError


class SessionBench:
    """A session as a bench. `pause` waits while somebody reads the terminals; without one, this bench reads and forgets."""

    def __init__(self, session: Session, pause: Callable[[float], None] | None = None) -> None:
        self.session = session
        self._pause = pause or partial(drain, session)

    @property
    def driver(self) -> Driver:
        """For the terminals as they are now: a container may have taken one over."""
        return Driver({name: shell.master for name, shell in self.session.shells.items()}, self._pause)

    @property
    def world(self) -> LiveWorld:
        """The lab as it is now: looked at anew each time it is asked for."""
        self.session.look()
        return self.session.world

    def make(self, part: Made) -> Told | None:
        """Start a container, or a program in one, and look at it. Returns what went wrong, if anything did."""
        try:
            self.session.make(part)
        except LabError as error:
            return Told("absent.lab", {"why": why(error)})
        self.session.look()
        return None


def drain(session: Session, seconds: float) -> None:
    """Read what the session's terminals print, for so long; the session has the line that each is in."""
    Drain([shell.master for shell in session.shells.values()], session.lines)(seconds)


def new_bench(folder: Path) -> NewBench:
    """For `rehearse`: a fresh lab with the lesson's files from `folder`, gone when the context ends."""

    @contextmanager
    def bench(lesson: Lesson) -> Iterator[Bench]:
        session = Session(lesson_files(folder, lesson.files), (), lesson.terminals, divided=lesson.divided)
        try:
            yield SessionBench(session)
        finally:
            session.close()

    return bench
