"""What is to be drawn, before it is: a band is a few curves on one scale, their limits, and what happened. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from msgspec import Struct

from nslab.observe.cgroup.causes import Cause
from nslab.observe.cgroup.history import Point
from nslab.tui.faces import BAD, TEXT, Face
from nslab.tui.graph.scale import ceiling

LEAST_ROWS = 2
FAR_TIMES = 20  # a limit so many times above all that was seen would press the curve flat: it is told, not drawn


class Fill(Enum):
    """What lies between a curve and the one below it."""

    NONE = auto()
    TINT = auto()
    HATCH = auto()


class Curve(Struct, frozen=True):
    """A value over time. Its label and its figure stand at its end."""

    label: str
    figure: str
    points: tuple[Point, ...]
    face: Face = TEXT
    fill: Fill = Fill.NONE


class Limit(Struct, frozen=True):
    """A limit over time, which may be turned: None where there is none."""

    label: str
    figure: str
    points: tuple[Point, ...]
    face: Face = BAD

    @property
    def now(self) -> float | None:
        """What it is at the end."""
        return self.points[-1].value if self.points else None


class Band(Struct, frozen=True):
    """`curves` of a stack come from the lowest up. `top` is the end of the scale, `says` how that is written.

    `shaded` is which part of each moment, 0 to 1, something was held up. A `title` tells groups side by side apart.
    """

    name: str
    curves: tuple[Curve, ...]
    limits: tuple[Limit, ...]
    causes: tuple[Cause, ...]
    top: float
    says: str
    shaded: tuple[Point, ...] = ()
    title: str = ""

    @property
    def rows(self) -> int:
        """The least height in which it means something: a limit needs a row of its own above what it holds."""
        return LEAST_ROWS + (1 if self.limits else 0)


def top_of(curves: Sequence[Curve], limits: Sequence[Limit], *, least: float, binary: bool = False) -> float:
    """The end of a scale for these: the highest limit where all stays below it, else a round number above all.

    `least` is the least that a scale without limits ends at.
    """
    highest = max((point.value or 0.0 for curve in curves for point in curve.points), default=0.0)
    lines = [point.value for limit in limits for point in limit.points if point.value is not None]
    near = [line for line in lines if line <= FAR_TIMES * max(highest, least / FAR_TIMES)]
    if near and max(near) >= highest:
        return max(*near, 1.0)
    return ceiling(highest, least=least, binary=binary)
