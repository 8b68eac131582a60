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
from enum import Enum
from typing import Literal

from textual.message import Message
from textual.message_pump import MessagePump

from nslab.course import acts
from nslab.course.model import Made
from nslab.course.perform import Stuck
from nslab.course.play import Play
from nslab.course.player import Player
from nslab.course.replay import Progress
from nslab.course.session import Shell
from nslab.course.snapshot import Snapshot, snapshot, unchanged
from nslab.engine.recall import Recall
from nslab.errors import NslabError
from nslab.tui.thread import own_thread

TICK_S = 0.25
LETTING_GO_S = 0.02

Act = Callable[[Play], object]
OpenPlay = Callable[[Progress, Recall], tuple[Play, Stuck | None]]
"""Make the lab, to be called off any time, and go to where the lesson goes on; what kept it from getting there, if anything."""


class Order(Enum):
    """What is asked of the thread itself, among the acts and in their order."""

    RESET = "reset"  # a new lab, also where none could be made before
    END = "end"


class Stopped(Exception):
    """The screen is closing while something is waited for."""


class Abandoned(Exception):
    """A new lab is wanted: what is being typed in the old one has no use any more."""


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

    class Releasing(Message):
        """Let go of a terminal's master, for it will be closed; then set `released`. None: of all, another lab comes."""

        def __init__(self, terminal: str | None, released: threading.Event) -> None:
            super().__init__()
            self.terminal = terminal
            self.released = released

    class Preparing(Message):
        """Steps are being replayed in a new lab: `done` of `steps`."""

        def __init__(self, done: int, steps: int) -> None:
            super().__init__()
            self.done = done
            self.steps = steps

    class Reshelled(Message):
        """A terminal has a new shell, whose master is to be attached. `line`: where it is, as far as it was read unseen."""

        def __init__(self, shell: Shell, line: bytes = b"") -> None:
            super().__init__()
            self.shell = shell
            self.line = line

    def __init__(self, screen: MessagePump, open_play: OpenPlay, moved: Callable[[Player], None]) -> None:
        self._screen, self._open_play, self._moved = screen, open_play, moved
        self._acts: queue.SimpleQueue[Act | Order] = queue.SimpleQueue()
        self._thread = own_thread("conductor", self._run, self._post)
        self._stopping, self._abandoned = threading.Event(), threading.Event()
        self._recall = Recall()
        self._play: Play | None = None
        self._sampled_at = 0.0
        self._last: Snapshot | None = None
        self._told_progress: tuple[int, int] | None = None

    # For the screen, from the event loop

    def start(self) -> None:
        """Begin: `Preparing` if steps are replayed, `Reshelled` for each terminal, then `Sampled`; or `Failed`."""
        if not self._stopping.is_set():
            self._thread.start()

    def do(self, act: Act) -> None:
        """Have something done with the lesson, after what was asked before."""
        self._acts.put(act)

    def stop(self) -> None:
        """End the lab, whatever it is waited for. Returns when it is gone. The screen must have let go of the terminals."""
        self._stopping.set()
        self._acts.put(Order.END)
        self._recall.say()
        if self._thread.is_alive():
            self._thread.join()

    def make(self, part: Made) -> None:
        """Have the engine make what a board asks for."""
        self.do(lambda play: self._hinder(acts.make(play, part)))

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
        """A new lab, also where none could be made before. What is being typed is given up."""
        self._abandoned.set()
        self._acts.put(Order.RESET)

    def open_shell(self, terminal: str) -> None:
        """Another shell in place of the one last seen in a terminal; whatever still runs there is hung up on."""
        seen = self._last.terminals.get(terminal) if self._last else None

        def act(play: Play) -> None:
            if seen is None or play.session.shells[terminal].pid == seen.shell.pid:  # asked twice, once is enough
                self._release(terminal)
                self._post(self.Reshelled(play.session.open_shell(terminal)))

        self.do(act)

    # In the thread

    def _run(self) -> None:
        try:
            self._live()
        except Stopped:
            pass  # what was being typed stays half typed, in a lab that is gone

    def _live(self) -> None:
        while (play := self._opened()) is None:
            if not self._asked_again():
                return
        try:
            self._offer_shells(play)
            self._serve(play)
        except Stopped:
            raise
        except Exception:
            self._release()  # or the screen would still read terminals that `close` closes
            raise
        finally:
            play.close()

    def _opened(self) -> Play | None:
        """The lesson's play; None where there is no lab to be had, which is told."""
        try:
            play, stuck = self._open_play(self._progress, self._recall)
        except NslabError as error:
            self._fail(error, lost=True)
            return None
        if stuck is not None:
            self._hinder(stuck)
        return play

    def _asked_again(self) -> bool:
        """Wait until a new lab is wanted; False: the screen is closing. Nothing else can be done without one."""
        while (act := self._acts.get()) is not Order.END:
            if act is Order.RESET:
                self._take_reset()
                return True
        return False

    def _serve(self, play: Play) -> None:
        """Acts as they come, and a look four times a second."""
        self._play, due = play, time.monotonic()
        while not self._stopping.is_set():
            try:
                act = self._acts.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                act, due = look_only, time.monotonic() + TICK_S
            if act is Order.END:
                return
            if act is Order.RESET or not play.session.closed:
                self._perform(act, play)

    def _perform(self, act: Act | Literal[Order.RESET], play: Play) -> None:
        before = play.player
        try:
            if act is Order.RESET:
                self._reset(play)
            else:
                act(play)
            if play.to_renew:
                self._release()
                play.renew_lab()
                self._offer_shells(play)
            self._tick(play)
            if play.player.to_begin:
                self._hinder(acts.type_setup(play, self._pause))
                play.tick()
        except Abandoned:
            pass
        except NslabError as error:
            lost = play.session.closed or not play.session.world.seen.host_alive
            self._fail(error, lost=lost)
        if play.player is not before:
            self._moved(play.player)
        if not play.session.closed:
            self._sample(play)

    def _tick(self, play: Play) -> None:
        """A look at the lab. Where the step that begins gives a terminal to a container, the screen lets go of it before."""
        taken = play.to_take
        for terminal in taken:
            self._release(terminal)
        try:
            play.tick()
        finally:
            for terminal in taken:
                if (shell := play.session.shells.get(terminal)) is not None:
                    self._post(self.Reshelled(shell))

    def _take_reset(self) -> None:
        """The order has come: what was being typed is given up by now, and what is asked from here on is for the new lab."""
        self._abandoned.clear()
        self._release()

    def _reset(self, play: Play) -> None:
        self._take_reset()
        stuck = acts.reset_lab(play, self._progress)
        self._offer_shells(play)
        self._hinder(stuck)

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
        if self._abandoned.is_set():
            raise Abandoned
        if self._play is not None and time.monotonic() - self._sampled_at > TICK_S:
            self._play.session.look()
            self._sample(self._play)

    def _progress(self, done: int, steps: int) -> None:
        if self._stopping.is_set():
            raise Stopped
        if (done, steps) != self._told_progress:
            self._told_progress = done, steps
            self._post(self.Preparing(done, steps))

    def _release(self, terminal: str | None = None) -> None:
        """Have the screen let go of masters: a descriptor that is closed while it is read would be another one soon."""
        released = threading.Event()
        self._post(self.Releasing(terminal, released))
        while not released.wait(LETTING_GO_S):
            if self._stopping.is_set():
                raise Stopped

    def _offer_shells(self, play: Play) -> None:
        self._last = self._told_progress = None  # in a new lab the same numbers mean something new
        for shell in play.session.shells.values():
            self._post(self.Reshelled(shell, play.session.lines.get(shell.master, b"")))

    def _fail(self, error: NslabError, *, lost: bool) -> None:
        if self._stopping.is_set():  # it was called off
            raise Stopped
        self._post(self.Failed(error, lost=lost))

    def _hinder(self, stuck: Stuck | None) -> None:
        self._post(self.Hindered(stuck))

    def _post(self, message: Message) -> None:
        """Tell the screen; post_message is safe from any thread."""
        self._screen.post_message(message)


def look_only(_: Play) -> None:
    """Nothing to do: the tick that follows every act looks."""
