"""A syllabus that reads each lesson of the map once: for an application, which asks for all of them again and again."""

from __future__ import annotations

from nslab.course.loader import Faulty, Pack
from nslab.course.syllabus import Syllabus


class Kept(Syllabus):
    """Reading takes some ten milliseconds a lesson: `read_all` does it elsewhere, and `known` never waits."""

    def __init__(self, syllabus: Syllabus) -> None:
        super().__init__(syllabus.root)
        self._read: dict[str, Pack | Faulty] = {}

    def load(self, name: str) -> Pack | Faulty:
        """The lesson, read now if it has not been. Raises NoSuchLesson."""
        if name not in self._read:
            self._read[name] = super().load(name)
        return self._read[name]

    def known(self, name: str) -> Pack | Faulty | None:
        """The lesson, if it has been read."""
        return self._read.get(name)

    def read_all(self) -> None:
        """Read every lesson of the map. May be called from another thread."""
        for name in self.order():
            self.load(name)
