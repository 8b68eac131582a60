"""The interpreter that the keeper runs on, and the lab with it: what /proc/1/exe leads to.

That link leads past every mount of the lab to the file itself. Its contents are safe, for a program that runs can't be written
(ETXTBSY, CVE-2019-5736), but where the file belongs to the user, as uv's and pyenv's do, the lab's root, who is that user, may
change its mode and times: `chmod 0 /proc/1/exe` in the lab would break the user's Python. Then the keeper runs on a copy.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import sys
from collections.abc import Iterator

from nslab.kernel.memfd import program_file

SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


@contextlib.contextmanager
def harmless() -> Iterator[str]:
    """The path of an interpreter that the lab's root can't change, good while the context lasts.

    Where this machine forbids programs in memory (vm.memfd_noexec = 2), it is the user's own. Raises OSError.
    """
    found = os.stat(sys.executable)
    if os.geteuid() == 0 or found.st_uid != os.geteuid():
        yield sys.executable
        return
    try:
        copy = program_file("nslab-python")
    except PermissionError:
        yield sys.executable
        return
    try:
        fill(copy, sys.executable, found.st_size)
        yield f"/proc/{os.getpid()}/fd/{copy}"  # by our own number: the child need not inherit the descriptor
    finally:
        os.close(copy)


def fill(copy: int, path: str, size: int) -> None:
    """Copy a file and seal the copy against any change. Raises OSError (EIO: the file is shorter than `size`)."""
    source = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while size > 0 and (moved := os.sendfile(copy, source, None, size)):
            size -= moved
    finally:
        os.close(source)
    if size > 0:  # an interpreter that lacks its end would fail later, and strangely
        raise OSError(errno.EIO, os.strerror(errno.EIO), path)
    fcntl.fcntl(copy, fcntl.F_ADD_SEALS, SEALS)
