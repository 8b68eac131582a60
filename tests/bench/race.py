"""Interleaved measuring: every contender once a round, in a new order each time, so that a busy minute hits all alike."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from statistics import median, quantiles

from msgspec import Struct


class Contender(Struct, frozen=True):
    """Something that takes time. `run` does it once and returns the seconds that count."""

    name: str
    run: Callable[[], float]


class Result(Struct, frozen=True):
    """One contender's times in seconds."""

    name: str
    times_s: tuple[float, ...]

    @property
    def median_ms(self) -> float:
        """The middle one, in milliseconds."""
        return median(self.times_s) * 1000

    @property
    def p95_ms(self) -> float:
        """What 95 of 100 stay below, in milliseconds."""
        return quantiles(self.times_s, n=20, method="inclusive")[-1] * 1000


def race(contenders: Sequence[Contender], rounds: int) -> tuple[Result, ...]:
    """Run all of them `rounds` times, after one round that only warms up."""
    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(rounds + 1):
        for contender in random.sample(contenders, len(contenders)):
            seconds = contender.run()
            if number:
                times[contender.name].append(seconds)
    return tuple(Result(name, tuple(measured)) for name, measured in times.items())


def table(title: str, results: Sequence[Result]) -> str:
    """Medians, and how many times the first one's each is."""
    first = results[0].median_ms
    width = max(len(result.name) for result in results)
    rows = [f"{title}\n  {'':{width}}  {'median':>9}  {'p95':>9}  {'ratio':>6}"]
    for result in results:
        ratio = result.median_ms / first
        rows.append(f"  {result.name:{width}}  {result.median_ms:6.2f} ms  {result.p95_ms:6.2f} ms  {ratio:5.2f}×")
    return "\n".join(rows)
