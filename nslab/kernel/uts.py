"""The two names of a UTS namespace: by uname(2), of which os.uname leaves the second out, and sethostname(2)."""

from __future__ import annotations

import ctypes
import os

from msgspec import Struct

from nslab.kernel.syscalls import invoke

FIELD_BYTES = 65  # struct utsname of <sys/utsname.h>: sysname, nodename, release, version, machine, domainname
NODENAME, DOMAINNAME = 1, 5


class UtsNames(Struct, frozen=True):
    """What a UTS namespace holds: the host name, and the NIS domain name ("(none)" where none was set)."""

    nodename: str
    domainname: str


def names() -> UtsNames:
    """The names in the caller's UTS namespace. Raises SyscallError."""
    buffer = ctypes.create_string_buffer(6 * FIELD_BYTES)
    invoke("uname", buffer)
    return UtsNames(_field(buffer.raw, NODENAME), _field(buffer.raw, DOMAINNAME))


def sethostname(name: str) -> int:
    """Rename the caller's UTS namespace. Raises SyscallError. EPERM: no CAP_SYS_ADMIN over it. EINVAL: over 64 bytes."""
    return invoke("sethostname", name, len(os.fsencode(name)))


def _field(raw: bytes, index: int) -> str:
    start = index * FIELD_BYTES
    return raw[start : start + FIELD_BYTES].partition(b"\0")[0].decode(errors="replace")
