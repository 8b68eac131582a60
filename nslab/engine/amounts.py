"""Limits as a person writes them: `64m`, `0.2` of a processor, `max`."""

from __future__ import annotations

import re

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
