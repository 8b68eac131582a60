"""Causes in words: what stands in the graph at the point where something happened. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from nslab.observe.cgroup.causes import SPELL_SECONDS, Cause, Happening
from nslab.tui.faces import BAD, BOLD, Face
from nslab.tui.graph.figures import duration, percent, size
from nslab.words import Words

BAND_OF = {
    Happening.THROTTLED: "cpu",
    Happening.KILLED: "memory",
    Happening.MET: "memory",
    Happening.HELD: "memory",
    Happening.REFUSED: "pids",
    Happening.FROZEN: "cpu",
    Happening.THAWED: "cpu",
}
"""Where each happening is told; a limit that was turned, in the band that its file begins with."""

_GRAVE = frozenset({Happening.KILLED, Happening.REFUSED})


class Said(Struct, frozen=True):
    """A cause's words: what happened, and beside it, where there is room, the proof."""

    what: str
    proof: str
    face: Face


def band_of(cause: Cause) -> str:
    """The name of the band in which a cause is told."""
    return cause.turn.file.partition(".")[0] if cause.turn is not None else BAND_OF[cause.happening]


def say(cause: Cause, beside: Sequence[Cause], words: Words) -> Said:
    """The words of a cause. `beside` are all of its group: how often memory.max was met before somebody was killed."""
    face = BAD if cause.happening in _GRAVE else BOLD
    amount, limit = cause.amount, cause.limit
    match cause.happening:
        case Happening.THROTTLED:
            some, all_ = cause.periods
            proof = words("graph.throttled-proof", some=some, all=all_)
            return Said(words("graph.throttled", time=duration(amount)), proof, face)
        case Happening.KILLED:
            met = _met(cause, beside)
            told = "graph.killed-at" if met and limit is not None else "graph.killed-elsewhere"
            what = words(told, count=amount, limit=size(limit or 0))
            return Said(f"✗ {what}", words("graph.met", times=met) if met else "", face)
        case Happening.MET:
            return Said(words("graph.met", times=amount), "", face)
        case Happening.HELD:
            return Said(words("graph.held", times=amount), "", face)
        case Happening.REFUSED:
            at = "" if limit is None else f" {limit}"
            return Said(f"✗ {words('graph.refused')}{at}", words("graph.refused-proof", times=amount), face)
        case Happening.TURNED:
            return Said(_turned(cause, words), "", face)
        case _:
            return Said(words(f"graph.{cause.happening.value}"), "", face)


def drawn(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """Those that get words of their own, the grave ones first: a limit that was met on the way to a kill is part of that."""
    killed = [cause for cause in causes if cause.happening is Happening.KILLED]

    def led_to_a_kill(cause: Cause) -> bool:
        met = cause.happening is Happening.MET
        return met and any(one.id == cause.id and _near(one, cause) for one in killed)

    kept = [cause for cause in causes if not led_to_a_kill(cause)]
    return tuple(sorted(kept, key=lambda cause: (cause.happening not in _GRAVE, -cause.at)))


def _near(one: Cause, other: Cause) -> bool:
    return one.at - SPELL_SECONDS <= other.until and other.at <= one.until + SPELL_SECONDS


def _met(killed: Cause, beside: Sequence[Cause]) -> int:
    """How often the group's own limit was met on the way to a kill; 0 where another group's was to blame."""
    return sum(
        cause.amount
        for cause in beside
        if cause.happening is Happening.MET and cause.id == killed.id and _near(killed, cause)
    )


_VALUES: Mapping[str, Callable[[int], str]] = {
    "cpu.max": lambda value: percent(value / 100),
    "memory.high": size,
    "memory.max": size,
}


def _turned(cause: Cause, words: Words) -> str:
    assert cause.turn is not None, "a limit was turned, so it has a value"
    file, value = cause.turn.file, cause.turn.value
    return f"{file} → {words('graph.no-limit') if value is None else _VALUES.get(file, str)(value)}"
