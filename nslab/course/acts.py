"""What a learner asks for that takes a while: *show me*, a new lab, a new shell, and the commands that a step's setup types."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from nslab.course.bench import SessionBench
from nslab.course.drive import Busy
from nslab.course.loader import Pack
from nslab.course.model import AllAttacked, Attacked, Doing, Made, Making, Run
from nslab.course.perform import Hands, Stuck, stuck_by
from nslab.course.play import Play, begins_at
from nslab.course.player import LabReset, Prepared, resume
from nslab.course.replay import Progress, behind, replay
from nslab.course.told import why
from nslab.engine.client import Told as Refusal
from nslab.engine.recall import Recall

Pause = Callable[[float], None]

SHELL_PATIENCE_S = 1.0
"""How long a learner who asked to be shown waits to hear that something has the terminal."""


def show_me(play: Play, pause: Pause) -> Stuck | None:
    """Do the task at hand, visibly. A question stays the learner's to answer. Returns what is in the way."""
    task = play.player.task
    return None if task is None else do_all(play, play.player.step.lines_for(task.id), pause)


def do_all(play: Play, lines: Iterable[Run | Doing], pause: Pause) -> Stuck | None:
    """Type commands and have things made, each once the one before has had its effect. Returns what is in the way."""
    player, bench = play.player, SessionBench(play.session, pause)
    hands = Hands(player.step, bench, player.frozen)
    for line in lines:
        if not isinstance(line, Making) and isinstance(busy := bench.driver.ready(line.in_, SHELL_PATIENCE_S), Busy):
            return stuck_by(line.run, busy)
        if stuck := hands.do(line):
            return stuck
    return None


def make(play: Play, part: Made) -> Stuck | None:
    """What a board asks for. Returns what is in the way; what the kernel refused is no hindrance: the board shows it."""
    if isinstance(part, Attacked | AllAttacked):
        play.session.boards.want(part)  # whoever plays on need not wait for it
        return None
    try:
        play.session.make(part)
    except Refusal as refusal:
        if not refusal.plan:
            return Stuck(part.name, why(refusal))
    return None


def interrupt(play: Play, terminal: str, pause: Pause) -> None:
    """Press Ctrl-C in a terminal, as the learner has agreed to."""
    driver = SessionBench(play.session, pause).driver
    driver.interrupt(terminal)
    driver.ready(terminal, within_s=1.0)


def type_setup(play: Play, pause: Pause) -> Stuck | None:
    """Type the commands of the step that has begun, and tell the player. Returns what is in the way."""
    if stuck := do_all(play, [part for part in play.player.step.setup if isinstance(part, Run)], pause):
        return stuck
    play.tell(Prepared())
    return None


def reset_lab(play: Play, progress: Progress) -> Stuck | None:
    """A new lab, in which what the player is built on is replayed. What was said stays. Raises LabError."""
    play.renew_lab()
    replayed = replay(play, *behind(play.player), progress)
    play.tell(LabReset(replayed.judged))
    return replayed.stuck


def open_play(
    pack: Pack,
    done: Collection[str],
    step: str | None,
    predictions: Mapping[str, str],
    progress: Progress,
    recall: Recall | None = None,
) -> tuple[Play, Stuck | None]:
    """A lesson in a lab of its own, at `step`, and what kept it from getting there. Raises LabError."""
    play = Play(pack, done, recall)
    try:
        stuck = resume_at(play, step, predictions, progress) if step is not None else None
        play.tick()
    except BaseException:
        play.close()
        raise
    return play, stuck


def resume_at(play: Play, step: str, predictions: Mapping[str, str], progress: Progress) -> Stuck | None:
    """Go to a step of a lesson that was begun before: the steps before it are replayed in the play's new lab."""
    ids = [known.id for known in play.player.steps]
    if step not in ids:
        return None
    at = ids.index(step)
    replayed = replay(play, begins_at(play.player.steps, at), at, progress)
    play.move_to(resume(play.player, step, predictions, replayed.judged))
    return replayed.stuck
