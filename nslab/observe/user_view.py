"""The users pane's values: who some processes are, each as its own user namespace, the host, and the machine have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from nslab.kernel.capabilities import names
from nslab.kernel.namespaces import Kind
from nslab.observe.credentials import Credentials, IdMap
from nslab.observe.letters import Letters
from nslab.observe.namespace_view import Subject, column_of
from nslab.observe.namespaces import Unread
from nslab.observe.scan import Process
from nslab.observe.views import NamespaceColumn

SECCOMP_MODES = ("off", "strict", "filter")


class Line(StrEnum):
    """What a row of the pane tells; the value is what a lesson's highlight calls it."""

    INSIDE = "inside"
    HOST = "host"
    OUTSIDE = "outside"
    UID_MAP = "uid_map"
    GID_MAP = "gid_map"
    EFFECTIVE = "effective"
    GOVERNED = "governed"
    PERMITTED = "permitted"
    BOUNDING = "bounding"
    AMBIENT = "ambient"
    NO_NEW_PRIVS = "no_new_privs"
    SECCOMP = "seccomp"


class Numbers(Struct, frozen=True):
    """One id from three sides: in its process's user namespace, on the host, on the machine outside.

    The numbers are those of effective ids. None: it has no number there, and who asks there is told the kernel's overflow id.
    """

    inside: int | None
    host: int | None
    outside: int


class MapLine(Struct, frozen=True):
    """A line of uid_map or gid_map. `outside` is None where the first outer id has no number where it is told."""

    inside: int
    outside: int | None
    count: int

    def __str__(self) -> str:
        return f"{self.inside} {'?' if self.outside is None else self.outside} {self.count}"


class CapabilityNames(Struct, frozen=True):
    """One capability set of a process: the kernel's mask, and the names that it holds."""

    mask: int
    names: tuple[str, ...]


class UserCell(Struct, frozen=True):
    """One process. `letter` is its user namespace's, None where that could not be read.

    Outer ids of the maps are the host's; those of the host's own map are the machine's. A map is None where unread,
    empty before it is written. `governed` is empty for a process without effective capabilities: they count nowhere.
    `seccomp` is the mode as status has it, with its name and number of filters: `2 filter (1)`. All else is as in Credentials.
    """

    letter: str | None
    uid: Numbers
    gid: Numbers
    uid_map: tuple[MapLine, ...] | None
    gid_map: tuple[MapLine, ...] | None
    effective: CapabilityNames
    permitted: CapabilityNames
    bounding: CapabilityNames
    ambient: CapabilityNames
    governed: tuple[Kind, ...] | None
    no_new_privs: bool | None
    seccomp: str | None


class Limits(Struct, frozen=True):
    """What the kernel has: the mask of every capability, and the id that it tells where there is none to tell."""

    every_capability: int
    overflow_id: int


class UserView(Struct, frozen=True, tag="users"):
    """The users pane: a column a process; None where there is none yet. `every_capability` are all this kernel has.

    `overflow_id` is what a process is told for an id that has no number where it is. `read_at` is time.monotonic(), in
    seconds.
    """

    columns: tuple[NamespaceColumn, ...]
    cells: tuple[UserCell | None, ...]
    every_capability: tuple[str, ...]
    overflow_id: int
    read_at: float


def user_view(
    subjects: Sequence[Subject],
    seen: Mapping[tuple[int, int], Credentials],
    letters: Letters,
    host: Process,
    kernel: Limits,
    read_at: float,
) -> UserView:
    """Set the subjects side by side. `seen` are their credentials by pid and start time; `letters` must have met them.

    `host` is the process whose numbers are the host's: if not in `seen`, ids are told as they are outside.
    """
    known = [seen.get((one.process.pid, one.process.start_ticks)) if one.process else None for one in subjects]
    hosts = seen.get((host.pid, host.start_ticks))
    return UserView(
        columns=tuple(column_of(subject, letters) for subject in subjects),
        cells=tuple(_cell(one, letters, hosts) if one else None for one in known),
        every_capability=_named(kernel.every_capability).names,
        overflow_id=kernel.overflow_id,
        read_at=read_at,
    )


def _cell(found: Credentials, letters: Letters, host: Credentials | None) -> UserCell:
    sets, uid, gid = found.capabilities, found.uids.effective, found.gids.effective
    uid_on_host, gid_on_host = (host.uid_in, host.gid_in) if host else (_as_it_is, _as_it_is)
    hosts_own = host is not None and found.user == host.user
    return UserCell(
        letter=letters.of(Kind.USER, found.user),
        uid=Numbers(found.uid_in(uid), uid_on_host(uid), uid),
        gid=Numbers(found.gid_in(gid), gid_on_host(gid), gid),
        uid_map=_map_lines(found.uid_map, _as_it_is if hosts_own else uid_on_host),
        gid_map=_map_lines(found.gid_map, _as_it_is if hosts_own else gid_on_host),
        effective=_named(sets.effective),
        permitted=_named(sets.permitted),
        bounding=_named(sets.bounding),
        ambient=_named(sets.ambient),
        governed=found.governed if sets.effective else (),
        no_new_privs=found.no_new_privs,
        seccomp=None if found.seccomp is None else seccomp_mode(found.seccomp, found.seccomp_filters),
    )


def seccomp_mode(number: int, filters: int | None) -> str:
    """A mode's number and name, SECCOMP_MODE_* of prctl(2), and how many filters; of an unknown mode, its number."""
    if not 0 <= number < len(SECCOMP_MODES):
        return str(number)
    return f"{number} {SECCOMP_MODES[number]}{f' ({filters})' if filters else ''}"


def _as_it_is(outside: int) -> int | None:
    return outside


def _map_lines(id_map: IdMap, told: Callable[[int], int | None]) -> tuple[MapLine, ...] | None:
    if isinstance(id_map, Unread):
        return None
    return tuple(MapLine(extent.inside, told(extent.outside), extent.count) for extent in id_map)


@lru_cache(maxsize=256)
def _named(mask: int) -> CapabilityNames:
    """The names as setpriv(1) spells them, in alphabetical order: `sys_admin`."""
    return CapabilityNames(mask, tuple(sorted(name.removeprefix("CAP_").lower() for name in names(mask))))
