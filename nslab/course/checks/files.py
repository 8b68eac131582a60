"""Checks of files, as a process sees them."""

from __future__ import annotations

from msgspec import field

from nslab.course.checks.verdict import Found, Observation
from nslab.course.look import Look
from nslab.course.roles import ProcessName, Text
from nslab.course.subjects import where
from nslab.course.told import Absent, Fact, Told, as_fact, equal
from nslab.course.values import Operand

MAX_QUOTED = 80
"""Characters of a file that a verdict quotes."""


class FileExecutable(Observation, frozen=True, forbid_unknown_fields=True, tag="file_executable"):
    """A regular file exists and may be executed."""

    path: Text
    from_: ProcessName = field(name="from", default="host")

    def observe(self, look: Look) -> Found | Absent:
        path = look.text(self.path)
        if isinstance(path, Absent):
            return path
        facts = look.world.file(path, self.from_)
        if isinstance(facts, Absent):
            return facts
        how = "not-a-file" if not facts.regular else "executable" if facts.executable else "not-executable"
        return Found(facts.regular and facts.executable, Told(f"check.found.{how}", {"path": path}))


class FileEquals(Observation, frozen=True, forbid_unknown_fields=True, tag="file_equals"):
    """A file's text is a value; white space at its ends does not count."""

    path: Text
    value: Operand
    from_: ProcessName = field(name="from", default="host")

    def observe(self, look: Look) -> Found | Absent:
        path, wanted = look.text(self.path), look.operand(self.value)
        if isinstance(path, Absent):
            return path
        text = look.world.text(path, self.from_)
        if isinstance(text, Absent):
            return text
        if isinstance(wanted, Absent):
            return wanted
        facts: dict[str, Fact] = {"path": path, "where": where(self.from_), "text": text.strip()[:MAX_QUOTED]}
        return Found(equal(text, wanted), Told("check.found.text", facts))

    def facts(self, look: Look) -> dict[str, Fact]:
        place = {"path": as_fact(look.text(self.path)), "where": where(self.from_)}
        value = look.operand(self.value)
        return {**place, "value": Told("check.value.empty") if value == "" else as_fact(value)}
