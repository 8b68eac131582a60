"""Where a value and a moment stand in a band of cells. A cell of braille is two dots wide and four high. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from msgspec import Struct

from nslab.observe.cgroup.history import Point

DOTS_ACROSS, DOTS_UP = 2, 4
NICE = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
NICE_BINARY = tuple(nice * 2.0**shift for shift in range(10) for nice in (1.0, 1.5))

Dot = tuple[int, int]
"""Dots from the left, and from the bottom."""
Run = tuple[Dot, ...]
"""Dots that a line joins."""


class Scale(Struct, frozen=True):
    """`width` by `height` cells, at least one each; times from `begin` to `end`, values from 0 to `top`, which is more than 0."""

    width: int
    height: int
    begin: float
    end: float
    top: float

    @property
    def dots(self) -> tuple[int, int]:
        """How many dots there are, across and up."""
        return self.width * DOTS_ACROSS, self.height * DOTS_UP

    def across(self, at: float) -> int:
        """The dot of a time; one before the beginning, or after the end, stands at the edge."""
        return _dot((at - self.begin) / (self.end - self.begin), self.dots[0])

    def up(self, value: float) -> int:
        """The dot of a value; one above the top stands at the top."""
        return _dot(value / self.top, self.dots[1])

    def column(self, at: float) -> int:
        """The cell of a time, from the left."""
        return self.across(at) // DOTS_ACROSS

    def row(self, value: float) -> int:
        """The cell of a value, from the top."""
        return self.height - 1 - self.up(value) // DOTS_UP

    def runs(self, points: Iterable[Point]) -> tuple[Run, ...]:
        """What is joined by lines: a gap, and a value that is missing, end a run. Points that share a dot are one."""
        runs: list[list[Dot]] = [[]]
        for point in points:
            if (point.apart or point.value is None) and runs[-1]:
                runs.append([])
            if point.value is None or point.at < self.begin:
                continue
            dot = self.across(point.at), self.up(point.value)
            if not runs[-1] or runs[-1][-1] != dot:
                runs[-1].append(dot)
        return tuple(tuple(run) for run in runs if run)

    def columns(self, points: Sequence[Point]) -> tuple[float | None, ...]:
        """For each column of cells the value that held there: of the last look in it, or of the one before; None in a gap."""
        held: list[float | None] = [None] * self.width
        before: Point | None = None
        for point in points:
            at = self.column(point.at)
            if point.value is not None and point.at >= self.begin:
                held[at] = point.value
                if before is not None and before.value is not None and not point.apart:
                    begin = self.column(before.at) + 1
                    held[begin:at] = [before.value] * (at - begin)
            before = point
        return tuple(held)


def _dot(part: float, dots: int) -> int:
    return min(max(round(part * (dots - 1)), 0), dots - 1)


def ceiling(value: float, *, least: float, binary: bool = False) -> float:
    """A round number not less than `value` and `least`, so that a scale changes seldom. Bytes are round in their own way."""
    base, steps = (1024.0, NICE_BINARY) if binary else (10.0, NICE)
    value = max(value, least)
    power = base ** math.floor(math.log(value, base))
    return next((step * power for step in steps if step * power >= value), base * power)


def spread(wanted: Sequence[int], height: int) -> tuple[int | None, ...]:
    """Rows for labels that would stand at `wanted`, one each, in the same order from top to bottom, as near as can be.

    The first ones matter most: where there is no room for all, the last get None.
    """
    kept = min(len(wanted), height)
    order = sorted(range(kept), key=lambda at: (wanted[at], at))
    rows = [0] * kept
    free = 0
    for at in order:
        rows[at] = max(min(wanted[at], height - 1), free)
        free = rows[at] + 1
    below = height
    for at in reversed(order):
        rows[at] = min(rows[at], below - 1)
        below = rows[at]
    return (*rows, *(None for _ in wanted[kept:]))
