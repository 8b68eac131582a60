"""Files of the lab as a descriptor holds them, and why one could not be opened or read."""

from __future__ import annotations

import errno
import os

from nslab.course.told import Absent, Told
from nslab.kernel import nsfs
from nslab.kernel.namespaces import Kind

TEXT_BYTES = 64 << 10


def reopened(path_fd: int) -> int:
    """For reading, what an O_PATH descriptor only names. Raises OSError."""
    return os.open(f"/proc/self/fd/{path_fd}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def kind_of(path_fd: int) -> Kind:
    """The kind of the namespace whose file this is. Raises OSError."""
    fd = reopened(path_fd)
    try:
        return nsfs.kind(fd)
    finally:
        os.close(fd)


def first_bytes(path_fd: int) -> bytes:
    """The first TEXT_BYTES of a regular file. Raises OSError."""
    fd = reopened(path_fd)
    try:
        content = b""
        while len(content) < TEXT_BYTES and (chunk := os.read(fd, TEXT_BYTES - len(content))):
            content += chunk
        return content
    finally:
        os.close(fd)


def unreadable(path: str, error: OSError) -> Absent:
    """Why a file could not be read."""
    if error.errno == errno.ENOENT:
        return Absent(Told("absent.no-file", {"path": path}))
    return refused(path, error.errno or 0)


def refused(what: str, number: int) -> Absent:
    """What the kernel answered instead."""
    return Absent(Told("absent.refused", {"what": what, "errno": errno.errorcode.get(number, str(number))}))
