"""The processes pane: the tree, a number for each side that looks, and the boundary where a namespace was entered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from rich.cells import cell_len

from nslab.observe.views import Gone, NotYet, ProcessRow, ProcessView
from nslab.tui.canvas import THICK_EDGE, Canvas
from nslab.tui.faces import LINE, MUTE, REVERSE, TEXT, Face, hue, lettered, tint
from nslab.tui.panes.pane import Emphasis, Pane, RowAt, about_row, above_more, drawable
from nslab.tui.wrap import shorten
from nslab.words import Words

Shown = ProcessView | NotYet | Gone[ProcessView]

SOURCE = "NSpid"
INDENT = 3
COLUMN_CELLS = 6  # a PID column's least width, the gap before it included
NAME_CELLS = 8  # what is left to a name however deep it stands
STATES = {"Z": "pane.zombie", "T": "pane.stopped"}
NOTHING_STANDS_OUT: Emphasis[int, int] = Emphasis()


class Placed(Struct, frozen=True):
    """A row with where it stands: `branch` is the x of its own branch, `lines` those of ancestors that go on below it.

    `worlds` are the letters of the namespaces it is in, outermost first, a letter for each boundary crossed.
    """

    row: ProcessRow
    branch: int
    lines: tuple[int, ...]
    worlds: tuple[str, ...]

    @property
    def entered(self) -> str | None:
        """The letter of the boundary that is crossed here."""
        return self.worlds[-1] if self.row.entered and self.worlds else None


def process_rows(
    canvas: Canvas, view: Shown, words: Words, emphasis: Emphasis[int, int] = NOTHING_STANDS_OUT
) -> RowAt[int]:
    """Write the pane; for each y, the pid of the process that is drawn there.

    Rows and cells are named by pid. Of a tree that is taller than the pane the part that matters is shown: round the
    cursor, else round the row a lesson points at, else from the first boundary on.
    """
    title = words("pane.processes")
    shown = drawable(canvas, view, title, words, lambda on, last: _Tree(on, last, words, NOTHING_STANDS_OUT).draw())
    if shown is None:
        return ()
    under = next((row for row in shown.rows if row.pid == emphasis.cursor), None)
    about = "" if under is None else more_line(under, words) if emphasis.more else source_line(under)
    above = above_more(canvas, about if emphasis.more else "")
    above.heading(title, SOURCE)
    row_at = _Tree(above, shown, words, emphasis).draw()
    canvas.blit(above, 0, 0)
    about_row(canvas, about)
    return row_at


def source_line(row: ProcessRow) -> str:
    """A row's numbers and the file that tells them."""
    numbers = " ".join("╌" if cell.pid is None else str(cell.pid) for cell in row.pids)
    return f"{numbers} ← /proc/{row.pid}/status NSpid"


def more_line(row: ProcessRow, words: Words) -> str:
    """Its user on both sides, and what it does not share with the host."""
    outside, inside = ("╌" if uid is None else uid for uid in (row.uid_outside, row.uid_inside))
    own = " ".join(map(str, row.inside)) or words("pane.all-the-hosts")
    return words("pane.process-more", outside=outside, inside=inside, namespaces=own)


def placed(rows: Sequence[ProcessRow], left: int) -> Iterator[Placed]:
    """Where each row stands, from the tree's own order: children one step right of their parent's name."""
    branches: list[int] = [left]
    going_on: list[bool] = []
    worlds: list[tuple[str, ...]] = []
    for row in rows:
        depth = row.depth
        del branches[depth + 1 :], going_on[depth:], worlds[depth:]
        lines = tuple(branches[level] for level in range(1, depth) if going_on[level])
        yield_worlds = _worlds(row, worlds[-1] if worlds else ())
        yield Placed(row, branches[depth], lines, yield_worlds)
        step = 0 if depth == 0 and not row.entered else INDENT + bool(row.entered)
        branches.append(branches[depth] + step)
        going_on.append(not row.last_of[-1])
        worlds.append(yield_worlds)


def _worlds(row: ProcessRow, parents: tuple[str, ...]) -> tuple[str, ...]:
    """A process may leave its parent's world by setns(2): what it is in counts, not where its parent is."""
    if not row.inside:
        return ()
    return (*parents, row.entered[0].letter) if row.entered else parents


def _nesting(rows: Sequence[ProcessRow]) -> int:
    return max((len(one.worlds) for one in placed(rows, 0)), default=0)


class _Tree:
    """Draws one view on one canvas."""

    def __init__(self, canvas: Canvas, view: ProcessView, words: Words, emphasis: Emphasis[int, int]) -> None:
        self.canvas = canvas
        self.view = view
        self.words = words
        self.emphasis = emphasis
        # The edges of nested worlds stand side by side, and the cursor between them and the tree.
        self.left = max(2, _nesting(view.rows) + 1)
        self.names = [words("pane.host") if one.name == "host" else one.name for one in view.perspectives]
        self.ends = self._column_ends()
        self.name_end = (self.ends[0] - self._widest(0) if self.ends else canvas.width) - 1

    def draw(self) -> RowAt[int]:
        """Heads, the rows in sight, the notes; for each y, the pid drawn there."""
        self._heads()
        rows = list(placed(self.view.rows, self.left))
        room = max(self.canvas.height - 3, 0)  # below the heads, and without the source at the end
        if len(rows) <= room:
            notes = [*self._hidden_note(), *self._unread_note()][: max(room - len(rows) - 1, 0)]
            in_sight, y = rows, 2 + len(rows) + 1
        else:
            room = max(room - 1, 0)
            first = self._first(rows, room)
            in_sight, y = rows[first : first + room], 2 + room
            more = self.words("pane.more-rows", above=first, below=len(rows) - first - room)
            notes = ["  ".join([more, *self._unread_note()])]
        for row_y, one in enumerate(in_sight, 2):
            self._row(row_y, one)
        for note_y, note in enumerate(notes, y):
            self.canvas.put(0, note_y, shorten(note, self.canvas.width), MUTE)
        return (None, None, *(one.row.pid for one in in_sight))

    def _hidden_note(self) -> list[str]:
        """What the ╌ means."""
        hidden = [at for at in range(1, len(self.names)) if any(row.pids[at].pid is None for row in self.view.rows)]
        return [f"╌ {self.words('pane.cannot-be-seen', name=self.names[at])}" for at in hidden[:1]]

    def _unread_note(self) -> list[str]:
        return [self.words("pane.not-readable", count=self.view.unread)] if self.view.unread else []

    def _widest(self, at: int) -> int:
        return max((len(str(row.pids[at].pid)) for row in self.view.rows if row.pids[at].pid is not None), default=1)

    def _column_cells(self, at: int) -> int:
        return max(COLUMN_CELLS, self._widest(at) + 2, cell_len(self.names[at]) + 2)

    def _column_ends(self) -> list[int]:
        """The x after each PID column, from the left."""
        ends = [self.canvas.width - 1]
        for at in range(len(self.names) - 1, 0, -1):
            ends.insert(0, ends[0] - self._column_cells(at))
        return ends[: len(self.names)]

    def _heads(self) -> None:
        if not self.ends:
            return
        said = self.words("pane.pid-seen-from")
        begin = self.ends[0] - cell_len(self.names[0]) - 2
        if cell_len(said) < begin:
            self.canvas.right(begin, 1, said, MUTE)
        for end, name, perspective in zip(self.ends, self.names, self.view.perspectives, strict=True):
            self.canvas.right(end, 1, name, lettered(perspective.letter).strong)

    def _first(self, rows: Sequence[Placed], room: int) -> int:
        """The index of the first row in sight."""
        focus = self._index(self.emphasis.cursor)
        if focus is None:
            focus = self._index(self.emphasis.highlight)
        if focus is None:
            focus = next((at for at, one in enumerate(rows) if one.row.entered), 0)
        return max(0, min(focus - room // 2, len(rows) - room))

    def _index(self, pid: int | None) -> int | None:
        return next((at for at, row in enumerate(self.view.rows) if row.pid == pid), None)

    def _row(self, y: int, one: Placed) -> None:
        row, canvas = one.row, self.canvas
        if one.worlds:
            canvas.fill(0, y, canvas.width, 1, tint(hue(one.worlds[-1])))
            for x, letter in enumerate(one.worlds):
                canvas.put(x, y, THICK_EDGE, lettered(letter))
        if self.emphasis.cursor == row.pid:
            canvas.put(self.left - 1, y, "▸", TEXT.strong)
        x = self._branches(y, one) if one.branch + NAME_CELLS <= self.name_end else self._too_deep(y, one)
        self._name(x, y, one)
        for end, cell, perspective in zip(self.ends, row.pids, self.view.perspectives, strict=True):
            self._number(end, y, cell.pid, perspective.letter, one)

    def _branches(self, y: int, one: Placed) -> int:
        """The tree's lines, and the boundary with its tag; the x for the name."""
        for x in one.lines:
            self.canvas.put(x, y, "│", LINE)
        if one.entered is not None:
            x = self.canvas.put(one.branch, y, "╘═", lettered(one.entered).strong)
            return self.canvas.letter(x, y, one.entered) + 1
        if one.row.depth == 0:
            return one.branch
        return self.canvas.put(one.branch, y, "└─ " if one.row.last_of[-1] else "├─ ", LINE)

    def _too_deep(self, y: int, one: Placed) -> int:
        """No room for the branches: how deep it stands, as a number."""
        x = self.canvas.put(self.left, y, f"{one.row.depth}╌ ", MUTE)
        return self.canvas.letter(x, y, one.entered) + 1 if one.entered is not None else x

    def _name(self, x: int, y: int, one: Placed) -> None:
        row = one.row
        lit = self.emphasis.highlight == row.pid
        x = self.canvas.put(x, y, shorten(row.name, self.name_end - x), REVERSE if lit else self._face(one))
        state = self.words(STATES[row.state]) if row.state in STATES else ""
        if state and x + 1 + cell_len(state) <= self.name_end:
            self.canvas.put(x + 1, y, state, MUTE)

    def _face(self, one: Placed) -> Face:
        return TEXT.strong if one.worlds else TEXT

    def _number(self, end: int, y: int, pid: int | None, letter: str, one: Placed) -> None:
        if pid is None:
            self.canvas.right(end, y, "╌", MUTE)
            return
        face = Face(hue(letter), bold=bool(one.row.entered), solid=one.row.pid in self.emphasis.changed)
        self.canvas.right(end, y, str(pid), face)


class ProcessPane(Pane[ProcessView, int, int]):
    """The pane. Rows and cells are named by pid."""

    def rows_of(self, view: ProcessView) -> tuple[int, ...]:
        """Every process, as the tree has them."""
        return tuple(row.pid for row in view.rows)

    def changed_cells(self, old: ProcessView, new: ProcessView) -> frozenset[int]:
        """Processes that are new, or have entered a namespace."""
        before = {(row.pid, row.start_ticks): row.inside for row in old.rows}
        return frozenset(row.pid for row in new.rows if before.get((row.pid, row.start_ticks)) != row.inside)

    def draw_view(self, canvas: Canvas, view: Shown, emphasis: Emphasis[int, int]) -> RowAt[int]:
        """The pane."""
        return process_rows(canvas, view, self.words, emphasis)
