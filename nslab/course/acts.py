"""What a learner asks for that takes a while: *show me*, a new lab, a new shell, and the commands that a step's setup types."""

from __future__ import annotations

from collections.abc import Callable

from nslab.course.bench import SessionBench
from nslab.course.model import Run
from nslab.course.perform import Hands, Stuck, lines_for
from nslab.course.play import Play
from nslab.course.player import LabReset, Prepared, resume
from nslab.course.replay import Progress, replay

Pause = Callable[[float], None]


def show_me(play: Play, pause: Pause) -> Stuck | None:
    """Type what does the task at hand, visibly. A question stays the learner's to answer. Returns what is in the way."""
    player = play.player
    task = player.task
    if task is None:
        return None
    hands = Hands(player.step, SessionBench(play.session, pause), player.frozen)
    for line in lines_for(player.step, task.id):
        if stuck := hands.type(line):
            return stuck
    return None


def interrupt(play: Play, terminal: str, pause: Pause) -> None:
    """Press Ctrl-C in a terminal, as the learner has agreed to."""
    driver = SessionBench(play.session, pause).driver
    driver.interrupt(terminal)
    driver.ready(terminal, within_s=1.0)


def type_setup(play: Play, pause: Pause) -> Stuck | None:
    """Type the commands of the step that has begun, and tell the player. Returns what is in the way."""
    player = play.player
    hands = Hands(player.step, SessionBench(play.session, pause), player.frozen)
    for part in player.step.setup:
        if isinstance(part, Run) and (stuck := hands.type(part)):
            return stuck
    play.tell(Prepared())
    return None


def reset_lab(play: Play, progress: Progress) -> Stuck | None:
    """A new lab, in which the steps before the one being played are replayed. What was said stays. Raises LabError."""
    play.renew_lab()
    replayed = replay(play, play.player.frontier, progress)
    play.tell(LabReset(replayed.judged))
    return replayed.stuck


def resume_at(play: Play, step: str, predictions: dict[str, str], progress: Progress) -> Stuck | None:
    """Go to a step of a lesson that was begun before: the steps before it are replayed in the play's new lab."""
    ids = [known.id for known in play.player.steps]
    if step not in ids:
        return None
    replayed = replay(play, ids.index(step), progress)
    play.move_to(resume(play.player, step, predictions, replayed.judged))
    return replayed.stuck
