"""The explorer on screen: every namespace of this machine, read-only; move, search, and open what a row shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace
from textual import events
from textual.message import Message

from nslab.kernel.namespaces import Kind
from nslab.observe.machine.rows import COLUMNS, Machine
from nslab.observe.machine.worlds import Arrangement
from nslab.tui import keys
from nslab.tui.asked import asked_rows
from nslab.tui.canvas import Canvas
from nslab.tui.explore.about import about, first_kind, legend, row_asked
from nslab.tui.explore.sight import Sight, found, sight
from nslab.tui.explore.table import grid_for, heads, height_of, table
from nslab.tui.explore.watcher import Looking, Watcher
from nslab.tui.faces import MUTE
from nslab.tui.lesson.helping import EXPLORE
from nslab.tui.screens.explore_panel import PanelScreen
from nslab.tui.screens.watched import WatchedScreen
from nslab.tui.searched import Searched, search_row
from nslab.words import Words

SMALL = 100  # columns
LEAST_TABLE = 4  # rows of it, however much there is to say of one


class ExploreTable(Searched):
    """The table, and below it what there is to say of the row selected."""

    class Opened(Message):
        """All about the row selected is wanted."""

    def __init__(self, words: Words, by: Arrangement = Arrangement.OWNER) -> None:
        super().__init__(words, self._found, "")
        self.sight: Sight | None = None
        self._by = by
        self._kind: Kind | None = None

    def show(self, machine: Machine) -> None:
        """Show the machine as it is now. The same row stays selected; one that is gone gives way to the one in its place."""
        before, self.sight = self.sight, sight(machine, self._by)
        if self.sight.row(self.cursor.selected) is None:
            at = self._place(before)
            self.select(self.sight.rows[min(at, len(self.sight.rows) - 1)].key)
        if self.cursor.query:
            self._look_for(self._line)
        self.redraw()

    def hang(self, by: Arrangement) -> None:
        """Hang the rows from their owner, or from their maker."""
        self._by = by
        if self.sight is not None:
            self.show(self.sight.machine)

    def select(self, key: str) -> None:
        """Put the cursor on a row."""
        self.cursor = replace(self.cursor, selected=key)
        self.redraw()

    def ids(self) -> list[str]:
        """The rows from top to bottom."""
        return [] if self.sight is None else [row.key for row in self.sight.rows]

    def open(self) -> None:
        """Ask for all about the row selected."""
        self.post_message(self.Opened())

    def on_key(self, event: events.Key) -> None:
        if self.cursor.searching or not self._went(event.key):
            super().on_key(event)
            return
        event.stop()
        event.prevent_default()

    def _went(self, key: str) -> bool:
        """Sideways to another kind, or to the first or last row."""
        shown = self._shown(self.cursor)
        match key:
            case "left" | "right":
                at = COLUMNS.index(self.kind) + (1 if key == "right" else -1)
                self._kind = COLUMNS[min(max(at, 0), len(COLUMNS) - 1)]
                self.redraw()
            case "home" | "end":
                if shown:
                    self.select(shown[0 if key == "home" else -1])
            case _:
                return False
        return True

    @property
    def kind(self) -> Kind:
        """The kind that is spoken of: the one chosen, else the first that begins in the row."""
        row = self.sight.row(self.cursor.selected) if self.sight else None
        return self._kind or (first_kind(row) if row else COLUMNS[0])

    def draw(self, canvas: Canvas) -> None:
        x, y = (1, 0) if canvas.width < SMALL else (2, 1)
        inner = Canvas(canvas.width - 2 * x, canvas.height - 2 * y, plain=canvas.plain, afar=canvas.afar)
        self._inner(inner)
        canvas.blit(inner, x, y)
        self.hits = {row + y: key for row, key in self.hits.items()}

    def _inner(self, canvas: Canvas) -> None:
        words, seen, self.hits = self.words, self.sight, {}
        above = self._bar(canvas, seen) if canvas.afar and seen is not None else 0
        if self.cursor.searching or self.cursor.query:
            search_row(canvas, above, self.cursor, words("explore.search"))
        else:
            canvas.heading(words("explore.title"), words("explore.sources"), y=above)
        if seen is None:
            canvas.para(0, 2, canvas.width, words("explore.looking"), MUTE)
            return
        top = above + (2 if canvas.width < SMALL or above else 3)
        heads(canvas, top - 1, grid_for(canvas.width), seen, self.kind, words)
        shown = [at for at, row in enumerate(seen.rows) if self.cursor.shows(row.key)]
        selected = seen.row(self.cursor.selected)
        if not shown or selected is None:
            canvas.put(0, top, words("explore.nothing", query=self.cursor.query), MUTE)
            return
        tell = legend if above else about
        below = tell(seen, selected, self.kind, canvas.width, words, plain=canvas.plain)
        most = max(canvas.height - top - below.height, LEAST_TABLE)
        room = height_of(len(shown), len(seen.rows), most)
        rows = Canvas(canvas.width, room, plain=canvas.plain)
        self.hits = {y + top: key for y, key in table(rows, seen, shown, selected.key, words).items()}
        canvas.blit(rows, 0, top)
        gap = 1 if room < most and canvas.width < SMALL else 0
        for y, row in enumerate(below.rows[: max(canvas.height - top - room - gap, 0)], top + room + gap):
            canvas.rows[y] = row
        canvas.lost += below.lost

    def _bar(self, canvas: Canvas, seen: Sight) -> int:
        """Before a room, what there is to say of the row selected stands above; the row below it."""
        selected = seen.row(self.cursor.selected)
        return 0 if selected is None else asked_rows(canvas, row_asked(seen, selected, self.kind, self.words))

    def _found(self, query: str) -> Iterable[str]:
        return [] if self.sight is None else found(self.sight, query, self.words)

    def _place(self, seen: Sight | None) -> int:
        keys_then = [row.key for row in seen.rows] if seen else []
        return keys_then.index(self.cursor.selected) if self.cursor.selected in keys_then else 0


class ExploreScreen(WatchedScreen):
    """The machine, looked at as long as the screen is there."""

    keys = keys.EXPLORE
    called = "explore.name"
    part = EXPLORE

    def __init__(self, words: Words, open_: Callable[[], Looking], by: Arrangement = Arrangement.OWNER) -> None:
        self.table = ExploreTable(words, by)
        self._watcher = Watcher(open_)
        super().__init__(words, self.table, self._watcher)

    def on_watcher_seen(self, message: Watcher.Seen) -> None:
        self.table.show(message.machine)

    def on_watcher_explained(self, message: Watcher.Explained) -> None:
        """What was asked for, if its row is still there."""
        seen = self.table.sight
        row = seen.row(message.key) if seen else None
        if seen is None or row is None or message.told is None:
            self.notify(self.words("explore.panel.gone"))
        else:
            self._open_panel(PanelScreen.of_world(self.words, seen, row, message.told))

    def on_explore_table_opened(self) -> None:
        """A world is explained by the thread that reads; what keeps an empty namespace is known already."""
        seen = self.table.sight
        row = seen.row(self.table.cursor.selected) if seen else None
        if seen is None or row is None:
            return
        if row.leader is not None:
            self._watcher.explain(row.key, row.leader.pid)
        elif row.namespace is not None:
            self._open_panel(PanelScreen.of_empty(self.words, seen, row, row.namespace))

    def _open_panel(self, panel: PanelScreen) -> None:
        panel.present(self.presenting)
        self.app.push_screen(panel)

    def action_what_it_shares(self) -> None:
        self.table.open()

    def action_by_owner(self) -> None:
        self.table.hang(Arrangement.OWNER)

    def action_by_process(self) -> None:
        self.table.hang(Arrangement.PROCESS)
