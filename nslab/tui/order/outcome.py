"""What an order came to: the call that ended it and why, what the container lacks, and all tries as strips. Pure."""

from __future__ import annotations

from rich.cells import cell_len

from nslab.course.ordering import CALLS, CARDS, Attempt, Played
from nslab.course.verdict import reason
from nslab.engine.decode import decoded
from nslab.engine.steps import Done
from nslab.errors import Because
from nslab.kernel.syscalls import errno_name, meaning
from nslab.tui.asked import Asked
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, LINE, MUTE, OK, RULE, TEXT, Face, Role, solid
from nslab.tui.order.cards import OrderView
from nslab.tui.panes.calls import duration
from nslab.tui.wrap import Span, shorten, wrap
from nslab.words import Words

SOURCES = {
    "unborn": "clone(2)",
    "lost": "wait(2)",
    "path": "pivot_root(2)",
    "no-tree": "mount(2)",
    "no-right": "capabilities(7)",
    "filter": "seccomp(2)",
    "shared": "pivot_root(2)",
    "no-mount": "pivot_root(2)",
    "no-old-root": "umount(2)",
    "needs-nnp": "seccomp(2)",
    "no-proc": "mount_namespaces(7)",
    "other": "errno(3)",
}
MARGIN = 3
ENOUGH_FOR_TIME = 40  # cells


def outcome_words(attempt: Attempt, words: Words) -> str:
    """How a try ended, in a few words."""
    ended = attempt.ended
    if ended is None:
        return words("order.right" if attempt.right else "order.silent")
    at = attempt.order.index(ended.card) + 1
    if isinstance(ended.outcome, Done):
        return words("order.ended", errno=errno_name(ended.outcome.errno), at=at)
    return words("order.ended-word", word=words(f"order.{ended.state}"), at=at)


def order_asked(view: OrderView, words: Words) -> Asked:
    """What the order on show came to, for a room: the call that ended it and why, what it lacks, or that it isolates."""
    attempt = view.attempt
    if attempt is None or view.running:
        return Asked("?", (words("order.any"), words("order.running" if view.running else "order.now")))
    ink = Role.OK if attempt.right else Role.BAD
    ended = attempt.ended
    if ended is None or ended.step is None:
        return Asked(outcome_words(attempt, words), lacks(attempt, words) or (words("order.any"),), ink)
    return Asked(outcome_words(attempt, words), (decoded(ended.step), _why(attempt, ended, words)), ink)


def lacks(attempt: Attempt, words: Words) -> tuple[str, ...]:
    """What a container lacks whose order nothing complained of."""
    return tuple(words(f"order.missing.{name}") for name in attempt.missing)


def outcome_panel(view: OrderView, width: int, words: Words, *, plain: bool = False) -> Canvas:
    """All about what the order on show came to, in `width` cells, as tall as its words."""
    attempt = view.attempt
    if attempt is None or view.running:
        panel = Canvas(width, plain=plain)
        panel.put(0, 0, words("order.running" if view.running else "order.now"), MUTE)
        panel.para(0, 2, width, words("order.any"), TEXT)
        return panel
    panel = Canvas(width, plain=plain, ground=Role.PANEL)
    ink = Role.OK if attempt.right else Role.BAD
    panel.put(1, 0, f" {outcome_words(attempt, words)} ", solid(ink))
    ended, inner = attempt.ended, width - 2 * MARGIN
    if ended is not None and ended.step is not None:
        if isinstance(ended.outcome, Done) and width > ENOUGH_FOR_TIME:
            panel.right(width - 2, 0, duration(ended.outcome.microseconds), MUTE)
        y = panel.para(MARGIN, 2, inner, decoded(ended.step), BOLD) + 1
        y = panel.para(MARGIN, y, inner, _why(attempt, ended, words), TEXT) + 1
        panel.put(MARGIN, y, words("order.needs-source", source=SOURCES[reason(attempt.order, ended)]), MUTE)
        y += 1
    else:
        y = 2
        for lacking in lacks(attempt, words):
            y = panel.para(MARGIN, y, inner, f"✗ {lacking}", BAD)
        if attempt.right:
            own = "order.engines-own" if attempt.order == CARDS else "order.any"
            y = panel.para(MARGIN, y, inner, words(own), TEXT)
    panel.reach(y + 1)
    panel.edge(0, 0, panel.height, Face(ink))
    return panel


def outcome_rows(canvas: Canvas, y: int, attempt: Attempt, words: Words) -> None:
    """The same where there are only a few rows, from row `y` to the canvas's end: the call and why, or what is lacking."""
    head = f" {outcome_words(attempt, words)} "
    x = canvas.put(0, y, head, solid(Role.OK if attempt.right else Role.BAD)) + 1
    ended = attempt.ended
    if ended is not None and ended.step is not None:
        canvas.put(x, y, shorten(decoded(ended.step), canvas.width - x), BOLD)
        _para(canvas, y + 1, _why(attempt, ended, words), TEXT)
    elif attempt.right:
        canvas.put(x, y, shorten(words("order.any"), canvas.width - x), TEXT)
    else:
        _para(canvas, y + 1, "  ".join(f"✗ {lacking}" for lacking in lacks(attempt, words)), BAD)


def _para(canvas: Canvas, y: int, text: str, face: Face) -> None:
    for row, line in zip(range(y, canvas.height), wrap((Span(text),), canvas.width), strict=False):
        canvas.spans(0, row, line, face)


def _why(attempt: Attempt, ended: Played, words: Words) -> str:
    return words(f"order.reason.{reason(attempt.order, ended)}", meaning=_meaning(ended))


def _meaning(ended: Played) -> str | Because:
    if ended.step is None or not isinstance(ended.outcome, Done):
        return ""
    return meaning(ended.step.call, ended.outcome.errno)


def tries_rows(canvas: Canvas, x: int, y: int, width: int, tries: tuple[Attempt, ...], words: Words) -> None:
    """All tries as strips one above the other: how far each came is a length. The last ones, if there are many."""
    if not tries or y + 2 >= canvas.height:
        return
    title = words("order.tries")
    canvas.put(x, y, title, BOLD)
    canvas.put(x + cell_len(title) + 1, y, "─" * (width - cell_len(title) - 1), RULE)
    room = canvas.height - y - 1
    pitch = 2 if 2 * len(tries) <= room else 1
    shown = list(enumerate(tries, 1))[-(room // pitch) :]
    for row, (number, attempt) in enumerate(shown, 1):
        _try(canvas, x, y + pitch * row, number, attempt, words, last=number == len(tries))


def _try(canvas: Canvas, x: int, y: int, number: int, attempt: Attempt, words: Words, *, last: bool) -> None:
    face = BOLD if last else TEXT
    canvas.put(x, y, str(number), face if last else MUTE)
    _strip(canvas, x + 3, y, attempt)
    at = x + 5 + len(attempt.order)
    at = canvas.put(at, y, shorten(outcome_words(attempt, words), canvas.width - at), face) + 2
    card = CALLS[attempt.ended.card] if attempt.ended else ""
    if card and at + cell_len(card) <= canvas.width:
        canvas.put(at, y, card, MUTE)


def _strip(canvas: Canvas, x: int, y: int, attempt: Attempt) -> None:
    for at, one in enumerate(attempt.played):
        match one.state:
            case "agreed":
                canvas.put(x + at, y, "━", TEXT)
            case "not-tried" | "never-run":
                canvas.put(x + at, y, "╌", LINE)
            case "lost":
                canvas.put(x + at, y, "?", BAD)
            case _:
                canvas.put(x + at, y, "✗", BAD)
    if attempt.ended is None:
        canvas.put(x + len(attempt.played), y, "✓" if attempt.right else "✗", OK if attempt.right else BAD)
