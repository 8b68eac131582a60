"""The ablation board: keys choose an attack and a primitive, and leave primitives out."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from textual import events
from textual.message import Message

from nslab.course.ablation import ATTACKS, BARE, PRIMITIVES
from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import BOLD, MUTE, REVERSE, TEXT, Face, Role
from nslab.tui.without.cell_rows import cell_rows
from nslab.tui.without.sheet_rows import HEAD_ROWS, ROOMY, frame, sheet_rows
from nslab.tui.without.view import WithoutView
from nslab.words import Words


class WithoutBoard(Drawn, can_focus=True):
    """Shows a view; what is to be looked at is asked for by `Chosen`. `opened`, in a narrow window: the cell, not the sheets."""

    class Chosen(Message):
        """Other primitives are to be left out, or another cell is at hand. `again`: what was run is run anew."""

        def __init__(self, off: frozenset[str], at: tuple[int, int], *, again: bool = False) -> None:
            super().__init__()
            self.off, self.at, self.again = off, at, again

    def __init__(self, words: Words, view: WithoutView) -> None:
        super().__init__(words)
        self.view = view
        self.opened = False

    def show(self, view: WithoutView) -> None:
        """Show what has been run by now."""
        self.view = view
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The sheets above the open cell, or in a narrow window one of them."""
        small = canvas.width < ROOMY
        y = 0
        if not small:
            canvas.heading(self.words("without.title"), self.words("without.source"))
            self._captions(canvas, 2)
            y = 3
        if small and self.opened:
            canvas.put(0, 0, self.words(f"without.attack.{self.view.attack.id}"), BOLD)
            cell_rows(canvas, 1, self.view, self.words)
            return
        y = sheet_rows(canvas, y, self.view, self.words)
        if not small:
            canvas.put(0, y, self.words("without.legend"), MUTE)
            y += 1
        if y < canvas.height:
            canvas.put(0, y, self.words(f"without.note.{self.view.primitive}"), TEXT)
        if not small and y + 3 < canvas.height:
            cell_rows(canvas, y + 2, self.view, self.words)

    def _captions(self, canvas: Canvas, y: int) -> None:
        """Who attacks, what stands in the way, and which base."""
        names = max(cell_len(self.words(f"without.attack.{row.attack.id}")) for row in self.view.rows)
        at = frame(canvas.width, names)
        canvas.put(0, y, self.words("without.from"), Face(Role.B, bold=True))
        x = canvas.put(at.left, y, self.words("without.way"), MUTE) + 4
        x = canvas.put(x, y, self.words("without.base"), MUTE) + 1
        for name, chosen in (("full", not self.view.bare), ("bare", self.view.bare)):
            word = self.words(f"without.{name}")
            x = canvas.put(x, y, f" {word} ", REVERSE if chosen else MUTE)
        canvas.put(x + 1, y, self.words("without.bare-is"), MUTE)
        canvas.put(at.host, y, self.words("without.host"), Face(Role.A, bold=True))

    def on_key(self, event: events.Key) -> None:
        """Arrows move, space leaves the primitive out or puts it back, b takes the other base, Enter opens, r runs again."""
        row, column = self.view.at
        acts: dict[str, Callable[[], object]] = {
            "up": lambda: self.choose(row - 1),
            "down": lambda: self.choose(row + 1),
            "left": lambda: self.choose(row, column - 1),
            "right": lambda: self.choose(row, column + 1),
            "space": self.toggle,
            "b": self.change_base,
            "enter": self.open_cell,
            "r": self.run_again,
        }
        if event.key in acts:
            acts[event.key]()
            event.stop()
            event.prevent_default()

    def choose(self, row: int, column: int | None = None) -> None:
        """Take up an attack, and a primitive: by default the one that stops it."""
        row = min(max(row, 0), len(ATTACKS) - 1)
        if column is None:
            column = PRIMITIVES.index(ATTACKS[row].locks[0][0])
        self.post_message(self.Chosen(self.view.off, (row, min(max(column, 0), len(PRIMITIVES) - 1))))

    async def on_click(self, event: events.Click) -> None:
        """A click takes up an attack, one on a sheet's head leaves that primitive out or puts it back."""
        top = (3 if self.size.width >= ROOMY else 0) + HEAD_ROWS
        names = max(cell_len(self.words(f"without.attack.{row.attack.id}")) for row in self.view.rows)
        at = frame(self.size.width, names)
        column = (event.x - at.left) // at.sheet if at.left <= event.x < at.host - 1 else None
        if 0 <= event.y - top < len(ATTACKS):
            self.choose(event.y - top, column)
        elif column is not None and top - HEAD_ROWS <= event.y < top:
            self.post_message(self.Chosen(self.view.off ^ {PRIMITIVES[column]}, (self.view.at[0], column)))

    def toggle(self) -> None:
        """Leave the selected primitive out, or put it back."""
        self.post_message(self.Chosen(self.view.off ^ {self.view.primitive}, self.view.at))

    def change_base(self) -> None:
        """From the full base to the bare one, or back."""
        off = self.view.off - BARE if self.view.bare else self.view.off | BARE
        self.post_message(self.Chosen(off, self.view.at))

    def open_cell(self) -> None:
        """In a narrow window: the cell in place of the sheets, or back."""
        self.opened = not self.opened
        self.redraw()

    def run_again(self) -> None:
        """Run all of it anew."""
        self.post_message(self.Chosen(self.view.off, self.view.at, again=True))
