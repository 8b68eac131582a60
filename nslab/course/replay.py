"""Steps that were done before, done again by their own solutions in a new lab: how a lesson is resumed, and a lab is reset."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from nslab.course.bench import SessionBench
from nslab.course.drive import Drain
from nslab.course.look import lasting
from nslab.course.model import Step
from nslab.course.perform import Over, Stuck, perform
from nslab.course.play import Play
from nslab.course.player import Judged, Player
from nslab.course.told import Reading

NOT_PLAYED = Judged(None, {})
"""Of a step that lies before a new lab: nothing of it is left there to be read."""

Progress = Callable[[int, int], None]
"""Told how many steps of how many are done, at every wait; what it raises ends the replay."""


class Replayed(Struct, frozen=True):
    """What each replayed step showed, and what stopped the replay, if anything did."""

    judged: dict[str, Judged]
    stuck: Stuck | None = None


def replay(play: Play, upto: int, progress: Progress) -> Replayed:
    """Perform the player's steps before index `upto` in the play's lab, which must be new; nobody reads its terminals.

    Begins at the last step before it that has a new lab anyway.
    """
    steps = play.player.steps
    first = begins_at(steps, upto)
    judged = {step.id: NOT_PLAYED for step in steps[:first]}
    frozen: dict[str, Reading] = {}
    done = 0
    drain = Drain([shell.master for shell in play.session.shells.values()])

    def pause(seconds: float) -> None:
        progress(done, upto - first)
        drain(seconds)

    bench = SessionBench(play.session, pause)
    for step in steps[first:upto]:
        progress(done, upto - first)
        for moment in perform(step, bench, frozen):
            if isinstance(moment, Stuck):
                return Replayed(judged, moment)
            if isinstance(moment, Over):
                judged[step.id] = moment.judged
                frozen |= lasting(moment.judged.values)
        done += 1
    return Replayed(judged)


def begins_at(steps: Sequence[Step], upto: int) -> int:
    """The last step, up to `upto`, that begins with a new lab."""
    return max((index for index in range(upto + 1) if steps[index].fresh), default=0)


def cost(player: Player) -> tuple[int, int]:
    """How many steps and commands a replay would take up to the step being played: told before a reset."""
    first = begins_at(player.steps, player.frontier)
    again = player.steps[first : player.frontier]
    return len(again), sum(len(step.solution) for step in again)
