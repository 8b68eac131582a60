"""The calls pane: what the engine asked of the kernel to make its containers, call by call, with the kernel's answers."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len
from textual.reactive import reactive

from nslab.observe.letters import HOST_LETTER
from nslab.observe.views import Birth, CallRow, CallsView, Gone, NotYet, Refused, Returned, Unanswered
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, MUTE, REVERSE, TEXT, Face
from nslab.tui.panes.pane import Emphasis, Pane, RowAt, drawable
from nslab.tui.wrap import shorten
from nslab.words import Words

Shown = CallsView | NotYet | Gone[CallsView]
CallAt = tuple[str, str]
"""A container's name and a step of its plan."""

NOTHING_YET = NotYet("pane.no-calls-yet")
CALL_LEFT = 5  # after the tag and the cursor
TIMES_FROM = 44  # cells: in a narrower pane the source line alone says how long a call took
TIME_CELLS = 8
LIST_LEAST = 3  # rows of calls that stay in sight above an explanation
NOTHING_STANDS_OUT: Emphasis[CallAt, str] = Emphasis()


class Listed(Struct, frozen=True):
    """A row of the list: a call, or the head above a container's calls."""

    birth: Birth
    call: CallRow | None

    @property
    def at(self) -> CallAt | None:
        """What a click on it means; None for a head."""
        return (self.birth.name, self.call.step) if self.call else None


def call_rows(
    canvas: Canvas, view: Shown, words: Words, emphasis: Emphasis[CallAt, str] = NOTHING_STANDS_OUT
) -> RowAt[CallAt]:
    """Write the pane; for each y, the call that is drawn there.

    Of more calls than the pane is tall those round the cursor are shown, else those round the one that failed, else the
    first. Cells are named by container: a birth is new or it is not.
    """
    title = words("pane.calls")
    shown = drawable(canvas, view, title, words, lambda on, last: _List(on, last, words, NOTHING_STANDS_OUT).draw())
    if shown is None:
        return ()
    canvas.heading(title, words("pane.calls-of-the-engine"))
    return _List(canvas, shown, words, emphasis).draw()


def listed(view: CallsView) -> tuple[Listed, ...]:
    """Heads and calls as the list has them."""
    return tuple(Listed(birth, call) for birth in view.births for call in (None, *birth.calls))


def failure_in(view: CallsView) -> CallAt | None:
    """The first call that kept a container from being."""
    return next(((birth.name, birth.failure.step) for birth in view.births if birth.failure), None)


def duration(microseconds: float) -> str:
    """In the unit that keeps it short."""
    if microseconds >= 1000:
        return f"{microseconds / 1000:.1f} ms"
    return f"{microseconds:.0f} µs" if microseconds >= 10 else f"{microseconds:.1f} µs"


def answer_text(call: CallRow, words: Words) -> str:
    """What came back, as the row says it."""
    match call.answer:
        case Returned(value):
            return f"= {value}"
        case Refused(errno):
            return f"✗ {errno}"
        case Unanswered(why):
            return words(f"pane.answer.{why}")


def answer_face(call: CallRow) -> Face:
    """Red is for what ended a plan alone; an errno that the plan allows for is no news."""
    return BAD if call.ended_the_plan else MUTE


def source_line(birth: Birth, call: CallRow, words: Words) -> str:
    """A call's answer and duration, and who made it as which step."""
    took = f", {duration(call.microseconds)}" if call.microseconds is not None else ""
    who = asker(birth, call, words)
    return words("pane.call-source", answer=answer_text(call, words) + took, who=who, step=call.step)


def asker(birth: Birth, call: CallRow, words: Words) -> str:
    """The process that made the call, with the lab's number for it if it has lived on."""
    if call.who == "net":
        return words("pane.net-helper")
    if call.who != "init":
        return "lab 1" if call.who == "lab" else words("pane.joiner")
    return birth.name if birth.pid is None else f"{birth.name} {birth.pid}"


def explanation(birth: Birth, call: CallRow, width: int, words: Words, *, plain: bool = False) -> Canvas:
    """All about one call in `width` cells: what its answer means, the whole call, the same in other words, its source."""
    canvas, y = Canvas(width, plain=plain), 0
    meaning = _meaning(birth, call, words)
    if meaning:
        x = canvas.put(0, 0, f"{answer_text(call, words)}  ", answer_face(call).strong)
        y = canvas.para(x, 0, width - x, meaning)
    y = canvas.para(0, y, width, call.call, BOLD)
    same = call.elsewhere
    for label, said in (("shell", same.shell), ("docker", same.docker), ("OCI", same.oci)):
        if said:
            canvas.put(0, y, label, MUTE)
            y = canvas.para(len("docker") + 2, y, width - len("docker") - 2, said)
    canvas.para(0, y, width, source_line(birth, call, words), MUTE)
    return canvas


def _meaning(birth: Birth, call: CallRow, words: Words) -> str:
    """What an answer means that is not a plain yes."""
    match call.answer:
        case Refused(_, meaning, tolerated):
            return words(
                "pane.answer-tolerated" if tolerated else "pane.answer-ended", meaning=meaning, name=birth.name
            )
        case Unanswered(why):
            return words(f"pane.answer-means.{why}", name=birth.name)
    return ""


class _List:
    """Draws one view on one canvas."""

    def __init__(self, canvas: Canvas, view: CallsView, words: Words, emphasis: Emphasis[CallAt, str]) -> None:
        self.canvas, self.view, self.words, self.emphasis = canvas, view, words, emphasis
        self.lines = listed(view)
        self.times = canvas.width >= TIMES_FROM
        self.answer_end = canvas.width - (TIME_CELLS if self.times else 0)
        answers = (answer_text(line.call, words) for line in self.lines if line.call)
        self.call_end = self.answer_end - max(map(cell_len, answers), default=0) - 1

    def draw(self) -> RowAt[CallAt]:
        """The calls in sight, how many are not, and about the one under the cursor; for each y, the call drawn there."""
        about = self._about()
        room = max(self.canvas.height - 1 - about.height, 0)
        in_sight: Sequence[Listed] = self.lines
        if len(self.lines) > room:
            room = max(room - 1, 0)
            first = self._first(room)
            in_sight = self.lines[first : first + room]
            more = self.words("pane.more-rows", above=first, below=len(self.lines) - first - room)
            self.canvas.put(0, 1 + room, shorten(more, self.canvas.width), MUTE)
        for y, line in enumerate(in_sight, 1):
            if line.call is None:
                self._head(y, line.birth)
            else:
                self._call(y, line.birth, line.call)
        self.canvas.blit(about, 0, self.canvas.height - about.height)
        return (None, *(line.at for line in in_sight))

    def _about(self) -> Canvas:
        """The last rows: the source of the call under the cursor, or all about it, as far as some of the list stays."""
        width, most = self.canvas.width, max(self.canvas.height - 1 - LIST_LEAST, 1)
        line = next((line for line in self.lines if line.at == self.emphasis.cursor), None)
        if line is None or line.call is None or not self.emphasis.more:
            about = Canvas(width, 1, plain=self.canvas.plain)
            if line is not None and line.call is not None:
                about.put(0, 0, shorten(source_line(line.birth, line.call, self.words), width), MUTE)
            return about
        about = explanation(line.birth, line.call, width, self.words, plain=self.canvas.plain)
        if about.height > most:
            del about.rows[most - 1 :]
            about.put(0, most - 1, "…", MUTE)
        return about

    def _first(self, room: int) -> int:
        """The index of the first line in sight."""
        places = {line.at: index for index, line in enumerate(self.lines) if line.call}
        wanted = (self.emphasis.cursor, self.emphasis.highlight, failure_in(self.view))
        focus = next((places[at] for at in wanted if at in places), 0)
        return max(0, min(focus - room // 2, len(self.lines) - room))

    def _head(self, y: int, birth: Birth) -> None:
        """Whose calls follow, and how many: or that they came to nothing."""
        canvas = self.canvas
        x = self._tag(y, birth.letter) + 1
        took = duration(sum(call.microseconds or 0.0 for call in birth.calls))
        about, face = self.words("pane.calls-made", count=len(birth.calls), time=took), MUTE
        if birth.failure is not None:
            about, face = f"✗ {self.words('pane.not-made')}", BAD
        new = birth.name in self.emphasis.changed
        x = canvas.put(x, y, shorten(birth.name, canvas.width - x), REVERSE if new else BOLD)
        if x + 1 + cell_len(about) <= canvas.width:
            canvas.right(canvas.width, y, about, face)

    def _call(self, y: int, birth: Birth, call: CallRow) -> None:
        at = (birth.name, call.step)
        x = self._tag(y, birth.letter if call.who == "init" else HOST_LETTER)
        if self.emphasis.cursor == at:
            self.canvas.put(x, y, "▸", BOLD)
        face = REVERSE if self.emphasis.highlight == at else BOLD if call.ended_the_plan else TEXT
        self.canvas.put(CALL_LEFT, y, shorten(call.call, self.call_end - CALL_LEFT), face)
        self.canvas.right(self.answer_end, y, answer_text(call, self.words), answer_face(call))
        if self.times and call.microseconds is not None:
            self.canvas.right(self.canvas.width, y, duration(call.microseconds), MUTE)

    def _tag(self, y: int, letter: str | None) -> int:
        """Who asked; the x after it. A process that was never seen has no letter."""
        return self.canvas.put(0, y, " ╌ ", MUTE) if letter is None else self.canvas.letter(0, y, letter)


class CallPane(Pane[CallsView, CallAt, str]):
    """The pane. Rows are named by container and step."""

    view: reactive[Shown] = reactive(NOTHING_YET, init=False)

    def rows_of(self, view: CallsView) -> tuple[CallAt, ...]:
        """Every call, as the list has them."""
        return tuple(line.at for line in listed(view) if line.at is not None)

    def outstanding(self, view: CallsView) -> CallAt | None:
        """The call that failed: the one to be explained first."""
        return failure_in(view)

    def changed_cells(self, old: CallsView, new: CallsView) -> frozenset[str]:
        """Containers whose birth was not seen before."""
        before = {birth.name: birth.calls for birth in old.births}
        return frozenset(birth.name for birth in new.births if before.get(birth.name) != birth.calls)

    def draw_view(self, canvas: Canvas, view: Shown, emphasis: Emphasis[CallAt, str]) -> RowAt[CallAt]:
        """The pane."""
        return call_rows(canvas, view, self.words, emphasis)
