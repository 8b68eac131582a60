"""The one thread that works with the lab while a lesson is on screen: it looks, checks, types, and posts what it saw.

Everything that touches the lab goes through its queue, so nothing there needs a lock and the event loop never waits. The screen
gets frozen values only: `Sampled` when a look (four times a second, and after every act) sees something new, `Failed` when the
lab can't do what was asked.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from textual.message import Message
from textual.message_pump import MessagePump

from nslab.course import acts
from nslab.course.perform import Stuck
from nslab.course.play import Play
from nslab.course.player import Player
from nslab.course.session import Shell
from nslab.course.snapshot import Snapshot, snapshot, unchanged
from nslab.errors import NslabError

TICK_S = 0.25

Act = Callable[[Play], object]
OpenPlay = Callable[[Callable[[int, int], None]], Play]
"""Make the lab and go to the step where the lesson goes on; told how many steps of how many are replayed."""


class Stopped(Exception):
    """The screen is closing while the driver waits for something."""


class Conductor:
    """Plays one lesson in a thread of its own; `moved` is told of each new state of the player, in that thread."""

    class Sampled(Message):
        """The lesson at a moment."""

        def __init__(self, seen: Snapshot) -> None:
            super().__init__()
            self.seen = seen

    class Failed(Message):
        """The lab could not do what was asked. `lost`: there is none any more, or never was one."""

        def __init__(self, error: NslabError, *, lost: bool) -> None:
            super().__init__()
            self.error = error
            self.lost = lost

    class Hindered(Message):
        """A command could not be typed, or had no effect; None: nothing is in the way any more."""

        def __init__(self, stuck: Stuck | None) -> None:
            super().__init__()
            self.stuck = stuck

    class Preparing(Message):
        """Steps are being replayed in a new lab: `done` of `steps`."""

        def __init__(self, done: int, steps: int) -> None:
            super().__init__()
            self.done = done
            self.steps = steps

    class Reshelled(Message):
        """A terminal has a new shell, whose master is to be attached."""

        def __init__(self, shell: Shell) -> None:
            super().__init__()
            self.shell = shell

    def __init__(self, screen: MessagePump, open_play: OpenPlay, moved: Callable[[Player], None]) -> None:
        self._screen, self._open_play, self._moved = screen, open_play, moved
        self._acts: queue.SimpleQueue[Act | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="conductor", daemon=True)
        self._stopping = threading.Event()
        self._play: Play | None = None
        self._sampled_at = 0.0
        self._last: Snapshot | None = None

    def start(self) -> None:
        """Begin: `Preparing` if steps are replayed, `Reshelled` for each terminal, then `Sampled`; or `Failed`."""
        self._thread.start()

    def do(self, act: Act) -> None:
        """Have something done with the lesson, after what was asked before."""
        self._acts.put(act)

    def stop(self) -> None:
        """End the lab. Returns when it is gone."""
        self._stopping.set()
        self._acts.put(None)
        self._thread.join()

    def show_me(self) -> None:
        """Type what does the task at hand."""
        self.do(lambda play: self._hinder(acts.show_me(play, self._pause)))

    def interrupt(self, terminal: str) -> None:
        """Press Ctrl-C in a terminal, then go on with what it was in the way of."""

        def act(play: Play) -> None:
            acts.interrupt(play, terminal, self._pause)
            self._hinder(acts.show_me(play, self._pause))

        self.do(act)

    def reset(self) -> None:
        """A new lab. The screen must have let go of the terminals before it asks."""

        def act(play: Play) -> None:
            stuck = acts.reset_lab(play, self._progress)
            self._offer_shells(play)
            self._hinder(stuck)

        self.do(act)

    def open_shell(self, terminal: str) -> None:
        """Another shell for a terminal whose shell has ended."""
        self.do(lambda play: self._post(self.Reshelled(play.session.open_shell(terminal))))

    def _live(self) -> None:
        try:
            play = self._open_play(self._progress)
        except NslabError as error:
            self._post(self.Failed(error, lost=True))
            return
        except Stopped:
            return
        try:
            self._offer_shells(play)
            self._serve(play)
        except Stopped:
            pass  # what was being typed stays half typed, in a lab that ends now
        finally:
            play.close()

    def _serve(self, play: Play) -> None:
        """Acts as they come, and a look four times a second."""
        self._play, due = play, time.monotonic()
        while not self._stopping.is_set():
            try:
                act = self._acts.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                act, due = look_only, time.monotonic() + TICK_S
            if act is None:
                return
            self._perform(act, play)

    def _perform(self, act: Act, play: Play) -> None:
        before = play.player
        try:
            act(play)
            play.tick()
            if play.player.to_begin:
                self._hinder(acts.type_setup(play, self._pause))
                play.tick()
        except NslabError as error:
            self._post(self.Failed(error, lost=not play.session.world.seen.host_alive))
        if play.player is not before:
            self._moved(play.player)
        self._sample(play)

    def _sample(self, play: Play) -> None:
        """Post the moment, if it looks different from the last: a lab at rest costs the screen nothing."""
        self._sampled_at, seen = time.monotonic(), snapshot(play)
        if self._last is None or not unchanged(seen, self._last):
            self._last = seen
            self._post(self.Sampled(seen))

    def _pause(self, seconds: float) -> None:
        """Wait while the screen reads the terminals, and keep its panes alive meanwhile."""
        if self._stopping.wait(seconds):
            raise Stopped
        if self._play is not None and time.monotonic() - self._sampled_at > TICK_S:
            self._play.session.look()
            self._sample(self._play)

    def _progress(self, done: int, steps: int) -> None:
        if self._stopping.is_set():
            raise Stopped
        self._post(self.Preparing(done, steps))

    def _offer_shells(self, play: Play) -> None:
        self._last = None  # in a new lab the same numbers mean something new
        for shell in play.session.shells.values():
            self._post(self.Reshelled(shell))

    def _hinder(self, stuck: Stuck | None) -> None:
        self._post(self.Hindered(stuck))

    def _post(self, message: Message) -> None:
        """Tell the screen; post_message is safe from any thread."""
        self._screen.post_message(message)


def look_only(_: Play) -> None:
    """Nothing to do: the tick that follows every act looks."""
