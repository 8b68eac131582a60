"""A machine with something of everything, as the explorer would have seen it: what its tests and pictures show."""

from __future__ import annotations

import errno
from collections.abc import Iterable

from nslab.kernel.namespaces import Kind
from nslab.observe.containers import Container, Manager
from nslab.observe.holders import DescriptorHold, Hidden, Holds, MountHold
from nslab.observe.letters import Letters
from nslab.observe.machine.census import Kept, take
from nslab.observe.machine.labels import Label
from nslab.observe.machine.lineage import Lineage
from nslab.observe.machine.reach import Place, Ref
from nslab.observe.machine.rows import Machine
from nslab.observe.machine.worlds import worlds
from nslab.observe.namespaces import NamespaceId, Namespaces, Unread
from nslab.observe.roots import Relatives
from nslab.observe.scan import Process, Scan
from nslab.observe.views import Member

DEVICE = 4
FIRST = 4026531832
DIGITS = "6dd05e91f00f99281f70b1fd90a29e5cc30b0dab243cb7cfb6153d8017872394"


def space(number: int) -> NamespaceId:
    """The namespace of a small number, as the kernel would number it."""
    return NamespaceId(DEVICE, FIRST + number)


# pid, its maker, its name, how many of it, and the namespaces that are not the host's, by kind
WORLDS = (
    (1, 0, "systemd", 231, {}),
    (300, 1, "systemd-udevd", 1, {"mnt": 1}),
    (700, 1, "nginx", 5, {"pid": 1, "mnt": 2, "net": 1, "ipc": 1, "uts": 1, "cgroup": 1}),
    (900, 1, "postgres", 8, {"pid": 2, "mnt": 3, "net": 2, "ipc": 2, "uts": 2, "cgroup": 2}),
    (1200, 1, "firefox", 12, {"user": 1, "pid": 3, "net": 3}),
    (1500, 1, "podman", 1, {"user": 2, "mnt": 4}),
    (1600, 1500, "sh", 3, {"user": 2, "pid": 4, "mnt": 5, "net": 4, "ipc": 3, "uts": 3, "cgroup": 3}),
    (1700, 1, "sidecar", 2, {"pid": 5, "mnt": 6, "net": 1, "ipc": 1, "uts": 4, "cgroup": 4}),
)
OWNERS = {("user", 1): 0, ("user", 2): 0, ("pid", 4): 2, ("pid", 3): 1}
PARENTS = {("pid", number): 0 for number in range(1, 6)} | {("pid", 6): 0, ("pid", 7): 6}
HELD = (
    MountHold(Kind.NET, space(50), "/run/netns/blue", 1),
    DescriptorHold(Kind.UTS, space(51), 300, 7),
    DescriptorHold(Kind.PID, space(7), 300, 8),
)
LABELS = {
    300: Label("systemd-udevd", service="systemd-udevd"),
    700: Label("web", Container(Manager.DOCKER, DIGITS, "/docker/web"), "web"),
    900: Label("db", Container(Manager.DOCKER, DIGITS[::-1], "/docker/db"), "db"),
    1600: Label("dev", Container(Manager.PODMAN, DIGITS, "/user.slice/dev"), "dev"),
    1700: Label("sidecar", Container(Manager.DOCKER, DIGITS, "/docker/web"), "web"),
}


class Lineages:
    """Owners and parents as the tables above have them."""

    def read(self, places: Iterable[tuple[Ref, Place]]) -> Lineage:
        """Of every namespace that can be opened, and of what is above it."""
        lineage: Lineage = {}
        todo = [ref for ref, _ in places]
        while todo:
            ref = todo.pop()
            if ref not in lineage:
                lineage[ref] = relatives(ref)
                parent = lineage[ref].parent
                todo += [Ref(ref.kind, parent)] if isinstance(parent, NamespaceId) else []
        return lineage


def relatives(ref: Ref) -> Relatives:
    number = ref.id.inode - FIRST
    if ref.kind is Kind.USER and number == 0:
        return Relatives(Unread(errno.EPERM), Unread(errno.EPERM), 0)
    owner = space(OWNERS.get((ref.kind.value, number), 0))
    if ref.kind is Kind.USER:
        return Relatives(owner, owner, 1000)
    if ref.kind is Kind.PID:
        above = PARENTS.get((ref.kind.value, number))
        return Relatives(owner, Unread(errno.EPERM) if above is None else space(above), None)
    return Relatives(owner, None, None)


def scan() -> Scan:
    """Every process."""
    found = []
    for pid, maker, comm, count, own in WORLDS:
        namespaces = Namespaces(*(space(own.get(kind.value, 0)) for kind in Kind))
        found += [Process(pid + at, pid if at else maker, pid + at, comm, "S", namespaces) for at in range(count)]
    return Scan(tuple(sorted(found, key=lambda one: one.pid)), tuple(range(9000, 9038)), 0.0)


def machine() -> Machine:
    """The whole, as an unprivileged user sees it: 38 processes are another's."""
    seen = scan()
    kept = Kept(Holds(HELD, (Hidden(9000, errno.EACCES),)), ())
    census = take(seen, kept, Lineages())
    living = worlds(seen)
    letters = Letters(living[0].namespaces)
    letters.meet(world.namespaces for world in living)
    for one in census.namespaces:
        letters.meet_empty(one.kind, one.id)
    return Machine(
        host=Member(1, "systemd"),
        host_namespaces=living[0].namespaces,
        census=census,
        worlds=living,
        labels=tuple(LABELS.get(world.leader.pid, Label(world.leader.comm)) for world in living),
        letters={one.ref: letters.of(one.kind, one.id) or "" for one in census.namespaces},
        reader_uid=1000,
        read_at=0.0,
    )
