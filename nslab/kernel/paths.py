"""Opening a path inside another root so that nothing in it can lead out: openat2(2), Linux 5.6."""

from __future__ import annotations

import ctypes
import os
import struct

from nslab.kernel.syscalls import invoke

OPEN_HOW = struct.Struct("=3Q")  # struct open_how: flags, mode, resolve
RESOLVE_NO_MAGICLINKS = 0x02
RESOLVE_IN_ROOT = 0x10


def open_in_root(root: int, path: str, flags: int) -> int:
    """Open `path` as if the directory `root` were "/": absolute links and ".." stay below it, magic links are refused.

    Raises SyscallError. ELOOP: a magic link such as /proc/1/root. ENOENT, EACCES: as open(2).
    """
    how = ctypes.create_string_buffer(OPEN_HOW.pack(flags | os.O_CLOEXEC, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS))
    return invoke("openat2", root, path, how, OPEN_HOW.size)
