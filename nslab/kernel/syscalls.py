"""The one door into libc: every system call that nslab makes by itself goes through `invoke`.

ctypes rather than a C extension keeps the wheel pure Python. Calls that glibc 2.36 does not wrap are made by number; those
numbers (424 and above) are the same on every architecture but alpha, see Documentation/process/adding-syscalls.rst.
"""

from __future__ import annotations

import ctypes
import errno as errnos
import os
import signal

from nslab.errors import Because

LIBC = ctypes.CDLL(None, use_errno=True)

NUMBERS: dict[str, int] = {
    "pidfd_send_signal": 424,
    "fsopen": 430,
    "pidfd_open": 434,
    "clone3": 435,
    "close_range": 436,
    "openat2": 437,
    "mount_setattr": 442,
}

# strerror misleads for these: the kernel reuses an errno for something its text does not say.
NAMESPACE_LIMIT = Because("error.meaning.namespace-limit")
FORBIDDEN = Because("error.meaning.namespaces-forbidden")
MEANING: dict[tuple[str, int], Because] = {
    ("clone3", errnos.ENOSPC): NAMESPACE_LIMIT,
    ("unshare", errnos.ENOSPC): NAMESPACE_LIMIT,
    ("clone3", errnos.EPERM): FORBIDDEN,
    ("unshare", errnos.EPERM): FORBIDDEN,
    ("mount", errnos.ENOSPC): Because("error.meaning.mount-limit"),
    ("mount", errnos.EBUSY): Because("error.meaning.mount-busy"),
    ("clone3", errnos.EAGAIN): Because("error.meaning.process-limit"),
    ("clone3", errnos.ENOMEM): Because("error.meaning.init-gone"),
}

Argument = int | str | bytes | None | ctypes.Array[ctypes.c_char]


class SyscallError(OSError):
    """A system call that the kernel refused; an OSError that also keeps the call as it was made."""

    def __init__(self, name: str, args: tuple[Argument, ...], number: int) -> None:
        super().__init__(number, os.strerror(number))
        self.name = name
        self.call_args = args

    @property
    def call(self) -> str:
        """The call as it was made."""
        shown = ", ".join("NULL" if value is None else str(value) for value in self.call_args)
        return f"{self.name}({shown})"

    @property
    def meaning(self) -> str | Because:
        """What the errno means for this call."""
        return meaning(self.name, self.errno or 0)

    def __str__(self) -> str:
        return f"{self.call} = {errno_name(self.errno or 0)}: {self.meaning}"


def invoke(name: str, *args: Argument) -> int:
    """Make one system call and return what it returned, which is never negative.

    Strings are encoded as file names are, integers passed as C longs. Raises SyscallError, holding the call as made; EINVAL for
    a string with a NUL, of which C would take the part before it for the whole.
    """
    if any(isinstance(value, str) and "\0" in value for value in args):
        raise SyscallError(name, args, errnos.EINVAL)
    values = [convert(value) for value in args]
    number = NUMBERS.get(name)
    result = getattr(LIBC, name)(*values) if number is None else LIBC.syscall(ctypes.c_long(number), *values)
    if result == -1:
        raise SyscallError(name, args, ctypes.get_errno())
    return int(result)


def convert(value: Argument) -> object:
    """The C value for an argument. Integers become longs, or varargs would pass 32 bits of them."""
    if isinstance(value, int):
        return ctypes.c_long(value)
    return os.fsencode(value) if isinstance(value, str) else value


def resolve(*names: str) -> None:
    """Look libc symbols up now. In a child the first use of each would cost a tenth of a millisecond."""
    for name in names:
        if name not in NUMBERS:
            getattr(LIBC, name)


def errno_name(number: int) -> str:
    """EPERM for 1, and so on; the number itself for one that this Python does not know."""
    return errnos.errorcode.get(number, str(number))


def meaning(name: str, number: int) -> str | Because:
    """What an errno means for a call: strerror(3)'s text, or a reason with words of our own where that misleads."""
    return MEANING.get((name, number)) or os.strerror(number)


def signal_name(number: int) -> str:
    """SIGKILL for 9, and so on."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
