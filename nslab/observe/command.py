"""How a process is called on screen: by the name the kernel has, with the arguments if they are its own."""

from __future__ import annotations

from collections.abc import Sequence

_COMM_MAX = 15  # TASK_COMM_LEN less the NUL, linux/sched.h


def command_line(comm: str, cmdline: Sequence[str]) -> str:
    """`sleep 100` for `/bin/sleep 100`; `lab` for a Python that called itself lab by prctl(PR_SET_NAME).

    The kernel's name leads, as it is what pstree and top show. The arguments follow if they begin with that name; else
    they tell of an interpreter, or of a program that another one pretends to be.
    """
    if not cmdline or _program(cmdline[0])[:_COMM_MAX] != comm[:_COMM_MAX]:
        return printable(comm)
    return printable(" ".join((_program(cmdline[0]), *cmdline[1:])))


def _program(argument: str) -> str:
    """The file's name; a login shell's leading dash is no part of it."""
    return argument.removeprefix("-").rpartition("/")[2]


def printable(text: str) -> str:
    """What a process called itself, made safe to draw: control characters and bytes that are no UTF-8 as escapes."""
    return text if text.isprintable() else "".join(map(_printable_character, text))


def _printable_character(character: str) -> str:
    if character.isprintable():
        return character
    if "\udc80" <= character <= "\udcff":  # a byte kept by surrogateescape
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()
