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
from nslab.course.trials import Cell
from nslab.observe.views import Gone, NotYet
from nslab.tui.asked import Asked
from nslab.tui.canvas import Canvas
from nslab.tui.faces import MUTE, REVERSE, TEXT, Face, Role
from nslab.tui.panes.board import Board, draw
from nslab.tui.panes.pane import Emphasis
from nslab.tui.wanted import PartWanted
from nslab.tui.without.asked import attack_asked
from nslab.tui.without.cell_rows import cell_rows
from nslab.tui.without.layout import HEAD_ROWS, Layout, layout
from nslab.tui.without.sheet_rows import sheet_rows
from nslab.tui.without.view import WithoutView, cells, next_base, without_view
from nslab.tui.wrap import shorten
from nslab.words import Words

Shown = TrialsView | NotYet | Gone[TrialsView]

TITLE = "without.title"
FIRST = (0, PRIMITIVES.index(ATTACKS[0].locks[0][0]))
NOTHING_YET = NotYet("pane.nothing-yet")

Where = tuple[frozenset[str], tuple[int, int]]
"""What is left out, and the row and the column at hand."""


def first_of(off: frozenset[str]) -> tuple[int, int]:
    """Where a hand begins: at the first attack that some of what is left out would stop."""
    places = [(row, name) for row, attack in enumerate(ATTACKS) for lock in attack.locks for name in lock]
    row, name = next(((row, name) for row, name in places if name in off), (0, PRIMITIVES[FIRST[1]]))
    return row, PRIMITIVES.index(name)


def without_rows(canvas: Canvas, view: Shown, words: Words, emphasis: Emphasis[int, int]) -> None:
    """The board as it was last used, or as an attack was last tried: what a card shows."""

    def whole(on: Canvas, shown: TrialsView) -> None:
        off, at = last_tried(shown, emphasis.highlight)
        sheets(on, without_view(off, at, shown.results), words)

    draw(canvas, view, words, TITLE, whole)


def last_tried(view: TrialsView, row: int | None) -> Where:
    """What was left out when the attack of that row, or any, was tried last, and the cell of it."""
    tried = [(attack, off) for attack, off in view.results if row is None or ATTACKS[row].id == attack]
    if not tried:
        return frozenset(), FIRST
    attack, off = tried[-1]
    at = [one.id for one in ATTACKS].index(attack)
    locks = [name for lock in ATTACKS[at].locks for name in lock]
    column = next((name for name in locks if name in off), locks[0])
    return off, (at, PRIMITIVES.index(column))


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
    """Shows the trials that were made, and asks for those that it needs: of all attacks, or of the selected one unless `every`.

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
        every: bool = False,
        whole: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(words, whole=whole, id=id)
        self.set_reactive(WithoutBoard.view, view)
        self.off, self.at, self.opened = off, at, False
        self._every = every
        self._asked: set[Cell] = set()

    @property
    def needed(self) -> list[Cell]:
        """The trials that are shown as the board stands."""
        return cells(self.off, self.at, every=self._every)

    def watch_view(self, old: Shown, new: Shown) -> None:
        """A trial that somebody else has asked for, as *show me* does, is shown: the board goes there."""
        if isinstance(old, TrialsView) and isinstance(new, TrialsView):
            others = [cell for cell in new.results if cell not in old.results and cell not in self._asked]
            if len({attack for attack, _ in others}) == 1:
                self.off, self.at = last_tried(new, None)
            elif others:  # every attack: the hand stays where it is
                self.off = others[-1][1]
        self.redraw()

    def asked(self, view: TrialsView) -> Asked:
        """The attack at hand."""
        return attack_asked(without_view(self.off, self.at, view.results, self._asked), self.words)

    def draw_board(self, canvas: Canvas, view: TrialsView) -> None:
        """The sheets and the open cell, or where there is not room for both, one of them."""
        shown = without_view(self.off, self.at, view.results, self._asked)
        alone = self.opened and self.layout_in(canvas.width, canvas.height).cell is None
        (opened if alone else sheets)(canvas, shown, self.words)

    def layout_in(self, width: int, height: int) -> Layout:
        """Where everything stands in so much room."""
        return layout(width, height, longest_name(self.words), self.at[0])

    def acts(self) -> Mapping[str, Callable[[], object]]:
        """Arrows move, space leaves the primitive out or puts it back, b takes the other base, Enter opens, r runs again."""
        row, column = self.at
        return {
            "up": lambda: self.choose(row - 1),
            "down": lambda: self.choose(row + 1),
            "left": lambda: self.choose(row, column - 1),
            "right": lambda: self.choose(row, column + 1),
            "space": lambda: self.leave_out(self.off ^ {PRIMITIVES[column]}),
            "b": self.change_base,
            "enter": self.open_cell,
            "r": self.run_again,
        }

    def ask(self) -> None:
        """Ask for the trials that are needed and were not made."""
        view = self._view_now()
        made = view.results if view else {}
        for attack, off in self.needed:
            if (attack, off) not in made:
                self._asked.add((attack, off))
                self.post_message(PartWanted(Attacked(attack, named(off))))
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

    def open_cell(self) -> None:
        """Try the attack at hand; where there is not room for both, with the cell in place of the sheets, or back."""
        self.opened = not self.opened
        self.ask()

    def run_again(self) -> None:
        """Run all attacks anew. A board of its own has them one by one, as they come; a lesson's all at once."""
        self.post_message(self.Again())
        wanted = cells(self.off, self.at, every=True)
        self._asked |= set(wanted)
        if self._every:
            for attack, off in wanted:
                self.post_message(PartWanted(Attacked(attack, named(off))))
        else:
            self.post_message(PartWanted(AllAttacked("every", named(self.off))))
        self.redraw()

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
