"""What the observation panes of the lesson `pid` show: the lab's shells, ns_pid, and the container that it made."""

from __future__ import annotations

from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import Membership, NamespaceId
from nslab.observe.views import (
    Member,
    NamespaceCell,
    NamespaceColumn,
    NamespaceRow,
    NamespaceView,
    Perspective,
    PidCell,
    ProcessRow,
    ProcessView,
    Tag,
)

HOST_INODES = dict(zip(Kind, (181, 179, 178, 183, 180, 177, 182, 184), strict=True))
HOST = NamespaceColumn("host", "A", 2, "bash")
BOX = NamespaceColumn("box", "B", 8, "bash")


def member(inode: int) -> NamespaceId:
    """A namespace by the last digits of its number."""
    return NamespaceId(4, 4026532000 + inode)


def cell(kind: Kind, pid: int, namespace: Membership | int, letter: str | None) -> NamespaceCell:
    read = member(namespace) if isinstance(namespace, int) else namespace
    members = (Member(1, "lab"), Member(2, "bash")) if letter == "A" else (Member(8, "bash"), Member(12, "sleep"))
    return NamespaceCell(read, letter, f"readlink /proc/{pid}/ns/{kind.value}", members)


def namespaces(*own: Kind, columns: tuple[NamespaceColumn, ...] = (HOST, BOX)) -> NamespaceView:
    """Columns of processes, all but the first with the kinds of `own` for itself; B, C, and so on."""
    rows = []
    for kind in Kind:
        cells: list[NamespaceCell | None] = []
        for at, column in enumerate(columns):
            apart = at > 0 and kind in own
            inode = HOST_INODES[kind] + (72 + 10 * at if apart else 0)
            letter = chr(ord("A") + at) if apart else "A"
            cells.append(None if column.pid is None else cell(kind, column.pid, inode, letter))
        rows.append(NamespaceRow(kind, tuple(cells)))
    return NamespaceView(columns, tuple(rows), 0.0)


def lesson_namespaces() -> NamespaceView:
    """host and box differ in pid and uts."""
    return namespaces(Kind.PID, Kind.UTS)


def row(
    pid: int, parent: int, last_of: tuple[bool, ...], name: str, *numbers: int | None, state: str = "S", tags: str = ""
) -> ProcessRow:
    """A row; `tags` are the letters it is inside, in pid and uts, `!` in front of those that it entered."""
    inside = tuple(Tag(kind, letter) for letter in tags.replace("!", "") for kind in (Kind.PID, Kind.UTS))
    entered = inside[-2:] if "!" in tags else ()
    cells = tuple(PidCell(number, f"/proc/{pid}/status NSpid") for number in numbers)
    return ProcessRow(pid, pid, parent, last_of, name.split(maxsplit=1)[0], name, state, cells, inside, entered, 0, 0)


def lesson_processes() -> ProcessView:
    """The tree: a shell in box ran ns_pid, whose child is 1 in its own PID namespace."""
    return ProcessView(
        (Perspective("host", "A"), Perspective("box", "B")),
        (
            row(1, 0, (True,), "lab", 1, None),
            row(2, 1, (True, False), "bash", 2, None),
            row(3, 1, (True, True), "bash", 3, None),
            row(7, 3, (True, True, True), "ns_pid", 7, None),
            row(8, 7, (True, True, True, True), "bash", 8, 1, tags="!B"),
            row(12, 8, (True, True, True, True, True), "sleep 100", 12, 5, tags="B"),
        ),
        unread=0,
        read_at=0.0,
    )
