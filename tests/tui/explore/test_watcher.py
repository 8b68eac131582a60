"""The thread that reads the machine: how often, what for, and how it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import explored
import pytest
from textual.message import Message

from nslab.observe.explanation import Explanation
from nslab.observe.machine.rows import Machine
from nslab.tui.explore.watcher import LEAST_PAUSE_S, SHARE, Watcher, pause_s


class Heard:
    """What a screen would be told."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def until(self, kind: type[Message], count: int = 1) -> list[Message]:
        deadline = time.monotonic() + 10
        while len(found := [one for one in self.messages if isinstance(one, kind)]) < count:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        return found


class Still:
    """A machine that never changes; it remembers what it was asked."""

    def __init__(self) -> None:
        self.looks: list[bool] = []
        self.threads: set[str] = set()

    def look(self, *, thorough: bool) -> Machine:
        self.looks.append(thorough)
        self.threads.add(threading.current_thread().name)
        return explored.machine()

    def explain(self, pid: int) -> Explanation | None:
        self.threads.add(threading.current_thread().name)
        return None


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def watched(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> Callable[[Still], Watcher]:
    monkeypatch.setattr("nslab.tui.explore.watcher.LEAST_PAUSE_S", 0.01)
    return lambda still: Watcher(lambda: still)


def test_the_first_look_is_thorough_and_the_next_ones_are_not(
    heard: Heard, watched: Callable[[Still], Watcher]
) -> None:
    still = Still()
    watcher = watched(still)
    watcher.start(heard.messages.append)
    heard.until(Watcher.Seen, 3)
    watcher.stop()
    assert still.looks[:3] == [True, False, False]


def test_what_is_asked_for_is_explained_in_the_thread_that_looks(
    heard: Heard, watched: Callable[[Still], Watcher]
) -> None:
    still = Still()
    watcher = watched(still)
    watcher.start(heard.messages.append)
    watcher.explain("row", 7)
    (told,) = heard.until(Watcher.Explained)
    watcher.stop()
    assert isinstance(told, Watcher.Explained)
    assert (told.key, told.told) == ("row", None)
    assert still.threads == {"watch"}


def test_the_dearer_a_look_the_longer_the_pause_after_it() -> None:
    assert pause_s(0.0, LEAST_PAUSE_S) == LEAST_PAUSE_S
    assert pause_s(0.5, LEAST_PAUSE_S) == 0.5 / SHARE
