"""Values about users: whose a process or a file is, as one user namespace or another numbers it.

An id that has no number in a user namespace is told there as the kernel tells it: as the overflow id, 65534 mostly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import field

from nslab.course.readable import Readable
from nslab.course.roles import ProcessName, Text
from nslab.course.subjects import called, where
from nslab.course.told import Absent, Reading, Told
from nslab.kernel.idmap import overflow_gid, overflow_uid

if TYPE_CHECKING:
    from nslab.course.look import Look


class UidOf(Readable, frozen=True, forbid_unknown_fields=True):
    """The effective uid of a process as geteuid(2) would tell it in the user namespace of another one."""

    uid_of: ProcessName
    in_: ProcessName = field(name="in")

    def read(self, look: Look) -> Reading:
        found = look.world.credentials(self.uid_of)
        return found if isinstance(found, Absent) else told_uid(found.uids.effective, self.in_, look)

    def subject(self) -> Told:
        return Told("check.value.uid_of", {"process": called(self.uid_of), "in": called(self.in_)})


class GidOf(Readable, frozen=True, forbid_unknown_fields=True):
    """The effective gid of a process as getegid(2) would tell it in the user namespace of another one."""

    gid_of: ProcessName
    in_: ProcessName = field(name="in")

    def read(self, look: Look) -> Reading:
        found, viewer = look.world.credentials(self.gid_of), look.world.credentials(self.in_)
        if isinstance(found, Absent):
            return found
        if isinstance(viewer, Absent):
            return viewer
        number = viewer.gid_in(found.gids.effective)
        return overflow_gid() if number is None else number

    def subject(self) -> Told:
        return Told("check.value.gid_of", {"process": called(self.gid_of), "in": called(self.in_)})


class UidOutside(Readable, frozen=True, forbid_unknown_fields=True):
    """The effective uid of a process on the machine outside the lab, where nslab itself runs."""

    uid_outside: ProcessName

    def read(self, look: Look) -> Reading:
        found = look.world.credentials(self.uid_outside)
        return found if isinstance(found, Absent) else found.uids.effective

    def subject(self) -> Told:
        return Told("check.value.uid_outside", {"process": called(self.uid_outside)})


class OwnerOf(Readable, frozen=True, forbid_unknown_fields=True):
    """The uid that owns a file, as stat(2) tells it to a process: it finds the path, and its user namespace numbers the id."""

    owner_of: Text
    from_: ProcessName = field(name="from", default="host")

    def read(self, look: Look) -> Reading:
        path = look.text(self.owner_of)
        owner = path if isinstance(path, Absent) else look.world.owner(path, self.from_)
        return owner if isinstance(owner, Absent) else told_uid(owner, self.from_, look)

    def subject(self) -> Told:
        return Told("check.value.owner_of", {"path": self.owner_of, "where": where(self.from_)})


def told_uid(outside: int, in_: str, look: Look) -> Reading:
    """A uid of the machine outside as the user namespace of the process `in_` tells it."""
    viewer = look.world.credentials(in_)
    if isinstance(viewer, Absent):
        return viewer
    number = viewer.uid_in(outside)
    return overflow_uid() if number is None else number
