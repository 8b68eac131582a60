"""The sheets: each attack a line from the container to the host, each primitive a sheet in its way. Pure.

Where a line ends is the trial's answer; which sheet it ends at is that attack's first whole lock. One line gets through: it alone
has colour.
"""

from __future__ import annotations

from rich.cells import cell_len

from nslab.course.ablation import PRIMITIVES, primitive_of
from nslab.course.trial import Refusal, Trial
from nslab.course.trials import Failed
from nslab.engine.steps import Done
from nslab.kernel.syscalls import errno_name
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, LINE, MUTE, OK, REVERSE, TEXT, Face, Role
from nslab.tui.without.layout import HEAD_ROWS, Layout
from nslab.tui.without.view import Row, WithoutView
from nslab.tui.wrap import shorten
from nslab.words import Words

ABSENT = "╌╌"  # narrow everywhere, and as wide as the narrowest sheet


def sheet_rows(canvas: Canvas, at: Layout, view: WithoutView, words: Words) -> None:
    """Write the heads of the sheets and the attacks below them."""
    _Sheets(canvas, at, view, words).write()


class _Sheets:
    """Writes one view on one canvas."""

    def __init__(self, canvas: Canvas, at: Layout, view: WithoutView, words: Words) -> None:
        self.canvas, self.at, self.view, self.words = canvas, at, view, words
        self.edge = at.host - 2

    def write(self) -> None:
        for primitive in PRIMITIVES:
            if primitive not in self.view.off:
                top = self.at.heads + HEAD_ROWS - 1
                self.canvas.sheet(self.at.x(primitive), top + 1, self.at.sheet - 1, self.at.seen, Role.PANEL)
                self.canvas.fill(self.at.x(primitive), top, self.at.sheet - 1, 1, Role.PANEL)
        self._legend()
        for place, primitive in enumerate(PRIMITIVES):
            self._head(place, primitive)
        shown = self.view.rows[self.at.first : self.at.first + self.at.seen]
        for offset, row in enumerate(shown):
            self._attack(self.at.rows + offset, row, selected=self.at.first + offset == self.view.at[0])

    def _legend(self) -> None:
        """In the corner that names and heads leave; and the base, where there is no row of captions for it."""
        told = [self.words("without.legend.stops"), self.words("without.legend.help")]
        if self.at.captions is None:
            told.append(self.words("without.base-is", base=self.words(f"without.base.{self.view.base}")))
        for offset, text in enumerate(told):
            self.canvas.put(0, self.at.heads + offset, shorten(text, self.at.left - 1), MUTE)
        if self.at.captions is not None:
            held = sum(isinstance(row.result, Trial) and row.result.held for row in self.view.rows)
            text = self.words("without.held-count", held=held, all=len(self.view.rows))
            room = self.canvas.width - self.at.host
            self.canvas.put(self.at.host, self.at.heads + HEAD_ROWS - 1, shorten(text, room), MUTE)

    def _head(self, place: int, primitive: str) -> None:
        """A sheet's name, every other one a row lower so that there is room for it, and whether it is there."""
        x, y, off = self.at.x(primitive), self.at.heads, primitive in self.view.off
        name = self.words(f"without.sheet.{primitive}")
        face = REVERSE if primitive == self.view.primitive else BAD if off else TEXT
        self.canvas.put(x, y + place % 2, name, face)
        state = self.words("without.off" if off else "without.on")
        fits = cell_len(state) < self.at.sheet
        self.canvas.put(x, y + HEAD_ROWS - 1, state if fits else ABSENT, BAD if off else MUTE)

    def _attack(self, y: int, row: Row, *, selected: bool) -> None:
        through = isinstance(row.result, Trial) and row.result.through
        name = shorten(self.words(f"without.attack.{row.attack.id}"), self.at.left - 1)
        face = BOLD if selected or through else TEXT
        cursor = self.at.left - 1
        if selected:
            self.canvas.fill(0, y, cursor, 1, REVERSE)
        end = self.canvas.put(0, y, name, face)
        start = cursor if selected else end + 1
        match row.result:
            case Trial(refused=None, through=True):
                self._through(start, y, row, row.result)
            case Trial(refused=None):
                self._stopped(start, y, row)
            case Trial(refused=Refusal() as refused):
                self._refused(start, y, refused)
            case Failed():
                self.canvas.put(self.at.host, y, "?", BAD)
            case None:
                self.canvas.put(self.at.host, y, "…" if row.asked else "·", MUTE)

    def _through(self, start: int, y: int, row: Row, trial: Trial) -> None:
        """The one line with a hue: the container's. What is there and does not help is crossed."""
        ink = Face(Role.B, bold=True)
        self.canvas.put(start, y, "━" * (self.edge - start) + "►", ink)
        for primitive in {one for lock in row.attack.locks for one in lock} - self.view.off:
            self.canvas.put(self.at.x(primitive) + 1, y, "╪", ink)
        self._verdict(
            y,
            "✗",
            self.words(f"without.gain.{row.attack.id}", seen=trial.seen, rights=trial.rights and trial.rights.after),
            BAD,
        )

    def _stopped(self, start: int, y: int, row: Row) -> None:
        """A line as far as the first whole lock; or, where none is left, as far as what the attack itself lacks."""
        locks = sorted(self.at.x(lock[0]) + 1 for lock in row.standing)
        first, *others = locks or [self.at.x(row.blind) + 1 if row.blind in PRIMITIVES and row.blind else self.edge]
        self.canvas.put(start, y, "─" * (first - start), LINE)
        self.canvas.put(first, y, "┤" if locks else "╌", BOLD)
        for x in others:
            self.canvas.put(x, y, "┆", MUTE)
        self._verdict(y, "✓", "", OK)

    def _refused(self, start: int, y: int, refused: Refusal) -> None:
        """The kernel refused the plan itself: the line ends at the sheet whose step that was."""
        sheet = primitive_of(refused.step.id)
        first = self.at.x(sheet) + 1 if sheet else self.edge
        self.canvas.put(start, y, "─" * (first - start), LINE)
        number = errno_name(refused.outcome.errno) if isinstance(refused.outcome, Done) else "?"
        if first + 2 + len(number) < self.at.host:
            self.canvas.put(first, y, f"✗ {number}", BAD)
        else:
            self.canvas.right(first + 1, y, f" {number} ✗", BAD)
        self._verdict(y, "╌", "", MUTE)  # no container, so that nothing was tried

    def _verdict(self, y: int, mark: str, told: str, face: Face) -> None:
        """How it ended, at the host's side: what there is room for whole."""
        text = f"{mark} {told}" if told and cell_len(told) + 2 <= self.canvas.width - self.at.host else mark
        self.canvas.put(self.at.host, y, text, face)
