"""The eight kinds of namespace: their names in /proc/PID/ns, their clone flags, and joining them. See namespaces(7)."""

from __future__ import annotations

from enum import StrEnum

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


def setns(fd: int, flags: int) -> int:
    """Join the namespaces `flags` of the process behind a pidfd (Linux 5.8), or the one behind a file of /proc/PID/ns.

    Raises SyscallError. EPERM: no CAP_SYS_ADMIN in the user namespace that owns it. EINVAL: one's own user namespace. See setns(2).
    """
    return invoke("setns", fd, flags)
