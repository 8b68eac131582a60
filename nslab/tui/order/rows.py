"""The puzzle arranged: a thread runs down through the cards as far as the kernel agreed, and breaks where it did not. Pure."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from nslab.course.ordering import Attempt, Played, reason
from nslab.engine.decode import decoded
from nslab.engine.steps import Done
from nslab.errors import Because
from nslab.kernel.syscalls import errno_name, meaning
from nslab.tui.asked import Asked
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, LINE, MUTE, OK, REVERSE, RULE, TEXT, Face, Role, solid
from nslab.tui.panes.calls import duration
from nslab.tui.wrap import shorten
from nslab.words import Words

CALLS = {
    "clone": "clone3",
    "private": "mount private",
    "tree": "mount overlay",
    "kernel": "mount proc",
    "dev": "mount dev",
    "masks": "mask proc",
    "pivot": "pivot_root",
    "umount": "umount2",
    "names": "sethostname",
    "rights": "capset",
    "nnp": "no_new_privs",
    "seccomp": "seccomp",
    "program": "execve",
}
"""What is written on the cards: the call that each is about, in the kernel's words."""

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

SIDE_BY_SIDE = 100
CARD_CELLS = 60
TRIES_CELLS = 32  # where nothing else stands beside the cards
ROOMY_ROWS = 28  # from here on the thread has a row between two cards
LEFT = 5


class Hand(Struct, frozen=True):
    """The card under the cursor, whether it is taken up, and in a narrow window whether the reason is shown.

    `told`: a bar above the board tells what the order came to.
    """

    at: int = 0
    taken: bool = False
    why: bool = False
    told: bool = False


class OrderView(Struct, frozen=True):
    """The learner's order; `attempt` is what it came to, None until it was run; `tries` are all that were, in their order."""

    order: tuple[str, ...]
    attempt: Attempt | None
    tries: tuple[Attempt, ...]
    running: bool = False


def order_rows(canvas: Canvas, view: OrderView, hand: Hand, words: Words) -> int:
    """Write the board; the y of the first card."""
    small = canvas.width < SIDE_BY_SIDE
    y = 0
    if not small and not hand.told:
        canvas.heading(words("order.title"), words("order.source"))
        y = 2
    width = canvas.width if small else canvas.width - LEFT - TRIES_CELLS if hand.told else CARD_CELLS
    if small and hand.why and not hand.told:
        _reason(canvas, 0, 0, canvas.width, view, words)
        _tries(canvas, 0, 11, canvas.width, view, words)
        return canvas.height
    canvas.put(0, y, words("order.yours"), BOLD)
    canvas.right(width, y, words("order.kernel"), MUTE)
    first = y + (1 if small else 2)
    _Cards(canvas, first, width, view, hand, words).write()
    if not small:
        x = width + LEFT
        if not hand.told:
            _reason(canvas, x, 2, canvas.width - x, view, words)
        _tries(canvas, x, 0 if hand.told else 13, canvas.width - x, view, words)
    return first


def order_asked(view: OrderView, words: Words) -> Asked:
    """What the order on show came to, for a room: the call that ended it and why, what it lacks, or that it isolates."""
    attempt = view.attempt
    if attempt is None or view.running:
        return Asked("?", (words("order.any"), words("order.running" if view.running else "order.now")))
    ink = Role.OK if attempt.right else Role.BAD
    ended = attempt.ended
    if ended is None or ended.step is None:
        missing = tuple(words(f"order.missing.{lacks}") for lacks in attempt.missing)
        return Asked(outcome_words(attempt, words), missing or (words("order.any"),), ink)
    told = words(f"order.reason.{reason(attempt.order, ended)}", meaning=_meaning(ended))
    return Asked(outcome_words(attempt, words), (decoded(ended.step), told), ink)


def pitch(canvas_height: int) -> int:
    """How many rows from one card to the next."""
    return 2 if canvas_height >= ROOMY_ROWS else 1


def answer(one: Played | None, words: Words) -> str:
    """What the kernel said to a card."""
    if one is None:
        return ""
    if one.state == "refused" and isinstance(one.outcome, Done):
        return f"✗ {errno_name(one.outcome.errno)}"
    if one.state == "agreed" and one.calls == 1:
        return words("order.agreed")
    return f"= 0  × {one.calls}" if one.state == "agreed" else words(f"order.{one.state}")


class _Cards:
    """The cards from row `y`, the thread through them, and what the kernel said to each."""

    def __init__(self, canvas: Canvas, y: int, width: int, view: OrderView, hand: Hand, words: Words) -> None:
        self.canvas, self.y, self.width, self.view, self.hand, self.words = canvas, y, width, view, hand, words
        self.pitch = pitch(canvas.height)
        played = view.attempt.played if view.attempt else ()
        self.played = {one.card: one for one in played}

    def write(self) -> None:
        for at, card in enumerate(self.view.order):
            y = self.y + at * self.pitch
            self._card(y, at, card, self.played.get(card))
            if self.pitch > 1 and at + 1 < len(self.view.order):
                self._thread(y + 1, self.played.get(self.view.order[at + 1]))

    def _card(self, y: int, at: int, card: str, one: Played | None) -> None:
        here, broke = at == self.hand.at, one is not None and one.state in ("refused", "lost", "unborn")
        ground = Role.BAD_TINT if broke else Role.PANEL
        self.canvas.fill(LEFT, y, self.width - LEFT, 1, REVERSE if here and self.hand.taken else ground)
        if here or broke:
            self.canvas.put(LEFT, y, "▌", Face(Role.BAD if broke else Role.TEXT))
        self.canvas.right(LEFT - 1, y, str(at + 1), BOLD if here else MUTE)
        reached = one is None or one.state not in ("not-tried", "never-run")
        name = self.canvas.put(LEFT + 2, y, CALLS[card], BOLD if reached else MUTE)
        said = answer(one, self.words)
        end = self.canvas.right(self.width - 1, y, said, BAD if broke else BOLD if said.startswith("=") else MUTE)
        x = max(name + 2, LEFT + 17)
        self.canvas.put(x, y, shorten(self.words(f"order.card.{card}"), end - x - 2), MUTE)

    def _thread(self, y: int, below: Played | None) -> None:
        """From one card to the next: heavy while the kernel agrees, dashed after, none before it was run."""
        if below is None:
            return
        dashed = below.state in ("not-tried", "never-run")
        self.canvas.put(LEFT + 3, y, "╎" if dashed else "┃", LINE if dashed else BOLD)


def _reason(canvas: Canvas, x: int, y: int, width: int, view: OrderView, words: Words) -> None:
    """What the last run came to, and why."""
    attempt = view.attempt
    if attempt is None or view.running:
        canvas.put(x, y, words("order.running" if view.running else "order.now"), MUTE)
        canvas.para(x, y + 2, width, words("order.any"), TEXT)
        return
    ended = attempt.ended
    bad = not attempt.right
    height = 10
    canvas.fill(x, y, width, height, Role.PANEL)
    canvas.edge(x, y, height, Face(Role.BAD if bad else Role.OK))
    canvas.put(x + 1, y, f" {outcome_words(attempt, words)} ", solid(Role.BAD if bad else Role.OK))
    if ended is not None and ended.step is not None:
        took = ended.outcome.microseconds if isinstance(ended.outcome, Done) else None
        if took is not None and width > 40:
            canvas.right(x + width - 2, y, duration(took), MUTE)
        canvas.put(x + 3, y + 2, shorten(decoded(ended.step), width - 6), BOLD)
        why = reason(attempt.order, ended)
        told = words(f"order.reason.{why}", meaning=_meaning(ended))
        after = canvas.para(x + 3, y + 4, width - 6, told, TEXT)
        canvas.put(x + 3, after + 1, words("order.needs-source", source=SOURCES[why]), MUTE)
        return
    for at, lacks in enumerate(attempt.missing[: height - 3]):
        canvas.put(x + 3, y + 2 + at, shorten(f"✗ {words(f'order.missing.{lacks}')}", width - 6), BAD)
    if attempt.right:
        canvas.para(x + 3, y + 2, width - 6, words("order.any"), TEXT)


def _meaning(ended: Played) -> str | Because:
    if ended.step is None or not isinstance(ended.outcome, Done):
        return ""
    return meaning(ended.step.call, ended.outcome.errno)


def outcome_words(attempt: Attempt, words: Words) -> str:
    """How a try ended, in a few words."""
    ended = attempt.ended
    if ended is None:
        return words("order.right" if attempt.right else "order.silent")
    at = attempt.order.index(ended.card) + 1
    if isinstance(ended.outcome, Done):
        return words("order.ended", errno=errno_name(ended.outcome.errno), at=at)
    return words("order.ended-word", word=words(f"order.{ended.state}"), at=at)


def _tries(canvas: Canvas, x: int, y: int, width: int, view: OrderView, words: Words) -> None:
    """All tries as strips one above the other: how far each came is a length. The last ones, if there are many."""
    if not view.tries or y + 2 >= canvas.height:
        return
    title = words("order.tries")
    canvas.put(x, y, title, BOLD)
    canvas.put(x + cell_len(title) + 1, y, "─" * (width - cell_len(title) - 1), RULE)
    room = max((canvas.height - y - 2) // 2, 1)
    shown = list(enumerate(view.tries, 1))[-room:]
    for row, (number, attempt) in enumerate(shown):
        top = y + 2 + 2 * row
        face = BOLD if number == len(view.tries) else TEXT
        canvas.put(x, top, str(number), face if face is BOLD else MUTE)
        _strip(canvas, x + 3, top, attempt)
        at = x + 5 + len(attempt.order)
        canvas.put(at, top, shorten(outcome_words(attempt, words), canvas.width - at), face)


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
