"""How long processes waited for want of something: accounting/psi.rst, and the *.pressure files of cgroup-v2.rst.

They need no controller. Where the kernel keeps no such account (psi=0), reading one is EOPNOTSUPP.
"""

from __future__ import annotations

import re

from msgspec import Struct

from nslab.kernel.cgroup2.formats import MalformedCgroup, known, known_number, nested_keyed

_PERCENT = re.compile(rb"\d+\.\d+")


class Stall(Struct, frozen=True):
    """A line: averages in percent of the last 10, 60, and 300 seconds, which lag; the total in microseconds, which does not."""

    avg10: float
    avg60: float
    avg300: float
    total_usec: int


class Pressure(Struct, frozen=True):
    """`some`: at least one process waited; `full`: all that had something to do. For the CPU `full` is None before Linux 5.13."""

    some: Stall
    full: Stall | None


def parse_pressure(content: bytes) -> Pressure:
    """cpu.pressure, memory.pressure, io.pressure. Raises MalformedCgroup."""
    lines = nested_keyed(content)
    if b"some" not in lines:
        raise MalformedCgroup(f"pressure: {content!r}")
    return Pressure(_stall(lines[b"some"]), _stall(lines[b"full"]) if b"full" in lines else None)


def _stall(fields: dict[bytes, bytes]) -> Stall:
    avg10, avg60, avg300 = (_percent(known(fields, key)) for key in (b"avg10", b"avg60", b"avg300"))
    return Stall(avg10, avg60, avg300, known_number(fields, b"total"))


def _percent(text: bytes) -> float:
    if not _PERCENT.fullmatch(text):
        raise MalformedCgroup(f"no percentage: {text!r}")
    return float(text)
