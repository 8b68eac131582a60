"""System V shared memory, as far as a secret in it goes: shmget(2), shmat(2)."""

from __future__ import annotations

import ctypes
import struct

from nslab.kernel.syscalls import LIBC, SyscallError, invoke

IPC_CREAT = 0o1000
SHM_RDONLY = 0o10000
NUMBER = struct.Struct("=q")
SEGMENT_BYTES = 4096
FAILED = ctypes.c_void_p(-1).value


def put_number(key: int, number: int) -> int:
    """A new segment under `key` that holds a number; its id. Raises SyscallError. See shmget(2)."""
    segment = invoke("shmget", key, SEGMENT_BYTES, IPC_CREAT | 0o666)
    address = attach(segment, 0)
    ctypes.memmove(address, NUMBER.pack(number), NUMBER.size)
    detach(address)
    return segment


def read_number(key: int) -> int:
    """The number in the segment under `key`. Raises SyscallError (ENOENT: this IPC namespace has no such key)."""
    address = attach(invoke("shmget", key, 0, 0), SHM_RDONLY)
    number: int = NUMBER.unpack(ctypes.string_at(address, NUMBER.size))[0]
    detach(address)
    return number


def attach(segment: int, flags: int) -> int:
    """Where the kernel has mapped the segment. Raises SyscallError. See shmat(2)."""
    shmat = LIBC.shmat
    shmat.restype = ctypes.c_void_p
    address = shmat(ctypes.c_int(segment), None, ctypes.c_int(flags))
    if address is None or address == FAILED:
        raise SyscallError("shmat", (segment, None, flags), ctypes.get_errno())
    return int(address)


def detach(address: int) -> None:
    """Unmap it again. Raises SyscallError."""
    if LIBC.shmdt(ctypes.c_void_p(address)) == -1:
        raise SyscallError("shmdt", (address,), ctypes.get_errno())
