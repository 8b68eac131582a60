"""Mounting: mount(2), umount2(2), pivot_root(2), mount_setattr(2), and the names of their flags."""

from __future__ import annotations

import ctypes
import struct
from enum import IntFlag

from nslab.kernel.syscalls import invoke


class MountFlag(IntFlag):
    """The MS_* bits of mount(2)."""

    RDONLY = 1
    NOSUID = 2
    NODEV = 4
    NOEXEC = 8
    REMOUNT = 32
    BIND = 4096
    REC = 16384
    PRIVATE = 1 << 18
    SLAVE = 1 << 19
    SHARED = 1 << 20


MNT_DETACH = 2
FSOPEN_CLOEXEC = 1

AT_FDCWD = -100
AT_RECURSIVE = 0x8000

MOUNT_ATTR_RDONLY = 0x1
MOUNT_ATTR_NOSUID = 0x2
MOUNT_ATTR_NODEV = 0x4
MOUNT_ATTR = struct.Struct("=4Q")  # struct mount_attr: attr_set, attr_clr, propagation, userns_fd


def mount(source: str | None, target: str, fstype: str | None, flags: int, data: str | None) -> int:
    """Mount `source` on `target`. Raises SyscallError.

    EPERM: no CAP_SYS_ADMIN, a locked mount, or (proc, sysfs) no such file system is fully visible here. EINVAL: options that
    the file system refuses, or an overlay whose upper and work are not on one file system. See mount(2).
    """
    return invoke("mount", source, target, fstype, flags, data)


def fsopen(fstype: str) -> int:
    """A descriptor of a file system yet to be configured and mounted, to be closed by the caller. Raises SyscallError.

    EPERM: no CAP_SYS_ADMIN in the user namespace that owns the mount namespace, as for mount(2). ENODEV: no such file system.
    See fsopen(2), Linux 5.2.
    """
    return invoke("fsopen", fstype, FSOPEN_CLOEXEC)


def umount2(target: str, flags: int) -> int:
    """Unmount `target`. Raises SyscallError. EINVAL: no mount point, or locked in this user namespace. EBUSY: in use."""
    return invoke("umount2", target, flags)


def pivot_root(new_root: str, put_old: str) -> int:
    """Make `new_root` the root of the caller's mount namespace; the old root stays mounted at `put_old`.

    Raises SyscallError, holding the call as made. EBUSY: a path is on the current root's mount. EINVAL: `new_root` is no mount
    point, or its mount or its parent mount is shared. EPERM: no CAP_SYS_ADMIN. See pivot_root(2).
    """
    return invoke("pivot_root", new_root, put_old)


def mount_setattr(path: str, attributes: int, *, recursive: bool) -> int:
    """Add MOUNT_ATTR_* bits to the mount at `path`, and with `recursive` to every mount below it.

    Raises SyscallError. EPERM: the mount is locked or another user namespace's. See mount_setattr(2), Linux 5.12.
    """
    attr = ctypes.create_string_buffer(MOUNT_ATTR.pack(attributes, 0, 0, 0), MOUNT_ATTR.size)
    return invoke("mount_setattr", AT_FDCWD, path, AT_RECURSIVE if recursive else 0, attr, MOUNT_ATTR.size)
