"""What the observation panes of the lessons `pid` and `mnt` show: the lab's shells, and the container that was made there."""

from __future__ import annotations

from msgspec.structs import replace

from nslab.kernel.namespaces import Kind
from nslab.kernel.propagation import Propagation
from nslab.observe.mount_view import MountCell, MountColumn, MountRow, MountView, Travel
from nslab.observe.namespaces import Membership, NamespaceId
from nslab.observe.user_view import CapabilityNames, MapLine, Numbers, UserCell, UserView
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


def mount(
    number: int,
    path: str,
    fstype: str = "tmpfs",
    group: int | None = None,
    master: int | None = None,
    *,
    root: str = "/",
    read_only: bool = False,
    under: tuple[str, ...] = (),
    hidden_by: str | None = None,
    hides: tuple[str, ...] = (),
    later: bool = False,
) -> MountCell:
    """A cell of the mounts pane, with the line that the kernel would have written."""
    fields = (("shared", group), ("master", master))
    optional = "".join(f"{name}:{value} " for name, value in fields if value is not None)
    line = f"{number} 20 0:{number} {root} {path} {'ro' if read_only else 'rw'} {optional}- {fstype} {fstype}"
    return MountCell(number, fstype, root, read_only, Propagation(group, master), under, hidden_by, hides, later, line)


def mount_columns() -> tuple[MountColumn, MountColumn]:
    """The host's mounts and those of box."""
    host = MountColumn("host", "A", 1, "lab", alive=True, count=19)
    return host, MountColumn("box", "B", 8, "bash", alive=True, count=21)


def lesson_mounts() -> MountView:
    """All that two trees can have between them, as the picture of look/mnt has it."""
    there, both = Travel.TO_SECOND, Travel.BOTH
    rows = (
        MountRow("/", (mount(20, "/", group=1), mount(40, "/", master=1)), there),
        MountRow("/dev", (mount(22, "/dev"), mount(42, "/dev")), Travel.NEITHER),
        MountRow("/dev/pts", (mount(23, "/dev/pts", "devpts"), mount(43, "/dev/pts", "devpts")), Travel.NEITHER),
        MountRow("/etc/hosts", (None, mount(44, "/etc/hosts", "ext4", root="/hosts")), Travel.NEITHER),
        MountRow("/mnt/old", (mount(24, "/mnt/old", "ext4", group=1), None), Travel.NEITHER),
        MountRow(
            "/mnt/usb", (mount(25, "/mnt/usb", "vfat", 9, later=True), mount(45, "/mnt/usb", "vfat", None, 9, later=True)),
            there, came_to=1,
        ),
        MountRow("/proc", (mount(26, "/proc", "proc"), mount(46, "/proc", "proc", under=("proc",))), Travel.NEITHER),
        MountRow("/tmp/s", (mount(27, "/tmp/s", group=7), mount(47, "/tmp/s", group=7)), both),
        MountRow(
            "/tmp/s/d", (mount(28, "/tmp/s/d", group=8, later=True), mount(27, "/tmp/s/d", group=8, later=True)),
            both, came_to=0,
        ),
        MountRow("/tmp/w", (None, mount(48, "/tmp/w", hides=("/tmp/w/a",))), Travel.NEITHER),
        MountRow("/tmp/w/a", (None, mount(49, "/tmp/w/a", hidden_by="/tmp/w")), Travel.NEITHER),
        MountRow(
            "/usr",
            (
                mount(29, "/usr", "ext4", 2, root="/usr", read_only=True),
                mount(50, "/usr", "ext4", None, 2, root="/usr", read_only=True),
            ),
            there,
        ),
    )  # fmt: skip
    return MountView(mount_columns(), rows)


EVERY_CAPABILITY = (
    *("audit_control", "audit_read", "audit_write", "block_suspend", "bpf", "checkpoint_restore", "chown"),
    *("dac_override", "dac_read_search", "fowner", "fsetid", "ipc_lock", "ipc_owner", "kill", "lease"),
    *("linux_immutable", "mac_admin", "mac_override", "mknod", "net_admin", "net_bind_service", "net_broadcast"),
    *("net_raw", "perfmon", "setfcap", "setgid", "setpcap", "setuid", "sys_admin", "sys_boot", "sys_chroot"),
    *("sys_module", "sys_nice", "sys_pacct", "sys_ptrace", "sys_rawio", "sys_resource", "sys_time"),
    *("sys_tty_config", "syslog", "wake_alarm"),
)
ALL = CapabilityNames(0x1FFFFFFFFFF, EVERY_CAPABILITY)
NONE = CapabilityNames(0, ())
DOCKERS = CapabilityNames(
    0xA80425FB,
    (
        *("audit_write", "chown", "dac_override", "fowner", "fsetid", "kill", "mknod", "net_bind_service", "net_raw"),
        *("setfcap", "setgid", "setpcap", "setuid", "sys_chroot"),
    ),
)
OUTER = 2_000_000_000
ROOT = UserCell(
    letter="A",
    uid=Numbers(0, 0, OUTER),
    gid=Numbers(0, 0, OUTER),
    uid_map=(MapLine(0, OUTER, 65536),),
    gid_map=(MapLine(0, OUTER, 65536),),
    effective=ALL,
    permitted=ALL,
    bounding=ALL,
    ambient=NONE,
    governed=tuple(Kind),
    no_new_privs=False,
    seccomp="2 filter (1)",
)
"""The host's root: somebody else outside."""

NOBODY = replace(
    ROOT,
    letter="B",
    uid=Numbers(None, 0, OUTER),
    gid=Numbers(None, 0, OUTER),
    uid_map=(),
    gid_map=(),
    effective=NONE,
    permitted=NONE,
    governed=(),
)
"""The same user in a new user namespace, before its maps are written."""

MAPPED = replace(
    NOBODY,
    uid=Numbers(0, 0, OUTER),
    gid=Numbers(0, 0, OUTER),
    uid_map=(MapLine(0, 0, 1),),
    gid_map=(MapLine(0, 0, 1),),
    effective=ALL,
    permitted=ALL,
    governed=(Kind.UTS, Kind.USER),
)
"""Root there, with a UTS namespace of its own."""

IN_DOCKER = replace(
    ROOT, effective=DOCKERS, permitted=DOCKERS, bounding=DOCKERS, no_new_privs=True, seccomp="2 filter (2)"
)
"""The host's root with docker's capabilities."""


def users(*cells: UserCell | None, columns: tuple[NamespaceColumn, ...] | None = None) -> UserView:
    """The host's root, then a column for each of `cells`."""
    heads = (HOST, BOX, NamespaceColumn("web", "C", 20, "sleep"))[: len(cells) + 1]
    return UserView(columns or heads, (ROOT, *cells), EVERY_CAPABILITY, 65534, 0.0)
