"""The lab's thread without a screen: orders come in, messages go out, and somebody reads the terminals."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from textual.message import Message
from textual.message_pump import MessagePump

from nslab.course import player as states
from nslab.course.acts import open_play
from nslab.course.loader import Pack
from nslab.course.perform import Stuck
from nslab.course.play import Play
from nslab.course.player import Player
from nslab.course.replay import Progress
from nslab.course.syllabus import Syllabus
from nslab.engine.client import Lab
from nslab.engine.failures import LabError
from nslab.engine.recall import Recall
from nslab.tui.lesson.conductor import Conductor, OpenPlay
from nslab.tui.thread import Crashed
from tests.stage import lesson

TAKEN = Path(__file__).parent / "lessons" / "taken"
PATIENCE_S = 15.0


class Screen(MessagePump):
    """What a conductor talks to: it keeps what it is told, reads the terminals, and lets go of them when asked."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Message] = []
        self.masters: dict[str, int] = {}

    def post_message(self, message: Message) -> bool:
        match message:
            case Conductor.Reshelled(shell=shell):
                self.masters[shell.name] = shell.master
            case Conductor.Releasing(terminal=terminal, released=released):
                for name in [terminal] if terminal else [*self.masters]:
                    self.masters.pop(name, None)
                released.set()
        self.heard.append(message)
        return True

    def of(self, kind: type[Message]) -> list[Message]:
        return [message for message in self.heard if isinstance(message, kind)]

    @property
    def player(self) -> Player | None:
        return next((told.seen.player for told in reversed(self.heard) if isinstance(told, Conductor.Sampled)), None)

    def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, "did not come about"
            for master in select.select([*self.masters.values()], [], [], 0.02)[0]:
                with contextlib.suppress(OSError):  # EIO: its lab has ended, and its release is on the way
                    os.read(master, 65536)


class Opening:
    """Opens the lesson `pid`, but for the first so many times, when there is no lab to be had."""

    def __init__(self, refusals: int = 0) -> None:
        self._refusals = refusals
        self._open: OpenPlay = partial(open_play, lesson("pid"), (), None, {})

    def __call__(self, progress: Progress, recall: Recall) -> tuple[Play, Stuck | None]:
        if self._refusals:
            self._refusals -= 1
            raise LabError(why="no lab to be had")
        return self._open(progress, recall)


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def conducted(screen: Screen) -> Iterator[Callable[[OpenPlay], Conductor]]:
    """A conductor that has begun; in the end it leaves nothing behind."""
    begun: list[Conductor] = []

    def begin(opening: OpenPlay) -> Conductor:
        begun.append(Conductor(screen, opening, lambda player: None))
        begun[-1].start()
        return begun[-1]

    yield begin
    for conductor in begun:
        screen.masters.clear()
        conductor.stop()
    assert screen.of(Crashed) == []


def predict_and_show(conductor: Conductor, screen: Screen) -> None:
    """Answer the lesson's first question, and have its first command typed."""
    conductor.do(lambda play: play.tell(states.Predicted("one")))
    conductor.show_me()
    screen.until(lambda: screen.player and "compile" in screen.player.record.done)


def test_after_a_lab_that_could_not_be_made_a_new_one_is_typed_in_as_in_the_first(
    conducted: Callable[[Opening], Conductor], screen: Screen
) -> None:
    conductor = conducted(Opening(refusals=1))
    screen.until(lambda: screen.of(Conductor.Failed))
    conductor.reset()
    screen.until(lambda: screen.player)
    predict_and_show(conductor, screen)


def test_what_is_asked_while_there_is_no_lab_is_not_done_in_the_next_one(
    conducted: Callable[[Opening], Conductor], screen: Screen
) -> None:
    conductor = conducted(Opening(refusals=1))
    screen.until(lambda: screen.of(Conductor.Failed))
    conductor.do(lambda play: play.tell(states.Predicted("outer")))
    conductor.reset()
    screen.until(lambda: screen.player)
    assert screen.player is not None
    assert screen.player.record.prediction is None


def test_a_lab_reset_twice_in_a_row_is_typed_in_too(conducted: Callable[[Opening], Conductor], screen: Screen) -> None:
    conductor = conducted(Opening())
    screen.until(lambda: screen.player)
    first = set(screen.masters)
    conductor.reset()
    conductor.reset()
    screen.until(lambda: len(screen.of(Conductor.Reshelled)) == 3 * len(first))
    predict_and_show(conductor, screen)


def test_a_terminal_that_a_step_gives_to_a_container_is_let_go_of_first_and_then_shows_the_container(
    conducted: Callable[[OpenPlay], Conductor], screen: Screen
) -> None:
    """Its old master would be closed while the screen reads it, and the number be another file's soon."""
    pack = Syllabus().load(str(TAKEN))
    assert isinstance(pack, Pack), pack.faults
    conductor = conducted(partial(open_play, pack, (), None, {}))
    screen.until(lambda: screen.player)
    for _ in range(2):  # to the explanation, to the next step
        conductor.do(lambda play: play.tell(states.Onward()))
    screen.until(lambda: screen.player and screen.player.step.id == "container")
    screen.until(lambda: len(screen.of(Conductor.Reshelled)) == 3)
    released = next(told for told in screen.heard if isinstance(told, Conductor.Releasing))
    assert released.terminal == "box"
    os.write(screen.masters["box"], b"echo $$ >/tmp/number\r")
    play = conductor._play
    assert play is not None
    screen.until(lambda: play.world.text("/tmp/number", "box") == "1\n")


LEAVING_S = 2.0


def leave(conductor: Conductor) -> float:
    """How long it takes to be gone, in seconds."""
    began = time.monotonic()
    conductor.stop()
    return time.monotonic() - began


def test_a_lab_that_does_not_answer_is_left_at_once(conducted: Callable[[Opening], Conductor], screen: Screen) -> None:
    conductor = conducted(Opening())
    screen.until(lambda: screen.player)
    lab = conductor._play.session.lab if conductor._play else None
    assert lab is not None
    os.kill(lab.pid, signal.SIGSTOP)
    screen.until(lab._requests.asking.locked)  # a request that will wait for its answer, up to ANSWER_SECONDS
    assert leave(conductor) < LEAVING_S
    assert screen.of(Conductor.Failed) == []


def test_a_lab_that_does_not_come_up_is_left_at_once(
    conducted: Callable[[Opening], Conductor], screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    greeting = threading.Event()
    greet = Lab._greet

    def stopped(lab: Lab) -> None:
        os.kill(lab._keeper.pid, signal.SIGSTOP)
        greeting.set()
        greet(lab)

    monkeypatch.setattr(Lab, "_greet", stopped)
    monkeypatch.setattr("nslab.engine.client.END_SECONDS", 0.5)
    conductor = conducted(Opening())
    screen.until(greeting.is_set)
    assert leave(conductor) < LEAVING_S
    assert screen.of(Conductor.Failed) == []
