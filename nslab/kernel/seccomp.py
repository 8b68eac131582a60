"""Seccomp filters: classic BPF that answers some system calls with an errno. See seccomp(2), seccomp_filter.rst.

Building a filter is pure and done beforehand; installing it is one prctl(2). A program sees only the number and the raw
arguments of a call, so a rule can compare an argument's 32-bit words and never what a pointer leads to.
"""

from __future__ import annotations

import ctypes
import errno
import platform
from collections.abc import Iterable

from msgspec import Struct

from nslab.kernel.bpf import JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_SET, LOAD_WORD, RETURN, packed, program_header
from nslab.kernel.syscalls import invoke

PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2

RET_ERRNO = 0x0005_0000
RET_ALLOW = 0x7FFF_0000

OFFSET_NR, OFFSET_ARCH, OFFSET_ARGS = 0, 4, 16  # struct seccomp_data
X32_BIT = 0x4000_0000


class Machine(Struct, frozen=True):
    """An architecture as seccomp knows it: its AUDIT_ARCH value, and numbers of calls that differ between machines."""

    audit_arch: int
    numbers: dict[str, int]


# Calls numbered 424 and above are the same on both.
COMMON = {
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "fspick": 433,
    "clone3": 435,
    "mount_setattr": 442,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
}

MACHINES: dict[str, Machine] = {
    "x86_64": Machine(
        audit_arch=0xC000_003E,
        numbers=COMMON
        | {
            "ioctl": 16, "clone": 56, "mount": 165, "umount2": 166, "pivot_root": 155, "init_module": 175, "delete_module": 176,
            "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272, "perf_event_open": 298,
            "open_by_handle_at": 304, "setns": 308, "finit_module": 313, "kexec_file_load": 320, "bpf": 321, "userfaultfd": 323,
        },
    ),
    "aarch64": Machine(
        audit_arch=0xC000_00B7,
        numbers=COMMON
        | {
            "ioctl": 29, "umount2": 39, "mount": 40, "pivot_root": 41, "unshare": 97, "kexec_load": 104, "init_module": 105,
            "delete_module": 106, "add_key": 217, "request_key": 218, "keyctl": 219, "clone": 220, "perf_event_open": 241,
            "open_by_handle_at": 265, "setns": 268, "finit_module": 273, "bpf": 280, "userfaultfd": 282, "kexec_file_load": 294,
        },
    ),
}  # fmt: skip


class UnknownMachine(LookupError):
    """No table of system call numbers for this architecture, so no filter can be built."""


class Deny(Struct, frozen=True):
    """Answer `call` with `errno`; with `argument`, only where its low 32 bits equal `equals` or hold a bit of `mask`."""

    call: str
    errno: int = errno.EPERM
    argument: int | None = None
    equals: int | None = None
    mask: int | None = None


def build(rules: Iterable[Deny], machine: str | None = None) -> bytes:
    """A filter as bytes. Calls of another architecture's table, x32 among them, answer ENOSYS; all others are allowed.

    Raises UnknownMachine. The 64-bit argument's high word is not looked at: ioctl(2) itself ignores it, CVE-2019-10063.
    """
    name = machine or platform.machine()
    if name not in MACHINES:
        raise UnknownMachine(name)
    table = MACHINES[name]
    program = [(LOAD_WORD, 0, 0, OFFSET_ARCH), (JUMP_EQUAL, 1, 0, table.audit_arch), refuse(errno.ENOSYS)]
    program.append((LOAD_WORD, 0, 0, OFFSET_NR))
    if name == "x86_64":
        program += [(JUMP_GREATER_EQUAL, 0, 1, X32_BIT), refuse(errno.ENOSYS)]
    for rule in rules:
        program += instructions(rule, table.numbers[rule.call])
    program.append((RETURN, 0, 0, RET_ALLOW))
    return packed(program)


def instructions(rule: Deny, number: int) -> list[tuple[int, int, int, int]]:
    """One rule. The accumulator holds the call's number before and after."""
    if rule.argument is None:
        return [(JUMP_EQUAL, 0, 1, number), refuse(rule.errno)]
    jump, value = (JUMP_EQUAL, rule.equals) if rule.mask is None else (JUMP_SET, rule.mask)
    return [
        (JUMP_EQUAL, 0, 4, number),
        (LOAD_WORD, 0, 0, OFFSET_ARGS + 8 * rule.argument),
        (jump, 0, 1, value or 0),
        refuse(rule.errno),
        (LOAD_WORD, 0, 0, OFFSET_NR),
    ]


def refuse(number: int) -> tuple[int, int, int, int]:
    """The instruction that ends a filter with an errno."""
    return (RETURN, 0, 0, RET_ERRNO | number)


def install(program: bytes) -> int:
    """Put the filter on the calling thread, for good; its children inherit it.

    Raises SyscallError. EACCES: neither no_new_privs nor CAP_SYS_ADMIN.
    """
    held = ctypes.create_string_buffer(program, len(program))
    return invoke("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program_header(held), 0, 0)
