"""Files in memory that no directory names. See memfd_create(2)."""

from __future__ import annotations

import os


def memory_file(name: str, data: bytes) -> int:
    """A descriptor of a file with this content, close-on-exec; `name` only shows in /proc. Raises OSError."""
    file = os.memfd_create(name, os.MFD_CLOEXEC)
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]
    return file
