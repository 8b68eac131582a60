"""The ablation board: keys choose an attack and a primitive, and leave primitives out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.reactive import reactive

from nslab.course.ablation import ATTACKS, BARE, PRIMITIVES
from nslab.course.boards import TrialsView
from nslab.course.model import Attacked
from nslab.course.trials import Cell
from nslab.observe.views import Gone, NotYet
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BOLD, MUTE, REVERSE, TEXT, Face, Role
from nslab.tui.panes.board import Board, draw
from nslab.tui.panes.pane import Emphasis
from nslab.tui.wanted import PartWanted
from nslab.tui.without.cell_rows import cell_rows
from nslab.tui.without.sheet_rows import HEAD_ROWS, ROOMY, frame, sheet_rows
from nslab.tui.without.view import WithoutView, cells, without_view
from nslab.words import Words

Shown = TrialsView | NotYet | Gone[TrialsView]

TITLE = "without.title"
FIRST = (0, PRIMITIVES.index(ATTACKS[0].locks[0][0]))
NOTHING_YET = NotYet("pane.nothing-yet")


def without_rows(canvas: Canvas, view: Shown, words: Words, _emphasis: Emphasis[int, int]) -> None:
    """The board with nothing left out, as a card shows it."""

    def whole(on: Canvas, shown: TrialsView) -> None:
        sheets(on, without_view(frozenset(), FIRST, shown.results), words)

    draw(canvas, view, words, TITLE, whole)


def sheets(canvas: Canvas, view: WithoutView, words: Words) -> None:
    """The sheets above the open cell; in a narrow window the sheets alone."""
    small = canvas.width < ROOMY
    y = 0
    if not small:
        canvas.heading(words(TITLE), words("without.source"))
        _captions(canvas, 2, view, words)
        y = 3
    y = sheet_rows(canvas, y, view, words)
    if not small:
        canvas.put(0, y, words("without.legend"), MUTE)
        y += 1
    if y < canvas.height:
        canvas.put(0, y, words(f"without.note.{view.primitive}"), TEXT)
    if not small and y + 3 < canvas.height:
        cell_rows(canvas, y + 2, view, words)


def opened(canvas: Canvas, view: WithoutView, words: Words) -> None:
    """In a narrow window: the open cell alone."""
    canvas.put(0, 0, words(f"without.attack.{view.attack.id}"), BOLD)
    cell_rows(canvas, 1, view, words)


def _captions(canvas: Canvas, y: int, view: WithoutView, words: Words) -> None:
    """Who attacks, what stands in the way, and which base."""
    at = frame(canvas.width, longest_name(words))
    canvas.put(0, y, words("without.from"), Face(Role.B, bold=True))
    x = canvas.put(at.left, y, words("without.way"), MUTE) + 4
    x = canvas.put(x, y, words("without.base"), MUTE) + 1
    for name, chosen in (("full", not view.bare), ("bare", view.bare)):
        x = canvas.put(x, y, f" {words(f'without.{name}')} ", REVERSE if chosen else MUTE)
    canvas.put(x + 1, y, words("without.bare-is"), MUTE)
    canvas.put(at.host, y, words("without.host"), Face(Role.A, bold=True))


def longest_name(words: Words) -> int:
    """How many cells the longest name of an attack has."""
    return max(cell_len(words(f"without.attack.{attack.id}")) for attack in ATTACKS)


class WithoutBoard(Board[TrialsView]):
    """Shows the trials that were made, and asks for those that it needs: of all attacks, or of the selected one unless `every`.

    `opened`, in a narrow window: the cell, not the sheets.
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
        id: str | None = None,
    ) -> None:
        super().__init__(words, id=id)
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
            if others:
                attack, self.off = others[-1]
                row = [one.id for one in ATTACKS].index(attack)
                self.at = (row, PRIMITIVES.index(ATTACKS[row].locks[0][0]))
        self.redraw()

    def draw_board(self, canvas: Canvas, view: TrialsView) -> None:
        """The sheets and the open cell, or in a narrow window one of them."""
        shown = without_view(self.off, self.at, view.results)
        (opened if self.opened and canvas.width < ROOMY else sheets)(canvas, shown, self.words)

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
                self.post_message(PartWanted(Attacked(attack, tuple(name for name in PRIMITIVES if name in off))))
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
        """From the full base to the bare one, or back."""
        self.leave_out(self.off - BARE if self.off >= BARE else self.off | BARE)

    def open_cell(self) -> None:
        """In a narrow window: the cell in place of the sheets, or back."""
        self.opened = not self.opened
        self.redraw()

    def run_again(self) -> None:
        """Run all attacks anew."""
        self.post_message(self.Again())
        for attack, off in cells(self.off, self.at, every=True):
            self._asked.add((attack, off))
            self.post_message(PartWanted(Attacked(attack, tuple(name for name in PRIMITIVES if name in off))))

    def on_click(self, event: events.Click) -> None:
        """A click takes up an attack, one on a sheet's head leaves that primitive out or puts it back."""
        top = (3 if self.size.width >= ROOMY else 0) + HEAD_ROWS
        at = frame(self.size.width, longest_name(self.words))
        column = (event.x - at.left) // at.sheet if at.left <= event.x < at.host - 1 else None
        if 0 <= event.y - top < len(ATTACKS):
            self.choose(event.y - top, column)
        elif column is not None and top - HEAD_ROWS <= event.y < top:
            self.at = (self.at[0], column)
            self.leave_out(self.off ^ {PRIMITIVES[column]})
