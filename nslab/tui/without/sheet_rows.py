"""The sheets: each attack a line from the container to the host, each primitive a sheet in its way. Pure.

Where a line ends is the trial's answer; which sheet it ends at is that attack's first whole lock. One line gets through: it alone
has colour.
"""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from nslab.course.ablation import LEFT_OUT, PRIMITIVES
from nslab.course.trial import Trial
from nslab.course.trials import Failed
from nslab.engine.steps import Done
from nslab.kernel.syscalls import errno_name
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, BOLD, LINE, MUTE, OK, REVERSE, TEXT, Face, Role
from nslab.tui.without.view import Row, WithoutView
from nslab.tui.wrap import shorten
from nslab.words import Words

ROOMY = 110  # columns: from here on a sheet has a name whole, and the host's side has words
HEAD_ROWS = 3
HOST_CELLS = 10  # for what an attack got


class Frame(Struct, frozen=True):
    """Where the sheets stand: the first one's x, how wide each is with its gap, and the host's side."""

    left: int
    sheet: int
    host: int

    def x(self, primitive: str) -> int:
        """A sheet's first cell."""
        return self.left + PRIMITIVES.index(primitive) * self.sheet


def frame(width: int, names: int) -> Frame:
    """The sheets right of the attacks' names."""
    sheet, host = (6, HOST_CELLS) if width >= ROOMY else (4, 2)
    left = min(names + 1, width - sheet * len(PRIMITIVES) - host)
    return Frame(left, sheet, left + sheet * len(PRIMITIVES) + 1)


def sheet_rows(canvas: Canvas, y: int, view: WithoutView, words: Words) -> int:
    """Write heads and attacks from row `y`; the row after them."""
    return _Sheets(canvas, view, words).write(y)


def cut(name: str, cells: int) -> str:
    """As much of a name as there is room for, without a sign that it goes on: three letters still tell the sheets apart."""
    while cell_len(name) > cells:
        name = name[:-1]
    return name


class _Sheets:
    """Writes one view on one canvas."""

    def __init__(self, canvas: Canvas, view: WithoutView, words: Words) -> None:
        self.canvas, self.view, self.words = canvas, view, words
        self.names = {row.attack.id: words(f"without.attack.{row.attack.id}") for row in view.rows}
        self.frame = frame(canvas.width, max(map(cell_len, self.names.values())))

    def write(self, y: int) -> int:
        for primitive in PRIMITIVES:
            if primitive not in self.view.off:
                x = self.frame.x(primitive)
                self.canvas.fill(x, y, self.frame.sheet - 1, HEAD_ROWS + len(self.view.rows), Role.PANEL)
        self._heads(y)
        for at, row in enumerate(self.view.rows):
            self._attack(y + HEAD_ROWS + at, row, selected=at == self.view.at[0])
        return y + HEAD_ROWS + len(self.view.rows)

    def _heads(self, y: int) -> None:
        room = self.frame.sheet - 1
        for primitive in PRIMITIVES:
            x, off = self.frame.x(primitive), primitive in self.view.off
            name = self.words(f"without.sheet.{primitive}")
            self.canvas.put(
                x, y, cut(name, room), REVERSE if primitive == self.view.primitive else BOLD if off else TEXT
            )
            state = self.words("without.off" if off else "without.on")
            self.canvas.put(x, y + 1, shorten(state, room), BAD if off else MUTE)
        held = sum(isinstance(row.result, Trial) and not row.result.through for row in self.view.rows)
        if self.canvas.width >= ROOMY:
            told = self.words("without.held-count", held=held, all=len(self.view.rows))
            self.canvas.put(self.frame.host, y + 1, shorten(told, self.canvas.width - self.frame.host), MUTE)

    def _attack(self, y: int, row: Row, *, selected: bool) -> None:
        through = isinstance(row.result, Trial) and row.result.through
        name = shorten(self.names[row.attack.id], self.frame.left - 1)
        face = BOLD if selected or through else TEXT
        if selected:
            self.canvas.fill(0, y, self.frame.left - 1, 1, REVERSE)
        start = self.canvas.put(0, y, name, face) + 1
        match row.result:
            case Trial(refused=None, through=True):
                self._through(start, y, row, row.result)
            case Trial(refused=None):
                self._stopped(start, y, row)
            case Trial():
                self._refused(start, y, row.result)
            case Failed():
                self.canvas.put(self.frame.host, y, "?", BAD)
            case None:
                self.canvas.put(self.frame.host, y, "…", MUTE)

    def _through(self, start: int, y: int, row: Row, trial: Trial) -> None:
        """The one line with a hue: the container's. What is there and does not help is crossed."""
        ink = Face(Role.B, bold=True)
        self.canvas.put(start, y, "━" * (self.frame.host - 2 - start) + "►", ink)
        for primitive in {one for lock in row.attack.locks for one in lock} - self.view.off:
            self.canvas.put(self.frame.x(primitive) + 1, y, "╪", ink)
        gain = self.words(f"without.gain.{row.attack.id}", seen=trial.seen, rights=trial.rights)
        room = self.canvas.width - self.frame.host - 2
        self.canvas.put(self.frame.host, y, f"✗ {shorten(gain, room)}" if room > 3 else "✗", BAD)

    def _stopped(self, start: int, y: int, row: Row) -> None:
        locks = sorted(PRIMITIVES.index(lock[0]) for lock in row.standing)
        first = self.frame.x(PRIMITIVES[locks[0]]) + 1 if locks else self.frame.host - 2
        self.canvas.put(start, y, "─" * (first - start), LINE)
        self.canvas.put(first, y, "┤", BOLD)
        for at in locks[1:]:
            self.canvas.put(self.frame.x(PRIMITIVES[at]) + 1, y, "┆", MUTE)
        self.canvas.put(self.frame.host, y, "✓", OK)

    def _refused(self, start: int, y: int, trial: Trial) -> None:
        """The kernel refused the plan itself: the line ends at the sheet whose step that was."""
        assert trial.refused is not None
        step, outcome = trial.refused
        owner = next((name for name in PRIMITIVES if step.id in LEFT_OUT.get(name, ())), PRIMITIVES[-1])
        first = self.frame.x(owner) + 1
        self.canvas.put(start, y, "─" * (first - start), LINE)
        self.canvas.put(first, y, "✗", BAD)
        number = errno_name(outcome.errno) if isinstance(outcome, Done) else "?"
        room = self.canvas.width - self.frame.host
        self.canvas.put(self.frame.host, y, shorten(number, room), BAD)
