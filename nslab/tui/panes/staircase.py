"""The last ping, below the worlds: time runs down, a row a crossing, and the wires above are the columns.

A packet that comes in on a link has come over its wire; one that goes out has come from the link it came in on, or from the host
itself. Only crossings of wires that are drawn have a row.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from nslab.observe.pings import Crossing, PingView
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, MUTE, Face, hue
from nslab.tui.panes.sheets import Layout, Side, Wire
from nslab.tui.wrap import shorten
from nslab.words import Words

STEM, RIGHT, LEFT, CUT = "━", "►", "◂", "✗"
TIME_CELLS = 12
UNIT = " µs"


class Arrow(Struct, frozen=True):
    """A crossing as it is drawn: from one column to another, in the letter of the world that sent it."""

    crossing: Crossing
    start: int
    end: int
    letter: str


def staircase(canvas: Canvas, ping: PingView, layout: Layout, words: Words) -> None:
    """Write it where there is room for all of it between the worlds and the last row; else not at all."""
    drawn = arrows(ping, layout)
    top = max(sheet.y + sheet.height for sheet in layout.sheets)
    rows = len(drawn) + (not ping.answered)
    room = canvas.height - 1 - top
    if not drawn or rows > room:
        return
    top += rows < room  # a blank row, if there is one to spare
    for y, arrow in enumerate(drawn, top):
        _arrow(canvas, y, arrow)
        _time(canvas, y, arrow.crossing, first=y == top)
    _told(canvas, top, ping, drawn, layout, words)
    if not ping.answered:
        end = drawn[-1].end
        canvas.put(min(end, canvas.width - 1), top + len(drawn), CUT, BAD)
        _say(canvas, top + len(drawn), words("pane.ping-unanswered"), layout)


def arrows(ping: PingView, layout: Layout) -> tuple[Arrow, ...]:
    """An arrow for each crossing of a wire. A column is the x before which something stands: an edge of a sheet."""
    hub = layout.sheets[0]
    by_link = {wire.near.name: wire for wire in layout.wires}
    middle = hub.x + hub.width // 2
    found: list[Arrow] = []
    at, sender = middle, hub.world.letter
    previous: Crossing | None = None
    for crossing in ping.crossings:
        if previous is None or previous.reply is not crossing.reply:  # it sets out anew, at the other end
            at, sender = middle, hub.world.letter
        previous = crossing
        wire = by_link.get(crossing.link)
        if wire is None:
            continue
        near, far = columns(wire)
        if not crossing.outgoing:
            sender = wire.sheet.world.letter if at == middle else sender
            found.append(Arrow(crossing, far, near, sender))
            at = near
        else:
            found.append(Arrow(crossing, at, far, sender))
            at = far
    return tuple(found)


def columns(wire: Wire) -> tuple[int, int]:
    """Where a wire ends: at the hub, and at the other world."""
    if wire.sheet.side is Side.LEFT:
        return wire.hub.x, wire.sheet.end
    return wire.hub.end, wire.sheet.x


def _arrow(canvas: Canvas, y: int, arrow: Arrow) -> None:
    left, right = sorted((arrow.start, arrow.end))
    face = Face(hue(arrow.letter), bold=True)
    canvas.put(left, y, STEM * (right - left), face)
    if arrow.end > arrow.start:
        canvas.put(right - 1, y, RIGHT, face)
    else:
        canvas.put(left, y, LEFT, face)


def _time(canvas: Canvas, y: int, crossing: Crossing, *, first: bool) -> None:
    """The first row says in what it is told."""
    number = f"{crossing.after_us:.0f}"
    canvas.right(TIME_CELLS - len(UNIT), y, number)
    if first:
        canvas.put(TIME_CELLS - len(UNIT), y, UNIT, MUTE)


def _told(canvas: Canvas, top: int, ping: PingView, drawn: Sequence[Arrow], layout: Layout, words: Words) -> None:
    """What sets out, where it does."""
    _say(canvas, top, words("pane.ping-request", target=ping.target), layout)
    reply = next((at for at, arrow in enumerate(drawn) if arrow.crossing.reply), None)
    if reply is not None:
        _say(canvas, top + reply, words("pane.ping-reply"), layout)


def _say(canvas: Canvas, y: int, text: str, layout: Layout) -> None:
    """Below the world at the right, where no arrow reaches."""
    right = max(sheet.x for sheet in layout.sheets)
    canvas.put(right + 2, y, shorten(text, canvas.width - right - 2), MUTE)
