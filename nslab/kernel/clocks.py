"""The clocks that a person meets, see clock_gettime(2). A time namespace shifts the last two, and only those."""

from __future__ import annotations

import time
from enum import StrEnum


class Clock(StrEnum):
    """A clock; the value is how time_namespaces(7) and timens_offsets spell it."""

    REALTIME = "realtime"
    MONOTONIC = "monotonic"
    BOOTTIME = "boottime"

    @property
    def id(self) -> int:
        """The number that clock_gettime(2) takes."""
        return CLOCK_IDS[self]


CLOCK_IDS: dict[Clock, int] = {
    Clock.REALTIME: time.CLOCK_REALTIME,
    Clock.MONOTONIC: time.CLOCK_MONOTONIC,
    Clock.BOOTTIME: time.CLOCK_BOOTTIME,
}
