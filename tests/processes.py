"""What tests ask of processes that may end just then, which is no error: there is nothing to read any more."""

from __future__ import annotations

from pathlib import Path


def children(pid: int) -> list[int]:
    """See proc(5), /proc/pid/task/tid/children."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def descendants(pid: int) -> list[int]:
    """The nearest first."""
    found = children(pid)
    return [*found, *(inner for child in found for inner in descendants(child))]


def command_line(pid: int) -> bytes:
    """A NUL behind each argument."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def comm(pid: int) -> str:
    """The name of its program."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().removesuffix("\n")
    except OSError:
        return ""
