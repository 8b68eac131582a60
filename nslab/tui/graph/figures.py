"""Amounts as they are written beside graphs: three digits at most, and a unit; whole units where nothing would be lost."""

from __future__ import annotations

BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
STEP = 1024
US_PER_MS, US_PER_S = 1_000, 1_000_000


def size(amount: float) -> str:
    """Bytes: `31.4 MiB`, `64 MiB`."""
    power = 0
    while amount >= 999.5 and power < len(BINARY) - 1:
        amount /= STEP
        power += 1
    return f"{three(amount)} {BINARY[power]}"


def three(amount: float) -> str:
    """At most one digit after the point, none past a hundred."""
    if amount >= 99.95 or abs(amount - round(amount)) < 0.05:
        return str(round(amount))
    return f"{amount:.1f}"


def percent(amount: float) -> str:
    """Of one CPU, or of the time: whole percents, since no more is known."""
    return f"{round(amount)} %"


def speed(amount: float) -> str:
    """Bytes a second."""
    return f"{size(amount)}/s"


def duration(usec: float) -> str:
    """Microseconds: `180 ms`, `2.1 s`."""
    return f"{round(usec / US_PER_MS)} ms" if usec < US_PER_S else f"{three(usec / US_PER_S)} s"


def ago(seconds: float) -> str:
    """So long before now, as a time axis has it."""
    return f"\N{MINUS SIGN}{round(seconds)} s"
