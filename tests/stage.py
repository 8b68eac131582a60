"""A lesson's lab for tests of the course and of its screen: typed into as a learner does, and looked at until something is so."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nslab.course.drive import Drain
from nslab.course.loader import Pack
from nslab.course.model import Container
from nslab.course.session import Session, lesson_files
from nslab.course.syllabus import Syllabus, lessons_root
from nslab.tui.keys import NAMED
from nslab.words import Lang, Words, words_for

LESSONS = lessons_root()
PATIENCE_S = 10.0


def lesson(name: str) -> Pack:
    """One of the course's own lessons."""
    pack = Syllabus(LESSONS).load(name)
    assert isinstance(pack, Pack)
    return pack


def screen_words(lang: Lang) -> Words:
    """The words as the application has them: they know how each key is written."""
    return words_for(lang).knowing(NAMED)


class Stage:
    """A session whose terminals somebody reads."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.world = session.world

    def type(self, terminal: str, line: str) -> None:
        """Type a line and Enter."""
        os.write(self.session.shells[terminal].master, line.encode() + b"\r")

    def press(self, terminal: str, keys: bytes) -> None:
        """Type keys as they are."""
        os.write(self.session.shells[terminal].master, keys)

    def pause(self, seconds: float) -> None:
        """Let the lab run while its terminals are read."""
        Drain([shell.master for shell in self.session.shells.values()])(seconds)

    def until(self, condition: Callable[[], object], seconds: float = PATIENCE_S) -> None:
        """Look again and again until it is so."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "did not come about"
            self.pause(0.02)
            self.session.look()

    def run(self, terminal: str, line: str) -> None:
        """Type a line and wait until it has run: it says so in a file."""
        self.type(terminal, line)
        self.type(terminal, f"echo done > /tmp/ran-{terminal}")
        self.until(lambda: self.world.text(f"/tmp/ran-{terminal}", "host") == "done\n")
        self.session.lab.put(f"/tmp/ran-{terminal}", b"")

    def box(self, line: str = "unshare --fork --pid --uts bash") -> int:
        """Have a learner make a container in `box`; the lab's number of its first process."""
        self.type("box", line)
        self.until(lambda: isinstance(self.world.pid("box:bash", "host"), int))
        pid = self.world.pid("box", "host")
        assert isinstance(pid, int)
        return pid


@contextmanager
def staged(*containers: Container, files: dict[str, bytes] | None = None) -> Iterator[Stage]:
    """A lab with the terminals host and box."""
    session = Session(files or {}, containers, ("host", "box"))
    try:
        yield Stage(session)
    finally:
        session.close()


@contextmanager
def staged_lesson(name: str) -> Iterator[Stage]:
    """The lab of one of the course's lessons."""
    pack = lesson(name)
    session = Session(lesson_files(pack.folder, pack.lesson.files), pack.lesson.containers, pack.lesson.terminals)
    try:
        yield Stage(session)
    finally:
        session.close()
