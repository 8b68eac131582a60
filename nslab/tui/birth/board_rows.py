"""The whole board arranged: the score, the call at hand, and the world on both sides of it. Pure."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from nslab.observe.birth_view import BirthView
from nslab.observe.views import CallRow
from nslab.tui.asked import Asked
from nslab.tui.birth.moment_rows import SIDE_BY_SIDE, moment_rows
from nslab.tui.birth.score_rows import score_rows
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BOLD, MUTE, TEXT, Role
from nslab.tui.panes.calls import answer_face, answer_text, duration
from nslab.tui.wrap import shorten
from nslab.words import Words

BY_CELLS = 34  # kept free for how long a call took and who made it


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
    y = score_rows(canvas, y, view, hand.call, words) + (0 if small else 1)
    if hand.told:
        if hand.call >= 0:
            _moments(canvas, y, view, hand, words)
        return
    if hand.call < 0:
        canvas.para(0, y, canvas.width, words("birth.nothing-yet"), TEXT)
        return
    y = _call(canvas, y, view, hand, words)
    _moments(canvas, y + (0 if small else 1), view, hand, words)


def call_asked(view: BirthView, hand: Hand, words: Words) -> Asked:
    """The call at hand for a room: what was asked and answered, what it does, and on demand why it stands here."""
    if hand.call < 0:
        return Asked(f"0/{len(view.calls)}", (words("birth.nothing-yet"),))
    call, topic = view.calls[hand.call], view.topics[hand.call]
    why = (words("birth.asked-why", why=words(f"birth.why.{topic}")),) if hand.why else ()
    lines = (f"{call.call}  {answer_text(call, words)}", words(f"birth.what.{topic}"), *why)
    return Asked(f"{hand.call + 1}/{len(view.calls)}", lines, Role.BAD if call.ended_the_plan else Role.TEXT)


def _call(canvas: Canvas, y: int, view: BirthView, hand: Hand, words: Words) -> int:
    """The call as it was made, what it does, and on demand why it stands here and how else it is said."""
    call = view.calls[hand.call]
    indent = canvas.put(0, y, f"{hand.call + 1}/{len(view.calls)}", MUTE) + 2
    answer = answer_text(call, words)
    end = canvas.width - cell_len(answer) - (0 if canvas.width < SIDE_BY_SIDE else BY_CELLS)
    x = canvas.put(indent, y, shorten(call.call, end - indent - 2), BOLD) + 2
    x = canvas.put(x, y, answer, answer_face(call).strong if call.ended_the_plan else BOLD) + 2
    if x + 6 < canvas.width:
        canvas.put(x, y, shorten(_by(view, call, words), canvas.width - x), MUTE)
    topic = view.topics[hand.call]
    y = canvas.para(indent, y + 1, canvas.width - indent, words(f"birth.what.{topic}"), TEXT)
    return _why(canvas, indent, y, topic, call, words) if hand.why else y


def _by(view: BirthView, call: CallRow, words: Words) -> str:
    who = words("birth.init", name=view.name) if call.who == "init" else words(f"birth.{call.who}")
    if call.microseconds is None:
        return words("birth.by-untimed", who=who)
    return words("birth.by", time=duration(call.microseconds), who=who)


def _why(canvas: Canvas, x: int, y: int, topic: str, call: CallRow, words: Words) -> int:
    start = canvas.put(x, y, words("birth.why"), BOLD) + 2
    y = canvas.para(start, y, canvas.width - start, words(f"birth.why.{topic}"), TEXT)
    same, at = call.elsewhere, x
    for name, text in (("shell", same.shell), ("docker", same.docker), ("OCI", same.oci)):
        if text and at + len(name) + 6 < canvas.width:
            at = canvas.put(at, y, name, MUTE) + 1
            at = canvas.put(at, y, shorten(text, canvas.width - at), TEXT) + 3
    return y + (1 if at > x else 0)


def _moments(canvas: Canvas, y: int, view: BirthView, hand: Hand, words: Words) -> None:
    """The world before and after the call, or after a marked one and after this one."""
    before, after = hand.call, hand.call + 1
    titles = (words("birth.before", call=after), words("birth.after", call=after))
    if hand.mark is not None and hand.mark != after:
        before, after = sorted((hand.mark, after))
        start = words("birth.start") if before == 0 else words("birth.after", call=before)
        titles = (start, words("birth.after", call=after))
    differences = view.differences(before, after)
    if canvas.afar:
        differences = tuple(one for one in differences if one.differs)
    if not any(one.differs for one in differences) and y < canvas.height:
        canvas.put(0, y, words("birth.nothing-shown"), MUTE)
        y += 1
    if y < canvas.height - 1 and differences:
        moment_rows(canvas, y, titles, differences, view.letter, words)
