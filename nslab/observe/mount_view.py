"""The mounts pane's values: the same paths in two mount namespaces, and between them how a new mount travels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from nslab.kernel.namespaces import Kind
from nslab.kernel.procfs import Mount
from nslab.kernel.propagation import Propagation, masters, propagation, reaches
from nslab.observe.letters import HOST_LETTER, Letters
from nslab.observe.mount_watch import Mounts
from nslab.observe.namespace_view import Subject
from nslab.observe.namespaces import Unread
from nslab.words import printable

SIDES = 2


class Travel(StrEnum):
    """Where what is mounted below a path turns up as well: from the first column in the second, the other way, or both."""

    NEITHER = "neither"
    TO_SECOND = "to-second"
    TO_FIRST = "to-first"
    BOTH = "both"


class MountColumn(Struct, frozen=True):
    """A process whose mounts stand in one column.

    `letter` is that of its mount namespace. `pid` and `comm` are None while there is no such process yet; `alive` is False
    once it has died, and its mounts with it. `count` is how many mounts it sees; None where that could not be read, and
    `errno` says why.
    """

    name: str
    letter: str
    pid: int | None
    comm: str | None
    alive: bool
    count: int | None
    errno: str | None = None


class MountCell(Struct, frozen=True):
    """The mount on top at one path in one namespace. Words are as mountinfo has them, made safe to draw.

    `root` is the directory of the file system that is shown here, `under` are the types of the mounts that lie below it at
    this very path. `hidden_by` is where the mount lies that keeps it from sight, `hides` the paths elsewhere that it keeps
    from sight. `line` is its line in mountinfo, `later` says that it was not there at the first look.
    """

    id: int
    fstype: str
    root: str
    read_only: bool
    propagation: Propagation
    under: tuple[str, ...]
    hidden_by: str | None
    hides: tuple[str, ...]
    later: bool
    line: str


class MountRow(Struct, frozen=True):
    """One path; None in a column where nothing is mounted there. `came_to` is the column that a mount made in the other one
    reached by itself, after both had been seen for the first time."""

    path: str
    cells: tuple[MountCell | None, ...]
    travel: Travel
    came_to: int | None = None


class MountView(Struct, frozen=True, tag="mounts"):
    """The mounts pane: a row a path, in a tree's order.

    Rows have one cell where both processes share one namespace (`shared`), or only one process's mounts could be read.
    """

    columns: tuple[MountColumn, ...]
    rows: tuple[MountRow, ...]
    shared: bool = False


def compared(subjects: Sequence[Subject]) -> tuple[Subject, ...]:
    """The first subject and the one to set beside it: one with other mounts, else one that is there, else the next."""
    if len(subjects) < SIDES:
        return tuple(subjects)
    first, *others = subjects
    living = [one for one in others if one.process is not None and one.alive]
    apart = [one for one in living if first.process and Kind.MNT in _differing(first, one)]
    return first, (*apart, *living, *others)[0]


def mount_view(subjects: Sequence[Subject], letters: Letters, seen: Mapping[int, Mounts | Unread]) -> MountView:
    """Set at most two subjects side by side. `letters` must have met them; `seen` are mounts by pid."""
    read = [_mounts(subject, seen) for subject in subjects]
    columns = tuple(_column(*pair, letters) for pair in zip(subjects, read, strict=True))
    shared = len(subjects) == SIDES and _share(*subjects)
    trees = _leading(read[:1] if shared else read)
    paths = frozenset[str]().union(*(one.tree.points() for one in trees))
    above = masters(propagation(mount.optional) for one in trees for mount in one.tree.mounts)
    return MountView(columns, tuple(_row(path, trees, above) for path in sorted(paths, key=_in_tree_order)), shared)


def _leading(read: Iterable[Mounts | Unread | None]) -> tuple[Mounts, ...]:
    """Those before the first that could not be read: a column's cells stand at its own place in a row."""
    found: list[Mounts] = []
    for one in read:
        if not isinstance(one, Mounts):
            break
        found.append(one)
    return tuple(found)


def _differing(one: Subject, other: Subject) -> tuple[Kind, ...]:
    return one.process.namespaces.differing(other.process.namespaces) if one.process and other.process else ()


def _share(one: Subject, other: Subject) -> bool:
    if one.process is None or other.process is None or not other.alive:
        return False
    return one.process.namespaces.mnt == other.process.namespaces.mnt


def _mounts(subject: Subject, seen: Mapping[int, Mounts | Unread]) -> Mounts | Unread | None:
    return seen.get(subject.process.pid) if subject.process is not None and subject.alive else None


def _column(subject: Subject, read: Mounts | Unread | None, letters: Letters) -> MountColumn:
    process = subject.process
    if process is None:
        return MountColumn(subject.name, HOST_LETTER, None, None, alive=False, count=None)
    return MountColumn(
        subject.name,
        letters.of(Kind.MNT, process.namespaces.mnt) or HOST_LETTER,
        process.pid,
        printable(process.comm),
        subject.alive,
        count=len(read.tree.mounts) if isinstance(read, Mounts) else None,
        errno=read.name if isinstance(read, Unread) else None,
    )


def _in_tree_order(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _row(path: str, trees: Sequence[Mounts], above: Mapping[int, int]) -> MountRow:
    tops = [next(iter(one.tree.at(path)), None) for one in trees]
    cells = tuple(_cell(top, one) if top is not None else None for top, one in zip(tops, trees, strict=True))
    if len(cells) < SIDES or cells[0] is None or cells[1] is None:
        return MountRow(printable(path), cells, Travel.NEITHER)
    one, other = cells[0].propagation, cells[1].propagation
    travel = _travel(reaches(one, other, above), reaches(other, one, above))
    crossed = cells[0].later and cells[1].later and len({_shows(top) for top in tops if top is not None}) == 1
    return MountRow(printable(path), cells, travel, _came_to(travel, cells[0], cells[1]) if crossed else None)


def _shows(mount: Mount) -> tuple[str, str]:
    """Which directory of which file system: two mounts made by one call are alike in this."""
    return mount.device, mount.root


def _travel(there: bool, back: bool) -> Travel:
    if there and back:
        return Travel.BOTH
    return Travel.TO_SECOND if there else Travel.TO_FIRST if back else Travel.NEITHER


def _came_to(travel: Travel, one: MountCell, other: MountCell) -> int | None:
    """Between peers the number tells: the kernel numbers the mount that is made before those that it propagates, lowest first."""
    match travel:
        case Travel.TO_SECOND:
            return 1
        case Travel.TO_FIRST:
            return 0
        case Travel.BOTH:
            return 1 if one.id < other.id else 0
    return None


def _cell(mount: Mount, seen: Mounts) -> MountCell:
    tree = seen.tree
    hider = tree.hider(mount)
    return MountCell(
        id=mount.id,
        fstype=printable(mount.fstype),
        root=printable(mount.root),
        read_only="ro" in mount.options.split(","),
        propagation=propagation(mount.optional),
        under=_printable(one.fstype for one in tree.at(mount.point)[1:]),
        hidden_by=printable(hider.point) if hider is not None else None,
        hides=_printable(dict.fromkeys(one.point for one in tree.hidden_by(mount) if one.point != mount.point)),
        later=mount.id in seen.later,
        line=printable(_line(mount)),
    )


def _printable(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(printable, names))


def _line(mount: Mount) -> str:
    """As proc_pid_mountinfo(5) has it, all but the file system's own options."""
    optional = "".join(f"{field} " for field in mount.optional)
    place = f"{mount.device} {mount.root} {mount.point} {mount.options}"
    return f"{mount.id} {mount.parent} {place} {optional}- {mount.fstype} {mount.source}"
