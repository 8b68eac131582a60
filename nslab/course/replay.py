"""Steps that were done before, done again by their own solutions in a new lab: how a lesson is resumed, and a lab is reset."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from nslab.course.bench import SessionBench, drain
from nslab.course.drive import Driver
from nslab.course.look import lasting
from nslab.course.perform import Over, Stuck, perform
from nslab.course.play import Play, begins_at
from nslab.course.player import Judged, Player
from nslab.course.told import Reading

NOT_PLAYED = Judged(None, {})
"""Of a step that lies before a new lab: nothing of it is left there to be read."""

SETTLED_S = 1.0
"""How long a terminal's shell is waited for at the end. A program that a step leaves there keeps it for longer."""

Progress = Callable[[int, int], None]
"""Told how many steps of how many are done, at every wait; what it raises ends the replay."""


class Replayed(Struct, frozen=True):
    """What each replayed step showed, and what stopped the replay, if anything did."""

    judged: dict[str, Judged]
    stuck: Stuck | None = None


def replay(play: Play, first: int, upto: int, progress: Progress) -> Replayed:
    """Perform the player's steps from index `first` to before `upto` in the play's lab, which must be new.

    Nobody else may read its terminals meanwhile.
    """
    steps, done = play.player.steps, 0

    def pause(seconds: float) -> None:
        progress(done, upto - first)
        drain(play.session, seconds)

    play.lab_from = first
    judged = {step.id: NOT_PLAYED for step in steps[:first]}
    frozen: dict[str, Reading] = {}
    bench = SessionBench(play.session, pause)
    for done, step in enumerate(steps[first:upto]):
        progress(done, upto - first)
        play.furnished.add(step.id)
        for moment in perform(step, bench, frozen, play.names_told(step.id)):
            if isinstance(moment, Stuck):
                return Replayed(judged, moment)
            if isinstance(moment, Over):
                judged[step.id] = moment.judged
                frozen |= lasting(moment.judged.values)
    settle(bench.driver)
    return Replayed(judged)


def settle(driver: Driver) -> None:
    """Wait until shells ask for the next command: the last one had its effect earlier, and the prompt is part of the screen."""
    for terminal in driver.masters:
        driver.ready(terminal, SETTLED_S)


def behind(player: Player) -> tuple[int, int]:
    """The steps to replay in a new lab, from the first to before the last: what the step being played is built on.

    That step too once it has passed: the next one is built on it.
    """
    return begins_at(player.steps, player.frontier), player.frontier + player.records[player.frontier].passed


def cost(player: Player) -> tuple[int, int]:
    """How many steps and commands a replay would take up to where the player is: told before a reset."""
    first, upto = behind(player)
    again = player.steps[first:upto]
    return len(again), sum(len(step.solution) for step in again)
