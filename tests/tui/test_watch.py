"""The thread of a screen: what it tells, and how it ends."""

from __future__ import annotations

import threading
import time

import pytest
from textual.message import Message

from nslab.tui.thread import Crashed, Tell
from nslab.tui.watch import Watch


class Ticking(Watch):
    """Says a message, again and again."""

    class Tick(Message):
        pass

    def __init__(self) -> None:
        super().__init__()
        self._over = threading.Event()

    def _ask_to_stop(self) -> None:
        self._over.set()

    def _watch(self, tell: Tell) -> None:
        while not self._over.wait(0.001):
            tell(self.Tick())


class Failing(Ticking):
    def _watch(self, tell: Tell) -> None:
        raise LookupError("no host")


def heard(watch: Watch) -> list[Message]:
    """What it says, from the first word until it is stopped."""
    said: list[Message] = []
    watch.start(said.append)
    deadline = time.monotonic() + 10
    while not said:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    watch.stop()
    return said


def test_nothing_is_said_once_it_is_stopped() -> None:
    said = heard(Ticking())
    count = len(said)
    time.sleep(0.02)
    assert len(said) == count
    assert "watch" not in {thread.name for thread in threading.enumerate()}


def test_a_mistake_in_the_thread_is_told_and_not_lost() -> None:
    (told,) = heard(Failing())
    assert isinstance(told, Crashed)
    with pytest.raises(LookupError, match="no host"):
        raise told.error


def test_one_that_never_began_can_be_stopped() -> None:
    Ticking().stop()
