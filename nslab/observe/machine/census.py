"""Every namespace of a machine that can be found: those of processes, and those that live without one.

A namespace lives as long as something refers to it (namespaces(7)): a process in it, a mount or a descriptor of its file, a
process whose next child will be born into it, or another namespace that it is the parent or the owner of. The last kind
stands in no listing of the kernel's: it is found by asking each known one for its owner and parent, and those again.

What can't be found: a namespace kept by a thread that moved by itself, by a descriptor on its way through a socket, or, of
network namespaces, by a socket alone.
"""

from __future__ import annotations

import errno
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import attrgetter

from msgspec import Struct

from nslab.kernel import procfs
from nslab.kernel.namespaces import Kind
from nslab.observe.holders import Holds
from nslab.observe.machine.lineage import Lineage, Lineages
from nslab.observe.machine.reach import BirthHold, Holder, MemberPlace, Place, Ref, source_of
from nslab.observe.namespaces import Membership, NamespaceId, Namespaces, Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, Scan, read_for_children


class Namespace(Struct, frozen=True):
    """One namespace and all that keeps it alive, as far as it could be found.

    `members` are the processes in it, `holders` those that keep it otherwise, `dependants` the namespaces that it is the
    parent or the owner of. `owner` is a user namespace, `parent` None for a kind that has none; `owner_uid`, of a user
    namespace, is who made it. `source` is the command that shows it, or the ioctl.
    """

    kind: Kind
    id: NamespaceId
    owner: Membership
    parent: Membership | None
    owner_uid: int | None
    members: tuple[int, ...]
    holders: tuple[Holder, ...]
    dependants: tuple[Ref, ...]
    source: str

    @property
    def ref(self) -> Ref:
        """How others refer to it."""
        return Ref(self.kind, self.id)


class Census(Struct, frozen=True):
    """All namespaces of a machine, by kind and number, and what could not be looked at.

    `unread` are processes of which no namespace could be read. `unsearched` are those whose mounts or descriptors could
    not be: what only they keep is not in here.
    """

    namespaces: tuple[Namespace, ...]
    processes: int
    unread: tuple[int, ...]
    unsearched: tuple[int, ...]
    read_at: float


class Kept(Struct, frozen=True):
    """What was found of holders in a longer look than that at the processes: mounts, descriptors, births to come."""

    holds: Holds
    births: tuple[BirthHold, ...]


def take(scan: Scan, kept: Kept, lineages: Lineages) -> Census:
    """Count everything. `kept` may be older than the scan."""
    members = members_of(scan)
    holders: defaultdict[Ref, list[Holder]] = defaultdict(list)
    for hold in (*kept.holds.found, *kept.births):
        holders[Ref(hold.kind, hold.namespace)].append(hold)
    lineage = lineages.read(_places(members, holders))
    dependants = dependants_of(lineage)
    refs = members.keys() | holders.keys() | lineage.keys()
    return Census(
        namespaces=tuple(
            _namespace(ref, lineage, members.get(ref, ()), tuple(holders.get(ref, ())), tuple(dependants.get(ref, ())))
            for ref in sorted(refs)
        ),
        processes=len(scan.processes) + len(scan.refused),
        unread=(*(process.pid for process in scan.processes if is_hidden(process)), *scan.refused),
        unsearched=tuple(dict.fromkeys(hidden.pid for hidden in kept.holds.hidden)),
        read_at=scan.read_at,
    )


def is_hidden(process: Process) -> bool:
    """Whether the reader may see none of a process's namespaces."""
    user = process.namespaces.user
    return isinstance(user, Unread) and user.errno in (errno.EACCES, errno.EPERM)


def members_of(scan: Scan) -> dict[Ref, tuple[Process, ...]]:
    """The processes of each namespace, by number."""
    members: defaultdict[Ref, list[Process]] = defaultdict(list)
    together: defaultdict[Namespaces, list[Process]] = defaultdict(list)
    for process in scan.processes:  # most share all eight: one look-up a process, not eight
        together[process.namespaces].append(process)
    for namespaces, processes in together.items():
        for kind in Kind:
            namespace = namespaces.of(kind)
            if isinstance(namespace, NamespaceId):
                members[Ref(kind, namespace)] += processes
    return {ref: tuple(sorted(processes, key=attrgetter("pid"))) for ref, processes in members.items()}


def dependants_of(lineage: Lineage) -> dict[Ref, list[Ref]]:
    """Of each namespace those that it is the parent or the owner of: they keep it alive."""
    dependants: defaultdict[Ref, list[Ref]] = defaultdict(list)
    for ref, relatives in sorted(lineage.items()):
        above = {Ref(Kind.USER, relatives.owner)} if isinstance(relatives.owner, NamespaceId) else set()
        if isinstance(relatives.parent, NamespaceId):
            above.add(Ref(ref.kind, relatives.parent))
        for one in above:
            dependants[one].append(ref)
    return dependants


def births(root: ProcRoot, scan: Scan) -> tuple[BirthHold, ...]:
    """Where children will be born elsewhere than their parent is. Costs two readlinks a process."""
    return tuple(birth for process in scan.processes for birth in _births(root, process))


def _births(root: ProcRoot, process: Process) -> Iterator[BirthHold]:
    try:
        directory = procfs.open_process(root.fd, process.pid)
    except OSError:
        return
    try:
        coming = read_for_children(root, directory)
    finally:
        os.close(directory)
    for kind, namespace in ((Kind.PID, coming.pid), (Kind.TIME, coming.time)):
        if isinstance(namespace, NamespaceId) and namespace != process.namespaces.of(kind):
            yield BirthHold(kind, namespace, process.pid)


def _places(members: dict[Ref, tuple[Process, ...]], holders: dict[Ref, list[Holder]]) -> Iterator[tuple[Ref, Place]]:
    """Where each namespace can be opened: at its first process, and should that have gone, at its last, or at a holder."""
    for ref, processes in members.items():
        for process in dict.fromkeys((processes[0], processes[-1])):
            yield ref, MemberPlace(process.pid, process.start_ticks)
    for ref, found in holders.items():
        for holder in found:
            yield ref, holder


def _namespace(
    ref: Ref, lineage: Lineage, members: Iterable[Process], holders: tuple[Holder, ...], dependants: tuple[Ref, ...]
) -> Namespace:
    relatives = lineage.get(ref)
    processes = tuple(members)
    return Namespace(
        kind=ref.kind,
        id=ref.id,
        owner=relatives.owner if relatives else Unread(errno.EACCES),
        parent=relatives.parent if relatives else None,
        owner_uid=relatives.owner_uid if relatives else None,
        members=tuple(process.pid for process in processes),
        holders=holders,
        dependants=dependants,
        source=_source(ref, processes, holders, dependants),
    )


def _source(ref: Ref, members: tuple[Process, ...], holders: tuple[Holder, ...], dependants: tuple[Ref, ...]) -> str:
    if members:
        return source_of(ref, MemberPlace(members[0].pid, members[0].start_ticks))
    if holders:
        return source_of(ref, holders[0])
    child = next((one for one in dependants if one.kind is ref.kind), None)
    asked = "NS_GET_PARENT" if child else "NS_GET_USERNS"
    return f"ioctl({child or dependants[0]}, {asked})" if dependants else ""
