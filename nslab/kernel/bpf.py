"""Classic BPF programs, as seccomp(2) and packet sockets take them: see filter.rst, linux/filter.h."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterable

INSTRUCTION = struct.Struct("=HBBI")  # struct sock_filter: code, jump if true, jump if false, k
PROGRAM = struct.Struct("@HP")  # struct sock_fprog

LOAD_WORD = 0x20  # BPF_LD | BPF_W | BPF_ABS
LOAD_HALF = 0x28  # BPF_LD | BPF_H | BPF_ABS
LOAD_BYTE = 0x30  # BPF_LD | BPF_B | BPF_ABS
JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
JUMP_GREATER_EQUAL = 0x35  # BPF_JMP | BPF_JGE | BPF_K
JUMP_SET = 0x45  # BPF_JMP | BPF_JSET | BPF_K
RETURN = 0x06  # BPF_RET | BPF_K


def packed(lines: Iterable[tuple[int, int, int, int]]) -> bytes:
    """The program of these lines, each a code, two jumps, and a constant."""
    return b"".join(INSTRUCTION.pack(*line) for line in lines)


def program_header(held: ctypes.Array[ctypes.c_char]) -> bytes:
    """A struct sock_fprog for a program in memory, which must be held as long as the kernel may read it."""
    return PROGRAM.pack(len(held) // INSTRUCTION.size, ctypes.addressof(held))
