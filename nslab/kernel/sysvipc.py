"""System V IPC: what /proc/sysvipc/{msg,sem,shm} say of the reader's IPC namespace. Format: proc_sysvipc(5)."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

KEY_BITS = 0xFFFF_FFFF


class Facility(StrEnum):
    """The three kinds of object; the value is the file's name in /proc/sysvipc."""

    MESSAGES = "msg"
    SEMAPHORES = "sem"
    MEMORY = "shm"


class SysvObject(Struct, frozen=True):
    """One queue, semaphore set, or memory segment. `messages` are those that wait in a queue; None for the other two."""

    key: int  # unsigned, as ipcs(1) writes it; the file has it signed
    id: int
    messages: int | None


def parse_objects(text: str) -> tuple[SysvObject, ...]:
    """The lines below the heading, which names the columns; the key comes first, the id second in all three files.

    Raises ValueError where this is no such file.
    """
    heading, *lines = text.splitlines() or [""]
    columns = heading.split()
    if columns[:1] != ["key"]:
        raise ValueError(f"no file of /proc/sysvipc: {heading!r}")
    waiting = columns.index("qnum") if "qnum" in columns else None
    rows = [[int(field) for field in line.split()] for line in lines]
    return tuple(SysvObject(row[0] & KEY_BITS, row[1], None if waiting is None else row[waiting]) for row in rows)
