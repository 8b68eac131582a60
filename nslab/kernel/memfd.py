"""Files in memory that no directory names. See memfd_create(2)."""

from __future__ import annotations

import os

MFD_EXEC = 0x10  # Linux 6.3, memfd_create(2)


def memory_file(name: str, data: bytes) -> int:
    """A descriptor of a file with this content, close-on-exec; `name` only shows in /proc. Raises OSError."""
    file = os.memfd_create(name, os.MFD_CLOEXEC)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(file, left) :]
    except OSError:
        os.close(file)
        raise
    return file


def program_file(name: str) -> int:
    """A descriptor of an empty file that may be sealed and executed. Raises OSError (EACCES: this machine forbids that)."""
    flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    try:
        return os.memfd_create(name, flags | MFD_EXEC)
    except OSError as error:
        if isinstance(error, PermissionError):
            raise
        return os.memfd_create(name, flags)  # before Linux 6.3 every one may
