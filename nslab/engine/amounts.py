"""Limits as a person writes them, `64m`, `0.2` of a processor, `max`; and the one table of their names."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from nslab.kernel.cgroup2.cpu import CpuMax
from nslab.kernel.cgroup2.formats import Limit

MAX = "max"
AMOUNT = re.compile(r"(?P<number>[0-9]+)(?P<unit>[kmgtKMGT]?)")
UNITS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}
PROCESSORS = re.compile(r"[0-9]+(\.[0-9]+)?|\.[0-9]+")
MOST_PROCESSORS = 1 << 16  # a float of 400 digits is infinite; Linux has 8192 at most, CONFIG_NR_CPUS
PERIOD_USEC = 100_000  # the kernel's own, and docker's


class BadLimit(ValueError):
    """An amount that nobody could write like that."""


def amount(text: str) -> Limit:
    """`64m`, `1g`, `4096`, or `max`: bytes, by powers of 1024. Raises BadLimit."""
    if text == MAX:
        return "max"
    if not (told := AMOUNT.fullmatch(text)):
        raise BadLimit(text)
    return int(told["number"]) << UNITS[told["unit"].lower()]


def count(text: str) -> Limit:
    """A number, or `max`. Raises BadLimit."""
    return "max" if text == MAX else number(text)


def number(text: str) -> int:
    """A number. Raises BadLimit."""
    if not text.isascii() or not text.isdigit():
        raise BadLimit(text)
    return int(text)


def cpu_max(text: str) -> CpuMax:
    """`0.2` of a processor's time, or of several, or `max`. Raises BadLimit, also for more than any machine has."""
    if text == MAX:
        return CpuMax(None, PERIOD_USEC)
    if not PROCESSORS.fullmatch(text) or float(text) > MOST_PROCESSORS:
        raise BadLimit(text)
    return CpuMax(round(float(text) * PERIOD_USEC), PERIOD_USEC)


class Option(Struct, frozen=True):
    """A limit by its name on a command line, its field of Resources, the file that it is written to, and how its value is read."""

    name: str
    field: str
    file: str
    parse: Callable[[str], object]

    @property
    def key(self) -> str:
        """The name where there can be no hyphen: in a lesson's file, and among the arguments that were read."""
        return self.name.replace("-", "_")


OPTIONS = (
    Option("memory", "memory_max", "memory.max", amount),
    Option("memory-high", "memory_high", "memory.high", amount),
    Option("swap", "swap_max", "memory.swap.max", amount),
    Option("cpus", "cpu_max", "cpu.max", cpu_max),
    Option("cpu-weight", "cpu_weight", "cpu.weight", number),
    Option("cpuset", "cpuset_cpus", "cpuset.cpus", str),
    Option("pids", "pids_max", "pids.max", count),
)
"""All but those of a disk, which are several for each."""
