"""What a namespace's file tells: its link its kind and inode, its ioctls its owner and parent. See ioctl_ns(2)."""

from __future__ import annotations

import errno
import fcntl
import re
import struct

from nslab.kernel.namespaces import CLONE_FLAGS, Kind

# _IO(0xb7, n), linux/nsfs.h
NS_GET_USERNS = 0xB701
NS_GET_PARENT = 0xB702
NS_GET_NSTYPE = 0xB703
NS_GET_OWNER_UID = 0xB704

_KIND_BY_FLAG = {flag: kind for kind, flag in CLONE_FLAGS.items()}
_LINK = re.compile(rf"({'|'.join(Kind)}):\[([0-9]+)\]")


class OutsideView(PermissionError):
    """EPERM: the owner or parent is outside what the caller may see, or there is none, this being the first one."""


class NotHierarchical(OSError):
    """EINVAL: only user and PID namespaces have parents."""


def parse_link(text: str) -> tuple[Kind, int] | None:
    """Kind and inode from `uts:[4026531838]`: a link in /proc/PID/ns or fd, or the root of an nsfs mount.

    None for any other text, such as the `socket:[8]` of another descriptor.
    """
    found = _LINK.fullmatch(text)
    return (Kind(found[1]), int(found[2])) if found else None


def kind(namespace: int) -> Kind:
    """The kind of the namespace behind a descriptor. Raises OSError: ENOTTY where it is no nsfs file."""
    return _KIND_BY_FLAG[fcntl.ioctl(namespace, NS_GET_NSTYPE)]


def open_owner(namespace: int) -> int:
    """A descriptor of the owning user namespace, to be closed by the caller. Raises OutsideView, OSError.

    The owner decides which capabilities count: those held in it, or in an ancestor of it. For a user namespace it is
    the parent.
    """
    return _open_related(namespace, NS_GET_USERNS)


def open_parent(namespace: int) -> int:
    """A descriptor of the parent, to be closed by the caller. Raises OutsideView, NotHierarchical, OSError."""
    return _open_related(namespace, NS_GET_PARENT)


def owner_uid(user_namespace: int) -> int:
    """The uid, as the caller's user namespace has it, of who made this user namespace.

    65534 (overflowuid) where it has no number there. Raises OSError: EINVAL for other kinds.
    """
    answer = fcntl.ioctl(user_namespace, NS_GET_OWNER_UID, struct.pack("I", 0))
    uid: int = struct.unpack("I", answer)[0]
    return uid


def _open_related(namespace: int, request: int) -> int:
    try:
        return fcntl.ioctl(namespace, request)  # the kernel opens it close-on-exec
    except OSError as error:
        if error.errno == errno.EPERM:
            raise OutsideView(errno.EPERM, "the related namespace is out of view") from error
        if error.errno == errno.EINVAL and request == NS_GET_PARENT:
            raise NotHierarchical(errno.EINVAL, "namespaces of this kind have no parent") from error
        raise
