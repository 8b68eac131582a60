"""What a row of the explorer is called, and what keeps it alive, in words. Pure; the screen and the plain table share it."""

from __future__ import annotations

from nslab.observe.holders import DescriptorHold, MountHold
from nslab.observe.machine.reach import BirthHold, Holder, Ref
from nslab.observe.machine.rows import Machine, Row
from nslab.words import Words

NETNS_FOLDERS = ("/run/netns/", "/var/run/netns/")  # ip-netns(8)
IP_NETNS = "ip netns"
NOBODY = "╌"


def name_of(row: Row, words: Words) -> tuple[str, str]:
    """A row's name and what it is: a manager's container, a service, or the number of the process that leads it."""
    if row.label is None or row.leader is None:
        return _empty(row, words)
    label = row.label
    if row.parent is None and not label.owner:
        return label.name, words("explore.this-machine") if row.holds_host else str(row.leader.pid)
    if not label.is_owner:
        return label.name, words("explore.of", owner=label.owner) if label.owner else str(row.leader.pid)
    return label.name, label.container.manager.value if label.container else words("explore.service")


def short_name(row: Row, words: Words) -> str:
    """Its name alone where that tells it apart: a container's or a service's; else with the number of the leader."""
    name, about = name_of(row, words)
    return name if row.label and (row.label.is_owner or row.holds_host) else f"{name} {about}"


def _empty(row: Row, words: Words) -> tuple[str, str]:
    point = next((one.point for one in row.holders if isinstance(one, MountHold)), None)
    if point is None:
        return NOBODY, words("explore.nobody")
    folder, _, name = point.rpartition("/")
    return name, IP_NETNS if f"{folder}/" in NETNS_FOLDERS else words("explore.nobody")


def kept_of(row: Row, words: Words) -> str:
    """What keeps it alive; where several things do, the first."""
    if row.leader is not None:
        return words("explore.kept.process" if row.processes == 1 else "explore.kept.processes")
    return words(f"explore.kept.{row.kept_by[0]}") if row.kept_by else ""


def holder_of(holder: Holder, words: Words) -> str:
    """One that keeps a namespace, and what would let it go."""
    match holder:
        case MountHold(point=point, pid=pid):
            return words("explore.holder.mount", point=point, pid=pid)
        case DescriptorHold(pid=pid, fd=fd):
            return words("explore.holder.descriptor", pid=pid, fd=fd)
        case BirthHold(pid=pid):
            return words("explore.holder.birth", pid=pid)


def ref_said(machine: Machine, ref: Ref) -> str:
    """A namespace as every pane names it, and its number: `net:F 4026533001`."""
    return f"{ref.kind.value}:{machine.letters.get(ref, '?')} {ref.id.inode}"


def unseen_of(machine: Machine, words: Words) -> tuple[str, ...]:
    """What the reader may not see, a sentence each; nothing where it sees all."""
    census = machine.census
    if census.unread:
        which = "explore.unread" if machine.reader_uid else "explore.unread-by-root"
        return (words(which, count=len(census.unread), all=census.processes),)
    if census.unsearched:
        return (words("explore.unsearched", count=len(census.unsearched), all=census.processes),)
    return ()
