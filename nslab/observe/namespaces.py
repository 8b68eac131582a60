"""Which namespaces a process is in, told by the kernel's identity of each: device and inode of the nsfs file."""

from __future__ import annotations

import errno
from typing import TypeAlias

from msgspec import Struct

from nslab.kernel.namespaces import Kind


class NamespaceId(Struct, frozen=True, order=True, tag="namespace"):
    """What makes two namespaces the same: the nsfs file's device and inode, as stat(2) gives them."""

    device: int
    inode: int


class Unread(Struct, frozen=True, tag="unread"):
    """What stands in a value's place when the kernel refused to tell it."""

    errno: int

    @property
    def name(self) -> str:
        """The errno as people know it: `EACCES`."""
        return errno.errorcode.get(self.errno, str(self.errno))


Membership: TypeAlias = NamespaceId | Unread
"""One link of /proc/PID/ns. `Unread(ENOENT)`: the kernel has no such kind, or a zombie has let go of it."""


class Namespaces(Struct, frozen=True):
    """The eight namespaces that one process is in. Source: the links in /proc/PID/ns, namespaces(7)."""

    pid: Membership
    uts: Membership
    mnt: Membership
    net: Membership
    ipc: Membership
    user: Membership
    cgroup: Membership
    time: Membership

    def of(self, kind: Kind) -> Membership:
        """The namespace of one kind."""
        found: Membership = getattr(self, kind.value)
        return found

    def differing(self, other: Namespaces) -> tuple[Kind, ...]:
        """The kinds in which both are known and not the same. What could not be read is no difference."""
        return tuple(kind for kind in Kind if _differ(self.of(kind), other.of(kind)))


class ForChildren(Struct, frozen=True):
    """The namespaces that the next child will be born into; unshare(2) moves these at once, the caller never."""

    pid: Membership
    time: Membership


def _differ(one: Membership, other: Membership) -> bool:
    return isinstance(one, NamespaceId) and isinstance(other, NamespaceId) and one != other
