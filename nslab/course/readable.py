"""What every kind of value is: something that can be read off the machine, and is called something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from nslab.course.told import Absent, Reading, Told

if TYPE_CHECKING:
    from nslab.course.look import Look


class Readable(Struct, frozen=True, forbid_unknown_fields=True):
    """What all kinds of value share."""

    def read(self, look: Look) -> Reading:
        """What the machine says now; Absent with the reason where it says nothing."""
        raise NotImplementedError

    def subject(self) -> Told:
        """What it is that is read, in words: the domain name in box."""
        raise NotImplementedError


def field_of(text: str, field_name: str) -> str | Absent:
    """What follows `field_name:` in a text of such lines, one space between words; Absent where no line begins so."""
    for line in text.splitlines():
        name, colon, rest = line.partition(":")
        if colon and name == field_name:
            return " ".join(rest.split())
    return Absent(Told("absent.field", {"field": field_name}))
