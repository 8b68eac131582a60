"""Capability sets: dropping from the bounding set, capset(2), and their names. See capabilities(7)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from enum import IntEnum
from functools import cache

from nslab.kernel.process import prctl
from nslab.kernel.syscalls import invoke

PR_CAPBSET_DROP = 24
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

CAPABILITY_VERSION_3 = 0x2008_0522
HEADER = struct.Struct("=Ii")
DATA = struct.Struct("=6I")  # effective, permitted, inheritable: low words, then high words


class Capability(IntEnum):
    """Numbers of uapi/linux/capability.h."""

    CHOWN = 0
    DAC_OVERRIDE = 1
    DAC_READ_SEARCH = 2
    FOWNER = 3
    FSETID = 4
    KILL = 5
    SETGID = 6
    SETUID = 7
    SETPCAP = 8
    LINUX_IMMUTABLE = 9
    NET_BIND_SERVICE = 10
    NET_BROADCAST = 11
    NET_ADMIN = 12
    NET_RAW = 13
    IPC_LOCK = 14
    IPC_OWNER = 15
    SYS_MODULE = 16
    SYS_RAWIO = 17
    SYS_CHROOT = 18
    SYS_PTRACE = 19
    SYS_PACCT = 20
    SYS_ADMIN = 21
    SYS_BOOT = 22
    SYS_NICE = 23
    SYS_RESOURCE = 24
    SYS_TIME = 25
    SYS_TTY_CONFIG = 26
    MKNOD = 27
    LEASE = 28
    AUDIT_WRITE = 29
    AUDIT_CONTROL = 30
    SETFCAP = 31
    MAC_OVERRIDE = 32
    MAC_ADMIN = 33
    SYSLOG = 34
    WAKE_ALARM = 35
    BLOCK_SUSPEND = 36
    AUDIT_READ = 37
    PERFMON = 38
    BPF = 39
    CHECKPOINT_RESTORE = 40


@cache
def last_capability() -> int:
    """The highest number that this kernel knows; read once, for a process may lose sight of /proc. Raises OSError."""
    with open("/proc/sys/kernel/cap_last_cap", "rb") as file:
        return int(file.read())


def full_set() -> int:
    """The mask of all that this kernel knows: what a new user namespace's first process holds. Raises OSError."""
    return (1 << last_capability() + 1) - 1


def drop_bounding(*keep: int) -> None:
    """Drop every capability but `keep` from the caller's bounding set, those newer than this table too.

    Raises SyscallError. EPERM: no CAP_SETPCAP.
    """
    for number in range(last_capability() + 1):
        if number not in keep:
            prctl(PR_CAPBSET_DROP, number)


def capset(*keep: int) -> int:
    """Make `keep` the effective and permitted set; clear the inheritable and ambient ones.

    Raises SyscallError. EPERM: a capability in `keep` is not permitted now.
    """
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    low, high = words(keep)
    return invoke("capset", HEADER.pack(CAPABILITY_VERSION_3, 0), DATA.pack(low, low, 0, high, high, 0))


def names(mask: int) -> tuple[str, ...]:
    """The capabilities of a set as /proc/PID/status writes it: `CAP_CHOWN`; `CAP_41` where this table has no name yet."""
    return tuple(f"CAP_{_names().get(number, number)}" for number in range(mask.bit_length()) if mask >> number & 1)


@cache
def _names() -> dict[int, str]:
    return {capability.value: capability.name for capability in Capability}


def words(numbers: Iterable[int]) -> tuple[int, int]:
    """The two 32-bit words of a set."""
    mask = sum(1 << number for number in set(numbers))
    return mask & 0xFFFF_FFFF, mask >> 32
