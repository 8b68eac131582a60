"""How a process is called on screen: by the name the kernel has, with the arguments if they are its own."""

from __future__ import annotations

from collections.abc import Sequence

from nslab.words import printable

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
