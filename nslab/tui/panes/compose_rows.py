"""The compose board as rows: kinds down, host and containers across, and equal neighbours are one bar. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from msgspec import Struct
from rich.cells import cell_len

from nslab.course.composing import PRESETS, spec_of
from nslab.course.model import Container
from nslab.engine.rosetta.composed import Line, docker_line, nslab_line, podman_line
from nslab.kernel.namespaces import Kind
from nslab.observe.compose_view import Composed, ComposeView
from nslab.observe.namespaces import NamespaceId
from nslab.observe.views import CallRow, NamespaceRow, Refused
from nslab.tui.asked import Asked
from nslab.tui.canvas import Canvas, middle_of
from nslab.tui.faces import BAD, BOLD, MUTE, REVERSE, RULE, TEXT, Role, hue
from nslab.tui.panes.bar_rows import Bars
from nslab.tui.panes.bars import Segment, grid_for
from nslab.tui.panes.calls import answer_text
from nslab.tui.panes.heads import column_head
from nslab.tui.panes.pane import Emphasis, RowAt
from nslab.tui.wrap import call_lines, shorten
from nslab.words import Words

ORDER = (Kind.NET, Kind.IPC, Kind.UTS, Kind.PID, Kind.MNT, Kind.CGROUP, Kind.USER, Kind.TIME)
OWN, HOSTS = "", "host"
"""Where a switch stands: on a namespace of its own, on the host's, or else on the name of another container."""

SWITCH = 8  # where a switch begins
TOP = 3  # where the bars begin, below heading, presets, and heads
WIDE = 100
LABEL, NARROW_LABEL = 26, 24
TALL = 3
MARGIN = 4  # between the two halves at the bottom

ChangedCell = tuple[Kind, int]
Draft = Mapping[Kind, str]
"""The switches of one container."""


class Hand(Struct, frozen=True):
    """Where a person's hand is: the container at hand, and how its switches stand; None where there is none.

    `told`: a bar above the board tells what is so of the kind at hand, in place of the heading and the words below.
    """

    chosen: str | None
    draft: Draft = {}
    told: bool = False


def draft_of(composed: Composed) -> dict[Kind, str]:
    """The switches of a container as it was asked for."""
    spec = composed.spec
    return {kind: OWN if spec.has(kind) else spec.joined(kind) or HOSTS for kind in ORDER}


def container_of(name: str, draft: Draft) -> Container:
    """What the switches ask for."""
    own = tuple(kind for kind in Kind if draft[kind] == OWN)
    share = {kind: draft[kind] for kind in Kind if draft[kind] not in (OWN, HOSTS)}
    return Container(name, own, name if Kind.UTS in own else None, share=share)


def compose_view_rows(
    canvas: Canvas, view: ComposeView, words: Words, hand: Hand, emphasis: Emphasis[Kind, ChangedCell]
) -> RowAt[Kind]:
    """Write the board; for each y, the kind that is drawn there."""
    return _Board(canvas, view, words, hand, emphasis).draw()


class _Board:
    """Draws one view on one canvas."""

    def __init__(
        self, canvas: Canvas, view: ComposeView, words: Words, hand: Hand, emphasis: Emphasis[Kind, ChangedCell]
    ) -> None:
        self.canvas, self.view, self.words, self.hand, self.emphasis = canvas, view, words, hand, emphasis
        columns = view.sides.columns
        label = LABEL if canvas.width >= WIDE else NARROW_LABEL
        self.grid = grid_for(canvas.width, len(columns), label)
        self.bars = Bars(canvas, self.grid, columns, self._is_solid)
        self.composed = view.container(hand.chosen) if hand.chosen else None
        self.top = TOP - hand.told

    def draw(self) -> RowAt[Kind]:
        """Presets, heads, rows, and what there is to say of the container at hand."""
        self._presets(self.top - 2)
        self._heads(self.top - 1)
        groups = [list(rows) for _, rows in groupby(sorted(self._rows(), key=self._group), key=self._group)]
        said = 0 if self.hand.told else self._said_rows()  # before a room the bars come first
        tall = TALL if self._height(groups, TALL, blank=True) + said <= self.canvas.height else 1
        blank = self._height(groups, tall, blank=True) + said <= self.canvas.height
        y, row_at = self.top, dict[int, Kind]()
        for group in groups:
            height = tall if self._group(group[0]) == 0 else 1
            for row in group:
                self._row(y, height, row)
                row_at |= dict.fromkeys(range(y, y + height), row.kind)
                y += height + (height > 1)
            y += blank and height == 1
        if self.composed is not None:
            self._said(y if blank else y + 1, self.composed)
        elif not self.hand.told and not self.view.containers and y < self.canvas.height:
            self.canvas.put(0, y, shorten(self.words("compose.none"), self.canvas.width), MUTE)
        return tuple(row_at.get(at) for at in range(self.canvas.height))

    def _rows(self) -> list[NamespaceRow]:
        by_kind = {row.kind: row for row in self.view.sides.rows}
        return [by_kind[kind] for kind in ORDER]

    def _group(self, row: NamespaceRow) -> int:
        """What containers share with one another comes first, what all share with the host last."""
        if any(members(self.view, row, at) > 1 for at in range(1, len(row.cells)) if not is_hosts(row, at)):
            return 0
        return 2 if all(is_hosts(row, at) for at in range(1, len(row.cells))) else 1

    def _is_solid(self, row: NamespaceRow, segment: Segment) -> bool:
        """Whether containers share this one, and not with the host."""
        return not is_hosts(row, segment.last) and members(self.view, row, segment.last) > 1

    def _height(self, groups: list[list[NamespaceRow]], tall: int, *, blank: bool) -> int:
        """How far down the bars reach."""
        y = self.top
        for group in groups:
            height = tall if self._group(group[0]) == 0 else 1
            y += len(group) * (height + (height > 1)) + (blank and height == 1)
        return y

    def _said_rows(self) -> int:
        """Rows for what is said below: a heading and calls, and three command lines."""
        calls = len(self.composed.calls) if self.composed else 0
        return 1 + max(calls, 3) + 3

    def _presets(self, y: int) -> None:
        x = self.canvas.put(0, y, self.words("compose.preset"), MUTE) + 2
        for name in PRESETS:
            x = self.canvas.put(x, y, f" {name} ", REVERSE if name == self.view.preset else TEXT) + 1
        if self.view.preset is not None:
            note = self.words(f"compose.note.{self.view.preset}")
            room = self.canvas.width - x - 2
            if cell_len(note) <= room:
                self.canvas.right(self.canvas.width, y, note, MUTE)

    def _heads(self, y: int) -> None:
        if self.hand.chosen:
            room = self.grid.label - SWITCH - 1
            self.canvas.put(SWITCH, y, shorten(self.words("compose.switch", name=self.hand.chosen), room), MUTE)
        for at, column in enumerate(self.view.sides.columns[: self.grid.count]):
            column_head(self.canvas, self.grid, at, column, self.words, y)

    def _row(self, y: int, height: int, row: NamespaceRow) -> None:
        middle, kind = y + middle_of(height), row.kind
        here, lit = self.emphasis.cursor is kind, self.emphasis.highlight is kind
        group = self._group(row)
        self.canvas.put(0, middle, kind.value, REVERSE if lit else BOLD if here or group == 0 else TEXT)
        if self.composed is not None:
            self._switch(middle, kind, here=here)
        self.bars.row(y, height, row, {column for changed, column in self.emphasis.changed if changed is kind})

    def _switch(self, y: int, kind: Kind, *, here: bool) -> None:
        """A word for where it stands; another than the container was made with is bold."""
        state = self.hand.draft.get(kind, HOSTS)
        turned = self.composed is not None and draft_of(self.composed)[kind] != state
        word = shorten(state_words(state, self.words), self.grid.label - SWITCH - 6)
        face = BOLD if here or turned else MUTE if state == HOSTS else TEXT
        x = self.canvas.put(SWITCH + 2, y, word, face)
        if here:
            self.canvas.put(SWITCH, y, "◂", BOLD)
            self.canvas.put(x + 1, y, "▸", BOLD)

    def _said(self, y: int, composed: Composed) -> None:
        """How it came in, what follows for the kind at hand, and the same as command lines."""
        lines = min(3, max(self.canvas.height - y - (0 if self.hand.told else 2), 0))
        end = self.canvas.height - lines
        if self.hand.told:
            if y + 1 + len(composed.calls) <= end:
                self._came_in(y, end, self.canvas.width, composed)
        elif self.canvas.width >= WIDE:
            half = (self.canvas.width - MARGIN) // 2
            self._came_in(y, end, half, composed)
            self._so(y, end, half + MARGIN, composed)
        elif end > y:
            below = y + 1 + self._came_in(y, end, self.canvas.width, composed)
            if below < end and (sentence := so_words(self.view, self._kind(), composed, self.words)):
                self.canvas.put(0, below, shorten(sentence[0], self.canvas.width), TEXT)
        spec = spec_of(container_of(composed.name, self.hand.draft))
        said = (("nslab", nslab_line(spec)), ("docker", docker_line(spec)), ("podman", podman_line(spec)))
        for at, (program, line) in enumerate(said[:lines]):
            self._line(end + at, program, line)

    def _heading(self, x: int, y: int, end: int, text: str) -> None:
        x = self.canvas.put(x, y, shorten(text, end - x - 4), BOLD) + 1
        self.canvas.put(x, y, "─" * (end - x), RULE)

    def _kind(self) -> Kind:
        """The kind that is spoken of."""
        return self.emphasis.cursor or self.emphasis.highlight or ORDER[0]

    def _came_in(self, y: int, end: int, width: int, composed: Composed) -> int:
        """The calls; how many of them there was room for."""
        if end <= y:
            return 0
        self._heading(0, y, width, self.words("compose.came-in", name=composed.name))
        shown = composed.calls[: end - y - 1]
        at = y + 1
        spare = end - at - len(shown)
        for row in shown:
            rows = self._call(at, width, row, composed, 1 + spare)
            spare -= rows - 1
            at += rows
        return at - y - 1

    def _call(self, y: int, width: int, row: CallRow, composed: Composed, most: int) -> int:
        """One call in at most so many rows; how many it has."""
        letter = "A" if row.who == "lab" else composed.letter
        x = self.canvas.letter(0, y, letter) + 1 if letter else 4
        answer = answer_text(row, self.words)
        bad = row.ended_the_plan
        face = BAD if bad else BOLD if row.step != "joiner" and row.who == "joiner" else TEXT
        room = width - x - cell_len(answer) - 2
        rows = call_lines(row.call, room, most)
        for at, text in enumerate(rows, y):
            self.canvas.put(x, at, shorten(text, room), face)
        self.canvas.right(width, y + len(rows) - 1, answer, BAD if bad else BOLD)
        return len(rows)

    def _so(self, y: int, end: int, x: int, composed: Composed) -> None:
        """What is so, by what was observed, of the kind under the cursor."""
        kind = self._kind()
        if end <= y:
            return
        self._heading(x, y, self.canvas.width, self.words("compose.so", kind=kind.value))
        said = so_words(self.view, kind, composed, self.words)
        if said is None:
            return
        y = self.canvas.para(x, y + 1, self.canvas.width - x, said[0], TEXT)
        if said[1] and y < end:
            self.canvas.put(x, y, shorten(said[1], self.canvas.width - x), MUTE)

    def _line(self, y: int, program: str, line: Line) -> None:
        self.canvas.put(0, y, program, MUTE)
        room = self.canvas.width - SWITCH
        note = self.words("compose.cannot", kinds=", ".join(line.cannot)) if line.cannot else ""
        x = self.canvas.put(SWITCH, y, shorten(line.text, room), TEXT) + 2
        if note and x + cell_len(note) <= self.canvas.width:
            self.canvas.put(x, y, note, MUTE)


def state_words(state: str, words: Words) -> str:
    """Where a switch stands, as a word."""
    if state in (OWN, HOSTS):
        return words("compose.state.own" if state == OWN else "compose.state.host")
    return words("compose.state.joins", name=state)


def members(view: ComposeView, row: NamespaceRow, at: int) -> int:
    """How many living containers are in the namespace of a column."""
    cell, columns = row.cells[at], view.sides.columns
    return sum(
        other is not None and cell is not None and columns[i].alive and other.namespace == cell.namespace
        for i, other in enumerate(row.cells)
        if i > 0
    )


def is_hosts(row: NamespaceRow, at: int) -> bool:
    """Whether a column's namespace is the host's."""
    host, cell = row.cells[0], row.cells[at]
    return cell is None or (host is not None and cell.namespace == host.namespace)


def compose_asked(view: ComposeView, hand: Hand, kind: Kind, words: Words) -> Asked:
    """For a room, what is so of the container and the kind at hand."""
    composed = view.container(hand.chosen) if hand.chosen else None
    if composed is None:
        return Asked("?", (words("compose.none"),))
    said = so_words(view, kind, composed, words) or ("", "")
    ink = Role.BAD if composed.refused is not None else hue(composed.letter) if composed.letter else Role.TEXT
    tag = f"{composed.name} · {kind.value}"
    return Asked(tag, tuple(line for line in (said[0], said[1]) if line), ink)


def so_words(view: ComposeView, kind: Kind, composed: Composed, words: Words) -> tuple[str, str] | None:
    """A sentence, and who is in the namespace; None where that is not known. Of one that was refused, what that means."""
    if composed.refused is not None and isinstance(composed.refused.answer, Refused):
        answer = answer_text(composed.refused, words)
        return words("pane.kinds-refused", answer=answer, meaning=composed.refused.answer.meaning), ""
    name, columns = composed.name, view.sides.columns
    at = next((i for i, column in enumerate(columns) if column.name == name), None)
    row = next(row for row in view.sides.rows if row.kind is kind)
    cell = row.cells[at] if at is not None else None
    if at is None or cell is None or not isinstance(cell.namespace, NamespaceId):
        return None
    if not columns[at].alive:
        return words("compose.so.ended", name=name), ""
    others = [
        columns[i].name
        for i, other in enumerate(row.cells)
        if i not in (0, at) and other is not None and other.namespace == cell.namespace and columns[i].alive
    ]
    state = "host" if is_hosts(row, at) else "shared" if others else "own"
    inside = ", ".join(f"{member.comm} {member.pid}" for member in cell.members)
    every = [column.name for column in columns if column.name in (name, *others)]
    facts = {"name": name, "others": ", ".join(others), "all": ", ".join(every)}
    sentence = words(f"compose.so.{kind.value}.{state}", **facts)
    return sentence, f"{cell.letter} {cell.namespace.inode}: {inside}"
