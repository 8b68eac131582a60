"""The eight kinds of namespace: their names in /proc/PID/ns, their clone flags, and joining them. See namespaces(7)."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from nslab.kernel.syscalls import invoke


class Kind(StrEnum):
    """A kind of namespace; the value is its name in /proc/PID/ns. Members stand in the order panes show them."""

    PID = "pid"
    UTS = "uts"
    MNT = "mnt"
    NET = "net"
    IPC = "ipc"
    USER = "user"
    CGROUP = "cgroup"
    TIME = "time"

    @property
    def clone_flag(self) -> int:
        """The CLONE_NEW* bit, as clone3(2) and setns(2) take it."""
        return CLONE_FLAGS[self]


CLONE_FLAGS: dict[Kind, int] = {
    Kind.PID: 0x2000_0000,
    Kind.UTS: 0x0400_0000,
    Kind.MNT: 0x0002_0000,
    Kind.NET: 0x4000_0000,
    Kind.IPC: 0x0800_0000,
    Kind.USER: 0x1000_0000,
    Kind.CGROUP: 0x0200_0000,
    Kind.TIME: 0x0000_0080,
}


class Since(Struct, frozen=True):
    """Since when a kind is there: the first release of Linux with it and its year, and the one in which it was whole."""

    first: str
    whole: str
    year: int


SINCE: dict[Kind, Since] = {
    Kind.MNT: Since("2.4.19", "2.4.19", 2002),
    Kind.UTS: Since("2.6.19", "2.6.19", 2006),
    Kind.IPC: Since("2.6.19", "2.6.30", 2006),  # System V first, POSIX queues with 2.6.30: ipc_namespaces(7)
    Kind.USER: Since("2.6.23", "3.8", 2007),  # for those without privilege with 3.8: user_namespaces(7)
    Kind.PID: Since("2.6.24", "2.6.24", 2008),
    Kind.NET: Since("2.6.24", "2.6.29", 2008),
    Kind.CGROUP: Since("4.6", "4.6", 2016),
    Kind.TIME: Since("5.6", "5.6", 2020),
}
"""From clone(2), unshare(2), and namespaces(7). In the order of their first releases: the oldest first."""


def setns(fd: int, flags: int) -> int:
    """Join the namespaces `flags` of the process behind a pidfd (Linux 5.8), or the one behind a file of /proc/PID/ns.

    Raises SyscallError. EPERM: no CAP_SYS_ADMIN in the user namespace that owns it. EINVAL: one's own user namespace. See setns(2).
    """
    return invoke("setns", fd, flags)
