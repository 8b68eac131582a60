"""Being told what comes and goes in a directory: inotify(7)."""

from __future__ import annotations

import os
import struct

from msgspec import Struct

from nslab.kernel.syscalls import invoke

IN_CREATE = 0x100
IN_DELETE = 0x200
IN_Q_OVERFLOW = 0x4000
IN_ONLYDIR = 0x1000000

_EVENT = struct.Struct("=iIII")  # struct inotify_event: wd, mask, cookie, len
_BYTES = 65536


class Notice(Struct, frozen=True):
    """One event: the watch's number, what it was, and the name in the directory. The watch is -1 at IN_Q_OVERFLOW."""

    watch: int
    mask: int
    name: bytes


def inotify_init() -> int:
    """A descriptor that is readable when something has happened; reading never waits. Raises SyscallError.

    EMFILE: no descriptor, or fs.inotify.max_user_instances of this user are in use.
    """
    return invoke("inotify_init1", os.O_NONBLOCK | os.O_CLOEXEC)


def watch_directory(inotify: int, directory: int, mask: int) -> int:
    """Watch an opened directory; returns the watch's number, the same again for the same directory. Needs /proc.

    Raises SyscallError. ENOSPC: fs.inotify.max_user_watches of this user are in use.
    """
    return invoke("inotify_add_watch", inotify, f"/proc/self/fd/{directory}", mask | IN_ONLYDIR)


def read_notices(inotify: int) -> tuple[Notice, ...]:
    """What has happened since the last time; empty if nothing. Raises OSError."""
    try:
        return parse_notices(os.read(inotify, _BYTES))
    except BlockingIOError:
        return ()


def parse_notices(content: bytes) -> tuple[Notice, ...]:
    """Structures of inotify_event, each with its name behind it, filled up by NULs."""
    found = []
    at = 0
    while at < len(content):
        watch, mask, _, length = _EVENT.unpack_from(content, at)
        at += _EVENT.size
        found.append(Notice(watch, mask, content[at : at + length].rstrip(b"\0")))
        at += length
    return tuple(found)
