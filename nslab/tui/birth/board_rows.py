"""The whole board arranged: the score, the call at hand, and the world on both sides of it. Pure."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from nslab.observe.birth_view import BirthView
from nslab.observe.views import Refused
from nslab.tui.asked import Asked
from nslab.tui.birth.moment_rows import SIDE_BY_SIDE, moment_rows
from nslab.tui.birth.score_rows import MARK, score_rows
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, MUTE, TEXT, Role
from nslab.tui.panes.calls import answer_face, answer_text, duration
from nslab.tui.wrap import call_lines, shorten
from nslab.words import Words

LEAST_MOMENT_ROWS = 6  # a title, and the facts that are always told, with one to spare
A_PAIR = 2  # of rows, one above the other: what differs most, before and after
WHY_ROWS = 8  # what it does, why it stands here, and how else it is said


class Hand(Struct, frozen=True):
    """Where a person is in a birth: the call at hand (-1: none yet), a marked moment, and whether reasons are shown.

    `told`: a bar above the board tells the call.
    """

    call: int
    mark: int | None = None
    why: bool = False
    told: bool = False


def board_rows(canvas: Canvas, view: BirthView, hand: Hand, words: Words) -> None:
    """Write the board. In a narrow window there is no heading, and moments stand one above the other."""
    small = canvas.width < SIDE_BY_SIDE
    y = 0
    if not small and not hand.told:
        canvas.heading(words("birth.title"), words("birth.source"))
        y = 2
    y = score_rows(canvas, y, view, hand.call, words, hand.mark) + (0 if small else 1)
    if hand.told:
        if hand.call >= 0:
            _moments(canvas, y, view, hand, words)
        return
    if hand.call < 0:
        _nothing_yet(canvas, y, view, words)
        return
    y = _Call(canvas, view, hand, words).write(y)
    _moments(canvas, y + (0 if small else 1), view, hand, words)


def call_asked(view: BirthView, hand: Hand, words: Words) -> Asked:
    """The call at hand for a room: what was asked and answered, what it does, and on demand why it stands here."""
    if hand.call < 0:
        return Asked(f"0/{len(view.calls)}", (how_much(view, words),))
    call, topic = view.calls[hand.call], view.topics[hand.call]
    end = (how_it_ended(view, hand.call, words),) if call.ended_the_plan else ()
    why = (words("birth.asked-why", why=words(f"birth.why.{topic}")),) if hand.why else ()
    lines = (f"{call.call}  {answer_text(call, words)}", *end, words(f"birth.what.{topic}"), *why)
    return Asked(f"{hand.call + 1}/{len(view.calls)}", lines, Role.BAD if call.ended_the_plan else Role.TEXT)


def how_much(view: BirthView, words: Words) -> str:
    """How much is to come, and by which key."""
    return words("birth.nothing-yet", name=view.name, calls=len(view.calls), scenes=len(view.scenes))


def how_it_ended(view: BirthView, call: int, words: Words) -> str:
    """What the answer means that ended a birth, and how many calls were never made."""
    answer, left = view.calls[call].answer, len(view.calls) - call - 1
    if isinstance(answer, Refused):
        return words("birth.refused", meaning=answer.meaning, left=left)
    return words("birth.lost", name=view.name, left=left)


def _nothing_yet(canvas: Canvas, y: int, view: BirthView, words: Words) -> None:
    y = canvas.para(0, y, canvas.width, how_much(view, words), TEXT)
    canvas.para(0, y, canvas.width, words("birth.how-to"), MUTE)


class _Call:
    """The call at hand as it was made, what it does, and on demand why it stands here and how else it is said."""

    def __init__(self, canvas: Canvas, view: BirthView, hand: Hand, words: Words) -> None:
        self.canvas, self.view, self.hand, self.words = canvas, view, hand, words
        self.call = view.calls[hand.call]
        self.topic = view.topics[hand.call]

    def write(self, y: int) -> int:
        """Write it all from row `y`; the row after it."""
        canvas, words = self.canvas, self.words
        x = canvas.put(0, y, f"{self.hand.call + 1}/{len(self.view.calls)}", MUTE) + 2
        y = self._asked(x, y)
        if self.call.ended_the_plan:
            y = canvas.para(x, y, canvas.width - x, how_it_ended(self.view, self.hand.call, words), BAD)
        y = canvas.para(x, y, canvas.width - x, words(f"birth.what.{self.topic}"), TEXT)
        return self._why(x, y) if self.hand.why else y

    def _asked(self, x: int, y: int) -> int:
        """The call, in more rows where it is long and there is room, then its answer, how long it took, and who made it."""
        canvas = self.canvas
        answer, by = answer_text(self.call, self.words), self._by()
        least = LEAST_MOMENT_ROWS if canvas.width >= SIDE_BY_SIDE else A_PAIR
        most = max(canvas.height - y - least - (WHY_ROWS if self.hand.why else 2), 1)
        end = canvas.width - cell_len(answer) - 2 - (cell_len(by) + 2 if canvas.width >= SIDE_BY_SIDE else 0)
        *rows, text = call_lines(self.call.call, end - x, most)
        for row in rows:
            canvas.put(x, y, row, BOLD)
            y += 1
        at = canvas.put(x, y, shorten(text, end - x), BOLD) + 2
        at = canvas.put(at, y, answer, answer_face(self.call).strong if self.call.ended_the_plan else BOLD) + 2
        if at + 6 < canvas.width:
            canvas.put(at, y, shorten(by, canvas.width - at), MUTE)
        return y + 1

    def _by(self) -> str:
        made_by = self.call.who
        who = self.words("birth.init", name=self.view.name) if made_by == "init" else self.words(f"birth.{made_by}")
        if self.call.microseconds is None:
            return self.words("birth.by-untimed", who=who)
        return self.words("birth.by", time=duration(self.call.microseconds), who=who)

    def _why(self, x: int, y: int) -> int:
        """The reason, then the same in other words: side by side as far as there is room, the rest below."""
        canvas, same = self.canvas, self.call.elsewhere
        start = canvas.put(x, y, self.words("birth.why"), BOLD) + 2
        y = canvas.para(start, y, canvas.width - start, self.words(f"birth.why.{self.topic}"), TEXT)
        said = [
            (name, text) for name, text in (("shell", same.shell), ("docker", same.docker), ("OCI", same.oci)) if text
        ]
        at = x
        for name, text in said:
            if at > x and at + cell_len(name) + 1 + cell_len(text) > canvas.width:
                at, y = x, y + 1
            if y == canvas.height:
                return y
            at = canvas.put(at, y, name, MUTE) + 1
            at = canvas.put(at, y, shorten(text, canvas.width - at), TEXT) + 3
        return y + (1 if said else 0)


def _moments(canvas: Canvas, y: int, view: BirthView, hand: Hand, words: Words) -> None:
    """The world before and after the call, or after a marked one and after this one."""
    before, after = hand.call, hand.call + 1
    titles = (words("birth.before", call=after), words("birth.after", call=after))
    if hand.mark == after:
        titles = (titles[0], words("birth.marked", title=titles[1]))
    elif hand.mark is not None:
        before, after = sorted((hand.mark, after))
        start = words("birth.start") if before == 0 else words("birth.after", call=before)
        titles = (start, words("birth.after", call=after))
        titles = (f"{MARK} {titles[0]}", titles[1]) if hand.mark == before else (titles[0], f"{MARK} {titles[1]}")
    differences = view.differences(before, after)
    if canvas.afar:
        differences = tuple(one for one in differences if one.differs)
    if not any(one.differs for one in differences) and y < canvas.height:
        canvas.put(0, y, words("birth.nothing-shown"), MUTE)
        y += 1
    if y < canvas.height - 1 and differences:
        moment_rows(canvas, y, titles, differences, view.letter, words)
