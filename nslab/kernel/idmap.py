"""Id maps of user namespaces: which ids a user may map, and writing /proc/PID/uid_map. See user_namespaces(7)."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from functools import cache

from msgspec import Struct


class Extent(Struct, frozen=True):
    """`count` ids from `inside` on in the namespace are those from `outside` on in its parent: a line of uid_map.

    To a reader in another user namespace than the map's own or its parent, `outside` are ids of the reader's. user_namespaces(7).
    """

    inside: int
    outside: int
    count: int


class IdMaps(Struct, frozen=True):
    """The maps of one user namespace. `setgroups` is False where the kernel demands that it be denied first."""

    uids: tuple[Extent, ...]
    gids: tuple[Extent, ...]
    setgroups: bool

    @property
    def count(self) -> int:
        """How many uids, from 0 on, exist inside."""
        return sum(extent.count for extent in self.uids)


# Under root nobody owns these ids: systemd's uid list leaves 1879048192 to 2147483647 unused.
ROOT_RANGE = Extent(inside=0, outside=2_000_000_000, count=65536)

SUB_UID_MIN, SUB_UID_COUNT = 100_000, 65536  # what useradd(8) gives unless login.defs(5) says otherwise

SUBORDINATE = re.compile(r"(?P<owner>[^:]+):(?P<first>[0-9]{1,10}):(?P<count>[0-9]{1,10})")


class NoRange(Exception):
    """No id but 0 is mapped here."""


@cache
def overflow_uid() -> int:
    """The uid, 65534 unless it was changed, that a process is told in place of one that its user namespace has no number for.

    Read once, for a process may lose sight of /proc. Raises OSError.
    """
    with open("/proc/sys/kernel/overflowuid", "rb") as file:
        return int(file.read())


@cache
def overflow_gid() -> int:
    """The gid that is told in place of one without a number, as `overflow_uid`. Raises OSError."""
    with open("/proc/sys/kernel/overflowgid", "rb") as file:
        return int(file.read())


def parse_map(content: bytes) -> tuple[Extent, ...]:
    """Three numbers a line of uid_map or gid_map; no line at all before the map has been written."""
    return tuple(Extent(*map(int, line.split())) for line in content.splitlines())


def format_map(extents: Iterable[Extent]) -> str:
    """The text to write into uid_map or gid_map."""
    return "".join(f"{extent.inside} {extent.outside} {extent.count}\n" for extent in extents)


def subordinate(text: str, user: str, uid: int) -> Extent | None:
    """The first range that /etc/subuid (or subgid) gives to a user, by name or number.

    Lines that don't parse are passed over, and a range that holds id 0, which nobody should have been given.
    """
    for line in text.splitlines():
        told = SUBORDINATE.fullmatch(line.strip())
        if told and told["owner"] in (user, str(uid)) and int(told["first"]) > 0 and int(told["count"]) > 0:
            return Extent(inside=1, outside=int(told["first"]), count=int(told["count"]))
    return None


def unclaimed(text: str) -> range:
    """SUB_UID_COUNT ids behind every range of such a file, none below SUB_UID_MIN; both as in login.defs(5)."""
    told = [found for line in text.splitlines() if (found := SUBORDINATE.fullmatch(line.strip()))]
    first = max([SUB_UID_MIN, *(int(one["first"]) + int(one["count"]) for one in told)])
    return range(first, first + SUB_UID_COUNT)


def maps_for_root(uids_here: tuple[Extent, ...], gids_here: tuple[Extent, ...]) -> IdMaps:
    """Shifted maps: id 0 outside, which is the real root, is never among them. Raises NoRange."""
    return IdMaps(uids=(shifted(uids_here),), gids=(shifted(gids_here),), setgroups=True)


def shifted(here: tuple[Extent, ...]) -> Extent:
    """ROOT_RANGE where it exists here; else, in a container that got few ids itself, the largest range without id 0."""
    for extent in here:
        if (
            extent.inside <= ROOT_RANGE.outside
            and ROOT_RANGE.outside + ROOT_RANGE.count <= extent.inside + extent.count
        ):
            return ROOT_RANGE
    usable = [
        (extent.inside + extent.count - first, first)
        for extent in here
        if (first := max(extent.inside, 1)) < extent.inside + extent.count
    ]
    if not usable:
        raise NoRange
    count, first = max(usable)
    return Extent(inside=0, outside=first, count=min(count, ROOT_RANGE.count))


def maps_for_user(uid: int, gid: int, subuids: Extent | None, subgids: Extent | None) -> IdMaps:
    """The user's own id as 0, and its subordinate ids from 1 on where it has some and newuidmap(1) may write them."""
    own_uid, own_gid = Extent(0, uid, 1), Extent(0, gid, 1)
    if subuids and subgids:
        return IdMaps(uids=(own_uid, subuids), gids=(own_gid, subgids), setgroups=True)
    return IdMaps(uids=(own_uid,), gids=(own_gid,), setgroups=False)


def outside_root(extents: tuple[Extent, ...]) -> int:
    """The id outside that is 0 inside. Raises ValueError where the map has none."""
    for extent in extents:
        if extent.inside == 0:
            return extent.outside
    raise ValueError("no id is 0 inside")


def identity(count: int) -> tuple[Extent, ...]:
    """The map of a nested namespace that has all of its parent's `count` ids under the same numbers.

    In two extents: the kernel wants each to lie within one of the parent's, and a user's lab has two, its own id and the
    subordinate ones. Where the parent has a single one, two are fine as well.
    """
    return (Extent(0, 0, 1), Extent(1, 1, count - 1)) if count > 1 else (Extent(0, 0, 1),)


def write_maps(proc: int, pid: int, maps: IdMaps) -> None:
    """Write the maps of a process by a directory fd of /proc. Raises OSError (EPERM: not allowed, or written before).

    `setgroups` is denied before gid_map where the kernel wants it (CVE-2014-8989).
    """
    if not maps.setgroups:
        write_file(proc, f"{pid}/setgroups", "deny")
    write_file(proc, f"{pid}/uid_map", format_map(maps.uids))
    write_file(proc, f"{pid}/gid_map", format_map(maps.gids))


def write_file(directory: int, name: str, text: str) -> int:
    """Write to a kernel file. By os.write, since a file object would lose the kernel's errno in its destructor. Raises OSError."""
    fd = os.open(name, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=directory)
    try:
        return os.write(fd, text.encode())
    finally:
        os.close(fd)


def newidmap_commands(pid: int, maps: IdMaps) -> tuple[tuple[str, ...], ...] | None:
    """The newuidmap(1) and newgidmap(1) command lines that write these maps; None where the machine has no such programs."""
    programs = shutil.which("newuidmap"), shutil.which("newgidmap")
    if None in programs:
        return None
    return tuple(
        (
            str(program),
            str(pid),
            *(str(number) for extent in extents for number in (extent.inside, extent.outside, extent.count)),
        )
        for program, extents in zip(programs, (maps.uids, maps.gids), strict=True)
    )
