"""The time machine's board: keys move through the calls, and ask for the next one to be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual import events
from textual.reactive import reactive
from textual.timer import Timer

from nslab.course.model import Born
from nslab.observe.birth_view import BirthView
from nslab.observe.views import Gone, NotYet
from nslab.tui.asked import Asked
from nslab.tui.birth.board_rows import Hand, board_rows, call_asked
from nslab.tui.birth.score_rows import axis_of
from nslab.tui.canvas import Canvas
from nslab.tui.panes.board import Board, draw
from nslab.tui.panes.pane import Emphasis
from nslab.tui.wanted import PartWanted
from nslab.words import Words

Shown = BirthView | NotYet | Gone[BirthView]

TITLE = "pane.birth"
PLAY_S = 0.35  # between two calls: time to see what flips
NOTHING_YET = NotYet("pane.nothing-yet")


def birth_rows(canvas: Canvas, view: Shown, words: Words, emphasis: Emphasis[int, int]) -> None:
    """A birth at the call that a lesson points at, or as far as it has come."""

    def whole(on: Canvas, shown: BirthView) -> None:
        call = shown.made - 1 if emphasis.highlight is None else emphasis.highlight
        board_rows(on, shown, Hand(min(call, shown.made - 1)), words)

    draw(canvas, view, words, TITLE, whole)


class BirthBoard(Board[BirthView]):
    """Shows a birth; `cursor` is the call at hand, -1 before the first. It makes nothing itself: it asks for calls to be made."""

    title = TITLE
    view: reactive[Shown] = reactive(NOTHING_YET, init=False)

    def __init__(self, words: Words, view: Shown = NOTHING_YET, *, whole: bool = False, id: str | None = None) -> None:
        super().__init__(words, whole=whole, id=id)
        self.set_reactive(BirthBoard.view, view)
        self.cursor = view.made - 1 if isinstance(view, BirthView) else -1
        self.mark: int | None = None
        self.why = False
        self._playing: Timer | None = None

    @property
    def at_end(self) -> bool:
        """Whether the cursor is on the last call of a birth that has come to its end."""
        view = self._view_now()
        return view is None or (view.whole and self.cursor == view.made - 1)

    def watch_view(self, old: Shown, new: Shown) -> None:
        """A cursor at the birth's end goes along; another birth begins at its own, and without a mark."""
        if isinstance(new, BirthView):
            made = old.made if isinstance(old, BirthView) else 0
            if self.cursor >= min(made, new.made) - 1:
                self.cursor = new.made - 1
            if new.made < made:
                self.mark = None
        self.redraw()

    def watch_highlight(self) -> None:
        """A lesson points at a call: the cursor goes there."""
        if self.highlight is not None:
            self.go(self.highlight)
        self.redraw()

    def draw_board(self, canvas: Canvas, view: BirthView) -> None:
        """The whole board."""
        board_rows(canvas, view, self._hand(view), self.words)

    def asked(self, view: BirthView) -> Asked:
        """The call at hand."""
        return call_asked(view, self._hand(view), self.words)

    def _hand(self, view: BirthView) -> Hand:
        return Hand(min(self.cursor, view.made - 1), self.mark, self.why, self.told_above)

    def acts(self) -> Mapping[str, Callable[[], object]]:
        """Left and right move by a call, page keys by a scene; space plays, d marks, Enter asks why, n begins anew."""
        return {
            "left": lambda: self.go(self.cursor - 1),
            "right": lambda: self.go(self.cursor + 1),
            "home": lambda: self.go(-1),
            "end": self.go_to_end,
            "pageup": lambda: self._scene(-1),
            "pagedown": lambda: self._scene(1),
            "space": self.toggle_play,
            "d": self.toggle_mark,
            "enter": self.toggle_why,
            "n": self.begin_anew,
        }

    def on_click(self, event: events.Click) -> None:
        """A click in the score goes to the call there, if it was made."""
        view = self._view_now()
        if view is not None:
            whole = Canvas(self.size.width, self.size.height - self.top_row)
            self.go(min(axis_of(whole, view, self.words).call_at(event.x), view.made - 1))

    def go(self, call: int) -> None:
        """Put the cursor on a call; one that was not made yet is asked for, and the cursor follows once it is."""
        view = self._view_now()
        if view is None:
            return
        if call >= view.made:
            self.cursor = view.made - 1
            if not view.whole:
                self._want(view, view.calls[call].step)
        else:
            self.cursor = max(call, -1)
        self.redraw()

    def begin_anew(self) -> None:
        """Let the birth go and begin it again: a call that was made can't be unmade."""
        view = self._view_now()
        if view is not None:
            self._want(view, "")

    def _want(self, view: BirthView, until: str) -> None:
        spec = view.spec
        self.post_message(PartWanted(Born(spec.name, spec.namespaces, spec.hostname, spec.process.args, until)))

    def go_to_end(self) -> None:
        """To the last call that was made."""
        view = self._view_now()
        self.go(view.made - 1 if view else -1)

    def _scene(self, by: int) -> None:
        """To the first call of the scene before or after, which is made if it was not yet, and with it those up to it."""
        view = self._view_now()
        if view is None:
            return
        starts = [scene.first for scene in view.scenes]
        later = [first for first in starts if first > self.cursor]
        earlier = [first for first in starts if first < self.cursor]
        if by > 0:
            self.go(later[0] if later else len(view.calls) - 1)
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
