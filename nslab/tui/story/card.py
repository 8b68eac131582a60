"""The inside of the open card: its tag, its edge's colour, and the rows of its body, for each thing a card can be."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from rich.cells import cell_len

from nslab.course.markdown import Code, Listing, Paragraph, Prose
from nslab.course.player import Stage
from nslab.tui import keys
from nslab.tui.canvas import Canvas
from nslab.tui.edit import Line
from nslab.tui.faces import BAD, BOLD, MUTE, OK, TEXT, Face, Role
from nslab.tui.prose import inline, is_command, lines, spans, told
from nslab.tui.story.view import (
    SYMBOL,
    CannotRun,
    Card,
    Doing,
    Explaining,
    Loading,
    Miss,
    Observing,
    Predicting,
    Task,
    TaskState,
)
from nslab.tui.wrap import Span, shorten, wrap
from nslab.words import Words

HANGING = 2
"""Cells by which the further rows of a command stand in."""

TASK_MARK = {TaskState.DONE: ("✓", OK, MUTE), TaskState.NOW: ("▸", BOLD, TEXT), TaskState.TO_COME: ("·", MUTE, MUTE)}


class HitKind(StrEnum):
    """What a click on a row means."""

    CHOICE = "choice"
    COMMIT = "commit"
    HINT = "hint"
    ADVANCE = "advance"


class Hit(Struct, frozen=True):
    """Rows that answer to a click, `top` and those before `bottom`; `id` names the choice."""

    kind: HitKind
    top: int
    bottom: int
    id: str = ""


class Body:
    """The rows of a card's inside as they are written, what can be clicked, and where the typing cursor stands."""

    def __init__(self, width: int, words: Words, *, plain: bool, ground: Role | None) -> None:
        self.canvas = Canvas(width, plain=plain, ground=ground)
        self.words = words
        self.hits: list[Hit] = []
        self.cursor: tuple[int, int] | None = None

    @property
    def y(self) -> int:
        """The next row."""
        return self.canvas.height

    def blank(self) -> None:
        """One empty row, never at the top."""
        if self.y:
            self.canvas.reach(self.y + 1)

    def para(self, words: str | tuple[Span, ...], face: Face = TEXT, *, indent: int = 0) -> None:
        """A paragraph from `indent` on."""
        self.canvas.para(indent, self.y, self.canvas.width - indent, words, face)

    def command(self, words: tuple[Span, ...], face: Face, *, indent: int = 0) -> None:
        """A command. Where it is too long for a row, what follows hangs, or it would look like another."""
        width = self.canvas.width - indent
        rows = wrap(words, width)
        if len(rows) > 1:
            rows = wrap(words, width - HANGING)
        for at, row in enumerate(rows):
            self.para(row, face, indent=indent + HANGING if at else indent)

    def part(self, words: tuple[Span, ...], face: Face = TEXT, *, indent: int = 0) -> None:
        """A paragraph, or a command."""
        if is_command(words):
            self.command(words, face, indent=indent)
        else:
            self.para(words, face, indent=indent)

    def labelled(
        self, label: str, words: tuple[Span, ...], face: Face, *, column: int, label_face: Face = MUTE
    ) -> None:
        """A paragraph from `column` on, its label before it."""
        y = self.y
        self.canvas.put(0, y, label, label_face)
        self.canvas.para(column, y, self.canvas.width - column, words, face)

    def clickable(self, kind: HitKind, key: str, words: str) -> None:
        """A row that names a key and does the same when clicked."""
        y = self.y
        x = self.canvas.put(0, y, key, BOLD) + 1
        self.canvas.para(x, y, self.canvas.width - x, words, MUTE)
        self.hits.append(Hit(kind, y, self.y))


def tag(card: Card, words: Words) -> tuple[str, Role]:
    """The reversed words on an open card, and the colour of its tag and edge."""
    if isinstance(card, CannotRun):
        return f"✗ {words('story.cannot-run').upper()}", Role.BAD
    if isinstance(card, Doing) and card.miss:
        return f"✗ {words('story.not-yet').upper()}", Role.BAD
    if isinstance(card, Observing):
        return f"✓ {words('story.passed').upper()}", Role.OK
    if isinstance(card, Loading):
        return words("story.loading").upper(), Role.TEXT
    return f"{SYMBOL[card.stage]} {stage_name(card.stage, words).upper()}", Role.TEXT


def stage_name(stage: Stage, words: Words) -> str:
    """A stage's name in the interface's language."""
    return words(f"story.{stage}")


def write(body: Body, card: Card, typed: Line, *, folded: bool = False) -> None:
    """Write a card's inside. `typed` is what stands in its input line, if it has one; `folded` leaves a row of what is done."""
    match card:
        case Predicting():
            _predicting(body, card)
        case Doing():
            _doing(body, card, typed, folded=folded)
        case Observing():
            _observing(body, card)
        case Explaining():
            write_prose(body, card.words)
            _go_on(body)
        case CannotRun():
            body.para(told(card.need), BOLD)
            body.para(told(card.found))
            body.para(told(card.anyway), MUTE)
        case Loading():
            _loading(body, card)


def _predicting(body: Body, card: Predicting) -> None:
    body.para(inline(card.question), BOLD)
    body.blank()
    for choice in card.choices:
        picked, top = choice.id == card.picked, body.y
        body.labelled(
            "(•)" if picked else "( )", inline(choice.words), BOLD if picked else TEXT, column=4, label_face=TEXT
        )
        body.hits.append(Hit(HitKind.CHOICE, top, body.y, choice.id))
    body.blank()
    if card.picked is None:
        body.para(body.words("story.how-to-pick", last=len(card.choices)), MUTE)
    else:
        body.clickable(HitKind.COMMIT, "⏎", body.words("story.commit"))


def _doing(body: Body, card: Doing, typed: Line, *, folded: bool) -> None:
    if card.miss:
        write_miss(body, card.miss)
        body.blank()
    if card.lead.blocks:
        body.para(inline(card.lead), BOLD)
        body.blank()
    for task in card.tasks:
        if folded and task.state is TaskState.DONE:
            _folded(body, task)
        else:
            _task(body, task, typed)
    for at, hint in enumerate(card.hints, 1):
        body.blank()
        first, *others = lines(hint)
        body.para((Span(body.words("story.hint-number", number=at) + "  "), *first))
        for runs in others:
            body.part(runs)
    if card.checking:
        body.blank()
        body.para(body.words("story.checking"), MUTE)
    elif card.more_hints:
        body.blank()
        body.clickable(
            HitKind.HINT, keys.shown("hint"), body.words("story.more-hints" if card.hints else "story.a-hint")
        )


def _task(body: Body, task: Task, typed: Line) -> None:
    mark, mark_face, face = TASK_MARK[task.state]
    first, *others = lines(task.words)
    body.labelled(mark, first, face, column=2, label_face=mark_face)
    for runs in others:
        body.part(runs, face, indent=2)
    if task.asks and task.state is TaskState.NOW:
        write_input(body, typed)


def _folded(body: Body, task: Task) -> None:
    """One row of a task: its beginning."""
    mark, mark_face, face = TASK_MARK[task.state]
    words, room = inline(task.words), body.canvas.width - 2
    text = "".join(span.text for span in words)
    shown = words if cell_len(text) <= room else (Span(shorten(text, room)),)
    body.labelled(mark, shown, face, column=2, label_face=mark_face)


def write_input(body: Body, typed: Line) -> None:
    """The line an answer is typed in; where it is longer than its room, the end by the cursor is shown."""
    y, room = body.y, body.canvas.width - 6
    shown = typed
    while cell_len(shown.before) >= room:
        shown = Line(shown.before[1:], shown.after)
    body.canvas.fill(2, y, room + 4, 1, Role.TERMINAL)
    body.canvas.put(2, y, "▸", Face(Role.MUTE, Role.TERMINAL))
    if not (typed.before or typed.after):
        body.canvas.put(5, y, body.words("story.answer-here"), Face(Role.MUTE, Role.TERMINAL))
    x = body.canvas.put(4, y, shown.before, Face(bold=True, ground=Role.TERMINAL))
    body.cursor = (x, y)
    for glyph in shown.after:
        if x + cell_len(glyph) > room + 4:
            break
        x = body.canvas.put(x, y, glyph, Face(bold=True, ground=Role.TERMINAL))


def write_miss(body: Body, miss: Miss) -> None:
    """Write what was wanted, what is there, and what to try next."""
    labels = [body.words(f"story.{name}") for name in ("wanted", "found", "next")]
    column = max(map(cell_len, labels)) + 2
    for label, words, face in zip(labels, (miss.wanted, miss.found, miss.next), (TEXT, BOLD, TEXT), strict=True):
        if words:
            body.labelled(label, told(words), face, column=column, label_face=face if face is BOLD else MUTE)


def _observing(body: Body, card: Observing) -> None:
    write_seen(body, card)
    if card.held is not None:
        body.blank()
        write_held(body, card, "story.held" if card.held else "story.not-held")
    if card.reply.blocks:
        body.blank()
        write_prose(body, card.reply)
    _go_on(body)


def write_seen(body: Body, card: Observing) -> None:
    """Write what the machine shows now."""
    for at, seen in enumerate(card.seen):
        body.para(told(seen), BOLD if at == 0 else TEXT)


def write_held(body: Body, card: Observing, words_id: str) -> None:
    """Write what became of the prediction."""
    mark, face = ("✓", OK) if card.held else ("✗", BAD)
    body.labelled(mark, told(body.words(words_id, said=card.predicted)), TEXT, column=2, label_face=face)


def _loading(body: Body, card: Loading) -> None:
    body.para(told(card.doing))
    if card.steps:
        y = body.y
        x = body.canvas.put(0, y, "━" * 2 * card.done, BOLD)
        body.canvas.put(x, y, "─" * 2 * (card.steps - card.done), MUTE)


def write_prose(body: Body, prose: Prose) -> None:
    """Write lesson words, a blank row between their blocks."""
    for at, block in enumerate(prose.blocks):
        if at:
            body.blank()
        match block:
            case Paragraph(runs):
                body.para(spans(runs))
            case Code(lines):
                for line in lines:
                    body.command((Span(line),), BOLD)
            case Listing(items, ordered):
                for number, item in enumerate(items, 1):
                    body.labelled(f"{number}." if ordered else "·", spans(item), TEXT, column=3 if ordered else 2)


def _go_on(body: Body) -> None:
    body.blank()
    body.clickable(HitKind.ADVANCE, keys.shown("next"), body.words("story.go-on"))
