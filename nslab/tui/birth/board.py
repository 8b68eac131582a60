"""The time machine's board: keys move through the calls, and ask for the next one to be made."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.message import Message
from textual.timer import Timer

from nslab.observe.birth_view import BirthView
from nslab.tui.birth.board_rows import Hand, board_rows
from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.words import Words

PLAY_S = 0.35  # between two calls: time to see what flips


class BirthBoard(Drawn, can_focus=True):
    """Shows a birth; `cursor` is the call at hand, -1 before the first. It makes nothing itself: it posts `Next`."""

    class Next(Message):
        """The call after the last one that was made is wanted."""

    def __init__(self, words: Words, view: BirthView) -> None:
        super().__init__(words)
        self.view = view
        self.cursor = view.made - 1
        self.mark: int | None = None
        self.why = False
        self._playing: Timer | None = None

    @property
    def at_end(self) -> bool:
        """Whether the cursor is on the last call of a birth that has come to its end."""
        return self.view.whole and self.cursor == self.view.made - 1

    def show(self, view: BirthView) -> None:
        """Show a birth that has come further; a cursor at its end goes along."""
        if self.cursor == self.view.made - 1:
            self.cursor = view.made - 1
        self.view = view
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The whole board."""
        board_rows(canvas, self.view, Hand(self.cursor, self.mark, self.why), self.words)

    def on_key(self, event: events.Key) -> None:
        """Left and right move by a call, page keys by a scene; space plays, d marks, Enter asks why."""
        acts: dict[str, Callable[[], object]] = {
            "left": lambda: self.go(self.cursor - 1),
            "right": lambda: self.go(self.cursor + 1),
            "home": lambda: self.go(-1),
            "end": lambda: self.go(self.view.made - 1),
            "pageup": lambda: self._scene(-1),
            "pagedown": lambda: self._scene(1),
            "space": self.toggle_play,
            "d": self.toggle_mark,
            "enter": self.toggle_why,
        }
        if event.key in acts:
            acts[event.key]()
            event.stop()
            event.prevent_default()

    def go(self, call: int) -> None:
        """Put the cursor on a call; one that was not made yet is asked for, and the cursor follows once it is."""
        if call >= self.view.made:
            self.cursor = self.view.made - 1
            if not self.view.whole:
                self.post_message(self.Next())
        else:
            self.cursor = max(call, -1)
        self.redraw()

    def _scene(self, by: int) -> None:
        """To the first call of the scene before or after; past those made, ask for one more."""
        starts = [scene.first for scene in self.view.scenes]
        later = [first for first in starts if first > self.cursor]
        earlier = [first for first in starts if first < self.cursor]
        if by > 0:
            self.go(min(later[0] if later else len(self.view.calls), self.view.made))
        else:
            self.go(earlier[-1] if earlier else -1)

    def toggle_play(self) -> None:
        """Go on by itself, or stop."""
        if self._playing is not None:
            self._stop()
        elif not self.at_end:
            self._playing = self.set_interval(PLAY_S, self._play)

    def _play(self) -> None:
        if self.at_end:
            self._stop()
        else:
            self.go(self.cursor + 1)

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def toggle_mark(self) -> None:
        """Mark the moment after this call, to hold others against it; again: forget the mark."""
        self.mark = self.cursor + 1 if self.mark is None else None
        self.redraw()

    def toggle_why(self) -> None:
        """Why the call stands here, and how it reads elsewhere; or not."""
        self.why = not self.why
        self.redraw()
