"""The ablation board: keys choose an attack and a primitive, and leave primitives out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.reactive import reactive

from nslab.course.ablation import BASES, PRIMITIVES
from nslab.course.attacks import ATTACKS
from nslab.course.boards import TrialsView
from nslab.course.model import AllAttacked, Attacked
from nslab.course.trial import Trial
from nslab.course.trials import Cell
from nslab.observe.views import Gone, NotYet
from nslab.tui.asked import Asked
from nslab.tui.canvas import Canvas
from nslab.tui.faces import MUTE, REVERSE, TEXT, Face, Role
from nslab.tui.panes.board import Board, draw
from nslab.tui.panes.pane import Emphasis
from nslab.tui.wanted import PartWanted
from nslab.tui.without.asked import attack_asked
from nslab.tui.without.cell_rows import cell_rows, table, table_height
from nslab.tui.without.layout import HEAD_ROWS, NARROWEST, Layout, layout
from nslab.tui.without.sheet_rows import sheet_rows
from nslab.tui.without.view import WithoutView, cells, next_base, pair, without_view
from nslab.tui.wrap import shorten
from nslab.words import Words

Shown = TrialsView | NotYet | Gone[TrialsView]

TITLE = "without.title"
FIRST = (0, PRIMITIVES.index(ATTACKS[0].locks[0][0]))
NOTHING_YET = NotYet("without.nothing-yet")

Where = tuple[frozenset[str], tuple[int, int]]
"""What is left out, and the row and the column at hand."""


def first_of(off: frozenset[str]) -> tuple[int, int]:
    """Where a hand begins: at the first attack that some of what is left out would stop."""
    places = [(row, name) for row, attack in enumerate(ATTACKS) for lock in attack.locks for name in lock]
    row, name = next(((row, name) for row, name in places if name in off), (0, PRIMITIVES[FIRST[1]]))
    return row, PRIMITIVES.index(name)


def without_rows(canvas: Canvas, view: Shown, words: Words, emphasis: Emphasis[int, int]) -> None:
    """An attack as it got through last: what a card shows."""

    def whole(on: Canvas, shown: TrialsView) -> None:
        picture(on, shown, emphasis.highlight, words)

    draw(canvas, view, words, TITLE, whole)


def picture(canvas: Canvas, view: TrialsView, row: int | None, words: Words) -> None:
    """The attack of a row as it got through last, and its calls: what a card has room for, which grows downwards."""
    tried = [cell for cell in view.results if row is None or ATTACKS[row].id == cell[0]]
    through = [cell for cell in tried if isinstance(trial := view.results[cell], Trial) and trial.through]
    off, at = place_of(*(through or tried)[-1]) if tried else (frozenset(), FIRST)
    shown = without_view(off, at, view.results)
    canvas.heading(words(TITLE))
    y = 1
    if canvas.width >= NARROWEST:
        y = HEAD_ROWS + 2
        sheet = Canvas(canvas.width, y - 1, plain=canvas.plain)
        sheet_rows(sheet, layout(canvas.width, HEAD_ROWS + 2, longest_name(words), at[0]), shown, words)
        canvas.blit(sheet, 0, 1)
    canvas.reach(y + table_height(shown, canvas.width, words))
    table(canvas, y, shown, words)


def place_of(attack: str, off: frozenset[str]) -> Where:
    """Where a trial is to be seen: at its attack, and at one of its locks that is left out."""
    row = [one.id for one in ATTACKS].index(attack)
    locks = [name for lock in ATTACKS[row].locks for name in lock]
    return off, (row, PRIMITIVES.index(next((name for name in locks if name in off), locks[0])))


def sheets(canvas: Canvas, view: WithoutView, words: Words) -> None:
    """The sheets, and below them the open cell where there is room for it."""
    at = layout(canvas.width, canvas.height, longest_name(words), view.at[0])
    if at.heading is not None:
        canvas.heading(words(TITLE), words("without.source"))
    if at.captions is not None:
        _captions(canvas, at, view, words)
    sheet_rows(canvas, at, view, words)
    _note(canvas, at, view, words)
    if at.cell is not None:
        cell_rows(canvas, at.cell, view, words)


def opened(canvas: Canvas, view: WithoutView, words: Words) -> None:
    """Where there is room for one of both: the open cell alone."""
    cell_rows(canvas, 0, view, words)


def _captions(canvas: Canvas, at: Layout, view: WithoutView, words: Words) -> None:
    """Who attacks, what stands in the way, and which base."""
    assert at.captions is not None
    y = at.captions
    canvas.put(0, y, words("without.from"), Face(Role.B, bold=True))
    x = canvas.put(at.left, y, words("without.way"), MUTE) + 3
    x = canvas.put(x, y, words("without.base"), MUTE) + 1
    for name in BASES:
        x = canvas.put(x, y, f" {words(f'without.base.{name}')} ", REVERSE if name == view.base else MUTE)
    canvas.put(at.host, y, words("without.host"), Face(Role.A, bold=True))


def _note(canvas: Canvas, at: Layout, view: WithoutView, words: Words) -> None:
    """What it means to leave the primitive at hand out; and where the selected attack stands, if not all are seen."""
    room = canvas.width
    if at.seen < len(ATTACKS):
        room = canvas.right(canvas.width, at.note, f"{view.at[0] + 1}/{len(ATTACKS)}", MUTE) - 1
    canvas.put(0, at.note, shorten(words(f"without.note.{view.primitive}"), room), TEXT)


def longest_name(words: Words) -> int:
    """How many cells the longest name of an attack has."""
    return max(cell_len(words(f"without.attack.{attack.id}")) for attack in ATTACKS)


def named(off: frozenset[str]) -> tuple[str, ...]:
    """Primitives in the board's order, the base's own first."""
    return (*sorted(off - set(PRIMITIVES)), *(name for name in PRIMITIVES if name in off))


class WithoutBoard(Board[TrialsView]):
    """Shows the trials that were made, and asks for those that it needs: of the open cell first, then of all attacks.

    `opened`, where there is not room for both: the cell, not the sheets.
    """

    class Again(Message):
        """What was run is to be forgotten."""

    title = TITLE
    view: reactive[Shown] = reactive(NOTHING_YET, init=False)

    def __init__(
        self,
        words: Words,
        view: Shown = NOTHING_YET,
        off: frozenset[str] = frozenset(),
        at: tuple[int, int] = FIRST,
        *,
        whole: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(words, whole=whole, id=id)
        self.set_reactive(WithoutBoard.view, view)
        self.off, self.at, self.opened = off, at, False
        self._asked: set[Cell] = set()
        self._step = ""

    @property
    def needed(self) -> list[Cell]:
        """The trials that are shown as the board stands."""
        return cells(self.off, self.at)

    def watch_view(self, old: Shown, new: Shown) -> None:
        """A trial that a part of the lesson has asked for, as *show me* does, is shown: the board goes there."""
        if isinstance(new, TrialsView):
            if isinstance(old, NotYet):
                self.ask()
            elif isinstance(old, TrialsView) and len(new.made) > len(old.made):
                self.off, self.at = place_of(*new.made[-1])
                self.ask()
        self.redraw()

    def asked(self, view: TrialsView) -> Asked:
        """The attack at hand."""
        return attack_asked(without_view(self.off, self.at, view.results, self._asked), self.words)

    def begin(self, step: str) -> None:
        """Each step of a lesson begins with everything in its place."""
        if self._step and step != self._step:
            self.off = frozenset()
            self.ask()
        self._step = step

    def draw_board(self, canvas: Canvas, view: TrialsView) -> None:
        """The sheets and the open cell, or where there is not room for both, one of them."""
        shown = without_view(self.off, self.at, view.results, self._asked)
        alone = self.opened and self.layout_in(canvas.width, canvas.height).cell is None
        (opened if alone else sheets)(canvas, shown, self.words)

    def layout_in(self, width: int, height: int) -> Layout:
        """Where everything stands in so much room."""
        return layout(width, height, longest_name(self.words), self.at[0])

    def acts(self) -> Mapping[str, Callable[[], object]]:
        """Arrows move, space leaves the primitive out or puts it back, 0 puts all back, b takes another base,
        Enter tries and opens, r runs all."""
        row, column = self.at
        return {
            "up": lambda: self.choose(row - 1),
            "down": lambda: self.choose(row + 1),
            "left": lambda: self.choose(row, column - 1),
            "right": lambda: self.choose(row, column + 1),
            "space": lambda: self.leave_out(self.off ^ {PRIMITIVES[column]}),
            "b": self.change_base,
            "0": self.make_whole,
            "enter": self.open_cell,
            "r": self.run_again,
        }

    def ask(self) -> None:
        """Ask for the trials that are needed and were not made."""
        view = self._view_now()
        made = view.results if view else {}
        wanted = [cell for cell in self.needed if cell not in made]
        self._asked |= set(wanted)
        for attack, off in wanted:
            if (attack, off) in pair(self.off, self.at):
                self.post_message(PartWanted(Attacked(attack, named(off))))
        if any(off == self.off for _, off in wanted):
            self.post_message(PartWanted(AllAttacked("every", named(self.off))))
        self.redraw()

    def choose(self, row: int, column: int | None = None) -> None:
        """Take up an attack, and a primitive: by default the one that stops it."""
        row = min(max(row, 0), len(ATTACKS) - 1)
        if column is None:
            column = PRIMITIVES.index(ATTACKS[row].locks[0][0])
        self.at = (row, min(max(column, 0), len(PRIMITIVES) - 1))
        self.ask()

    def leave_out(self, off: frozenset[str]) -> None:
        """Leave just these primitives out."""
        self.off = off
        self.ask()

    def toggle(self) -> None:
        """Leave the selected primitive out, or put it back."""
        self.leave_out(self.off ^ {PRIMITIVES[self.at[1]]})

    def change_base(self) -> None:
        """To the base after this one: full, bare, own user namespace, and full again."""
        self.leave_out(next_base(self.off))

    def make_whole(self) -> None:
        """Put everything back."""
        self.leave_out(frozenset())

    def open_cell(self) -> None:
        """Try the attack at hand; where there is not room for both, with the cell in place of the sheets, or back."""
        self.opened = not self.opened
        self.ask()

    def run_again(self) -> None:
        """Forget what was tried, and try it anew."""
        self.post_message(self.Again())

    def on_click(self, event: events.Click) -> None:
        """A click takes up an attack, one on a sheet's head leaves that primitive out or puts it back."""
        y = event.y - self.top_row
        at = self.layout_in(self.size.width, self.size.height - self.top_row)
        row, column = at.row_at(y), at.column_at(event.x)
        if row is not None:
            self.choose(row, column)
        elif column is not None and at.heads <= y < at.heads + HEAD_ROWS:
            self.at = (self.at[0], column)
            self.toggle()
