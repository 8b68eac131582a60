"""The one thread that works with the lab while a lesson is on screen: it looks, checks, types, and posts what it saw.

Everything that touches the lab goes through its queue, so nothing there needs a lock and the event loop never waits. The screen
gets frozen values only: `Sampled` four times a second and after every act, `Failed` when the lab can't be had.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from msgspec import Struct
from textual.message import Message
from textual.message_pump import MessagePump

from nslab.course.play import Play
from nslab.course.session import Shell
from nslab.course.snapshot import Snapshot, snapshot
from nslab.errors import NslabError

TICK_S = 0.25

Act = Callable[[Play], None]


class Replaying(Struct, frozen=True):
    """Steps are being played again in a new lab: `done` of `steps`."""

    done: int
    steps: int


class Conductor:
    """Plays one lesson in a thread of its own. `open_play` makes the lab, and may take a moment."""

    class Sampled(Message):
        """The lesson at a moment."""

        def __init__(self, seen: Snapshot) -> None:
            super().__init__()
            self.seen = seen

    class Failed(Message):
        """The lab could not do what was asked. `lost`: there is no lab any more, or never was one."""

        def __init__(self, error: NslabError, *, lost: bool) -> None:
            super().__init__()
            self.error = error
            self.lost = lost

    class Busy(Message):
        """The conductor is at something that takes a while; None: it no longer is."""

        def __init__(self, doing: Replaying | str | None) -> None:
            super().__init__()
            self.doing = doing

    class Reshelled(Message):
        """A terminal has a new shell: its master is to be attached."""

        def __init__(self, shell: Shell, *, clear: bool) -> None:
            super().__init__()
            self.shell = shell
            self.clear = clear

    def __init__(self, screen: MessagePump, open_play: Callable[[], Play]) -> None:
        self._screen = screen
        self._open_play = open_play
        self._acts: queue.SimpleQueue[Act | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="conductor", daemon=True)
        self.stopping = threading.Event()

    def start(self) -> None:
        """Begin; the first message is `Reshelled` for each terminal, then `Sampled`."""
        self._thread.start()

    def do(self, act: Act) -> None:
        """Have something done with the lesson, after what was asked before."""
        self._acts.put(act)

    def stop(self) -> None:
        """End the lab. Returns when it is gone."""
        self.stopping.set()
        self._acts.put(None)
        self._thread.join()

    def post(self, message: Message) -> None:
        """Tell the screen; safe from this thread."""
        self._screen.post_message(message)

    def _live(self) -> None:
        try:
            play = self._open_play()
        except NslabError as error:
            self.post(self.Failed(error, lost=True))
            return
        try:
            self.offer_shells(play)
            self._serve(play)
        finally:
            play.close()

    def offer_shells(self, play: Play, *, clear: bool = False) -> None:
        """Give the screen every terminal's master."""
        for shell in play.session.shells.values():
            self.post(self.Reshelled(shell, clear=clear))

    def _serve(self, play: Play) -> None:
        """Acts as they come, and a look four times a second."""
        due = time.monotonic()
        while True:
            try:
                act = self._acts.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                act = None if self.stopping.is_set() else Play.tick
                due = time.monotonic() + TICK_S
            if act is None:
                return
            self._perform(act, play)

    def _perform(self, act: Act, play: Play) -> None:
        try:
            act(play)
        except NslabError as error:
            self.post(self.Failed(error, lost=not play.session.world.seen.host_alive))
        self.post(self.Sampled(snapshot(play)))
