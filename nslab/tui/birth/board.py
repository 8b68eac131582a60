"""The time machine's board: keys move through the calls, and ask for the next one to be made."""

from __future__ import annotations

from textual import events
from textual.message import Message

from nslab.observe.birth_view import BirthView
from nslab.observe.views import CallRow
from nslab.tui.birth.moment_rows import SIDE_BY_SIDE, moment_rows
from nslab.tui.birth.score_rows import score_rows
from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import BOLD, MUTE, TEXT
from nslab.tui.panes.calls import answer_face, answer_text, duration
from nslab.tui.wrap import shorten
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
        self._playing = self.set_interval(PLAY_S, self._play, pause=True)
        self.playing = False

    def show(self, view: BirthView) -> None:
        """Show a birth that has come further; a cursor at its end goes along."""
        if self.cursor == self.view.made - 1:
            self.cursor = view.made - 1
        self.view = view
        if view.whole:
            self._stop()
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The heading, the score, the call at hand, and the world before and after it."""
        small = canvas.width < SIDE_BY_SIDE
        y = 0
        if not small:
            canvas.heading(self.words("birth.title"), self.words("birth.source"))
            y = 2
        y = score_rows(canvas, y, self.view, self.cursor, self.words)
        y += 0 if small else 1
        if self.cursor < 0:
            canvas.para(0, y, canvas.width, self.words("birth.nothing-yet"), TEXT)
            return
        y = self._call(canvas, y, self.view.calls[self.cursor], small=small)
        self._moments(canvas, y + (0 if small else 1))

    def _call(self, canvas: Canvas, y: int, call: CallRow, *, small: bool) -> int:
        """The call as it was made, what it does, and on demand why it stands here and how else it is said."""
        number = f"{self.cursor + 1}/{len(self.view.calls)}"
        indent = canvas.put(0, y, number, MUTE) + 2
        answer = answer_text(call, self.words)
        end = canvas.width - len(answer) - (0 if small else 34)
        x = canvas.put(indent, y, shorten(call.call, end - indent - 2), BOLD) + 2
        x = canvas.put(x, y, answer, answer_face(call).strong if call.ended_the_plan else BOLD) + 2
        canvas.put(x, y, shorten(self._by(call), canvas.width - x), MUTE)
        topic = self.view.topics[self.cursor]
        y = canvas.para(indent, y + 1, canvas.width - indent, self.words(f"birth.what.{topic}"), TEXT)
        if self.why:
            y = self._why(canvas, indent, y, topic, call)
        return y

    def _by(self, call: CallRow) -> str:
        who = self.words("birth.lab") if call.who == "lab" else self.words("birth.init", name=self.view.name)
        if call.microseconds is None:
            return self.words("birth.by-untimed", who=who)
        return self.words("birth.by", time=duration(call.microseconds), who=who)

    def _why(self, canvas: Canvas, x: int, y: int, topic: str, call: CallRow) -> int:
        label = self.words("birth.why")
        start = canvas.put(x, y, label, BOLD) + 2
        y = canvas.para(start, y, canvas.width - start, self.words(f"birth.why.{topic}"), TEXT)
        said = (("shell", call.elsewhere.shell), ("docker", call.elsewhere.docker), ("OCI", call.elsewhere.oci))
        at = x
        for name, text in said:
            if text and at + len(name) + 6 < canvas.width:
                at = canvas.put(at, y, name, MUTE) + 1
                at = canvas.put(at, y, shorten(text, canvas.width - at), TEXT) + 3
        return y + (1 if at > x else 0)

    def _moments(self, canvas: Canvas, y: int) -> None:
        before, after = self.cursor, self.cursor + 1
        titles = (self.words("birth.before", call=after), self.words("birth.after", call=after))
        if self.mark is not None and self.mark != after:
            before, after = sorted((self.mark, after))
            start = self.words("birth.start") if before == 0 else self.words("birth.after", call=before)
            titles = (start, self.words("birth.after", call=after))
        differences = self.view.differences(before, after)
        if not any(one.differs for one in differences) and y < canvas.height:
            canvas.put(0, y, self.words("birth.nothing-shown"), MUTE)
            y += 1
        if y < canvas.height - 1:
            moment_rows(canvas, y, titles, differences, self.view.letter, self.words)

    def on_key(self, event: events.Key) -> None:
        """Left and right move by a call, page keys by a scene; space plays, d marks, Enter asks why."""
        acts = {
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
            if not self.view.whole:
                self.cursor = self.view.made - 1
                self.post_message(self.Next())
            return
        self.cursor = max(call, -1)
        self.redraw()

    def _scene(self, by: int) -> None:
        """To the first call of the scene before or after, among those made."""
        starts = [scene.first for scene in self.view.scenes]
        later = [first for first in starts if first > self.cursor]
        earlier = [first for first in starts if first < self.cursor]
        target = (later[0] if later else len(self.view.calls) - 1) if by > 0 else (earlier[-1] if earlier else -1)
        self.go(min(target, self.view.made))

    def toggle_play(self) -> None:
        """Go on by itself, or stop."""
        self.playing = not self.playing and (not self.view.whole or self.cursor < self.view.made - 1)
        (self._playing.resume if self.playing else self._playing.pause)()

    def _play(self) -> None:
        if self.view.whole and self.cursor == self.view.made - 1:
            self._stop()
        else:
            self.go(self.cursor + 1)

    def _stop(self) -> None:
        if self.view.whole and self.cursor == self.view.made - 1:
            self.playing = False
            self._playing.pause()

    def toggle_mark(self) -> None:
        """Mark the moment after this call, to hold others against it; again: forget the mark."""
        self.mark = self.cursor + 1 if self.mark is None else None
        self.redraw()

    def toggle_why(self) -> None:
        """Why the call stands here, and how it reads elsewhere; or not."""
        self.why = not self.why
        self.redraw()
