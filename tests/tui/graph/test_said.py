"""Causes in words, and which of them get words."""

from __future__ import annotations

from msgspec.structs import replace

from nslab.observe.cgroup.causes import Cause, Happening, Turn
from nslab.tui.faces import BAD, BOLD
from nslab.tui.graph.said import band_of, drawn, say
from nslab.words import Words

MIB = 1024 * 1024
KILLED = Cause(Happening.KILLED, "box", 7, 10.0, 10.0, 1, 32 * MIB)
MET = Cause(Happening.MET, "box", 7, 9.5, 10.0, 36, 32 * MIB)
THROTTLED = Cause(Happening.THROTTLED, "box", 7, 3.0, 4.0, 180_000, periods=(8, 10))
REFUSED = Cause(Happening.REFUSED, "box", 7, 5.0, 6.0, 36, 20)
TURNED = Cause(Happening.TURNED, "box", 7, 5.0, 5.0, turn=Turn("cpu.max", 2000))


def said(cause: Cause, words: Words, *beside: Cause) -> tuple[str, str]:
    found = say(cause, beside, words)
    return found.what, found.proof


def test_each_says_what_happened_with_its_numbers(en: Words) -> None:
    assert said(KILLED, en, MET) == ("✗ OOM: killed 1 at memory.max 32 MiB", "memory.max met 36×")
    assert said(THROTTLED, en) == ("throttled 180 ms", "in 8 of 10 periods")
    assert said(REFUSED, en) == ("✗ fork refused: pids.max 20", "36×")
    assert said(TURNED, en) == ("cpu.max → 20 %", "")


def test_a_kill_is_put_down_to_the_groups_limit_only_where_that_was_met(en: Words) -> None:
    elsewhere = "✗ OOM: killed 1 for another group's limit", ""
    assert said(KILLED, en) == elsewhere
    assert said(KILLED, en, replace(MET, id=8)) == elsewhere
    assert said(replace(KILLED, limit=None), en, MET)[0] == elsewhere[0]


def test_every_happening_has_words_in_both_languages(words: Words) -> None:
    for happening in Happening:
        turn = Turn("memory.max", None) if happening is Happening.TURNED else None
        found = say(Cause(happening, "box", 7, 1.0, 1.0, 3, 4096, turn=turn), (), words)
        assert found.what
        assert band_of(Cause(happening, "box", 7, 1.0, 1.0, turn=turn)) in ("cpu", "memory", "pids")


def test_a_limit_that_was_met_on_the_way_to_a_kill_is_told_with_the_kill(en: Words) -> None:
    assert drawn((MET, KILLED)) == (KILLED,)
    earlier = replace(MET, at=1.0, until=2.0)
    assert drawn((earlier, KILLED)) == (KILLED, earlier)
    assert said(KILLED, en, earlier) == ("✗ OOM: killed 1 for another group's limit", "")
    assert drawn((replace(MET, id=8), KILLED)) == (KILLED, replace(MET, id=8))


def test_the_grave_ones_come_first_then_the_latest() -> None:
    assert drawn((THROTTLED, TURNED, REFUSED)) == (REFUSED, TURNED, THROTTLED)
    assert say(REFUSED, (), _no_words()).face == BAD
    assert say(TURNED, (), _no_words()).face == BOLD


def _no_words() -> Words:
    from tests.stage import screen_words

    return screen_words("en")
