"""Control groups live: a tree with gauges, and graphs of the group selected, or of it and those beside it; read-only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from msgspec.structs import replace
from textual import events
from textual.message import Message

from nslab.observe.cgroup.feed import PERIOD_SECONDS, Feed, Happened
from nslab.observe.cgroup.history import History, note, remember
from nslab.observe.cgroup.recording import Frame
from nslab.tui import keys
from nslab.tui.asked import asked_rows
from nslab.tui.canvas import Canvas
from nslab.tui.faces import MUTE
from nslab.tui.lesson.helping import TOP
from nslab.tui.screens.watched import WatchedScreen
from nslab.tui.searched import Cursor, Searched, search_row
from nslab.tui.top.knobs import Knob, Write, knobs
from nslab.tui.top.rows import Arrangement, Order, listed
from nslab.tui.top.view import SMALL, Origin, Sight, Touch, arrange, ended, group_asked
from nslab.tui.top.watcher import GroupWatcher
from nslab.words import Words


def key_of(path: str) -> str:
    """A group by what a row is called: the top's empty path would be no row."""
    return f"/{path}"


def path_of(key: str) -> str:
    """And back."""
    return key.removeprefix("/")


class TopTable(Searched):
    """The list and its graphs. What it shows is a `Sight`, made anew by each look and each key."""

    class Selected(Message):
        """Another group is on show."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    class Turned(Message):
        """The chosen limit is to be turned, by so many notches."""

        def __init__(self, steps: int) -> None:
            super().__init__()
            self.steps = steps

    def __init__(self, words: Words, origin: Origin, selected: str | None = None, *, turns: bool = False) -> None:
        """`turns`: limits may be turned."""
        super().__init__(words, self._found, "")
        self._history = History(PERIOD_SECONDS)
        self._wanted = selected
        self.sight = Sight(self._history, origin, Arrangement(), (), "", knob=0 if turns else None)
        self.cursor = Cursor(key_of(""))
        self._touch = Touch({})

    def take(self, seen: Frame | Happened, period_seconds: float) -> None:
        """Take in a look, or what happened between two; show it, unless all stands still."""
        before = replace(self._history, period_seconds=period_seconds)
        self._history = note(before, seen.events) if isinstance(seen, Happened) else remember(before, seen)
        if not before.moments and self._history.moments:
            self._begin()
        if not self.sight.held:
            self._show()

    def _begin(self) -> None:
        """The first look: on the group that was asked for, else the first below the top, which itself tells least."""
        samples = self._history.samples
        selected = self._wanted if self._wanted in samples else next((path for path in samples if path), "")
        self.cursor = replace(self.cursor, selected=key_of(selected))
        self.sight = replace(self.sight, selected=selected)
        self.post_message(self.Selected(selected))

    def end(self) -> None:
        """Nothing more will come."""
        self.sight = replace(self.sight, ended=True)
        self.redraw()

    def sort(self, order: Order) -> None:
        """Put first who has most of something."""
        self._arrange_by(replace(self.sight.by, order=order))

    def toggle_tree(self) -> None:
        """As a tree, or all in one order."""
        self._arrange_by(replace(self.sight.by, tree=not self.sight.by.tree))

    def toggle_side_by_side(self) -> None:
        """One group with all that it uses, or several with one thing."""
        self.sight = replace(self.sight, side_by_side=not self.sight.side_by_side)
        self.redraw()

    def toggle_hold(self) -> None:
        """Stand still, or go on from now."""
        self.sight = replace(self.sight, held=not self.sight.held)
        if not self.sight.held:
            self._show()
        self.redraw()

    def ids(self) -> list[str]:
        """The groups from top to bottom."""
        return [key_of(row.path) for row in self.sight.rows]

    def choose_knob(self) -> None:
        """The next limit; the first after the last."""
        if self.sight.knob is not None and (found := self._knobs()):
            self.sight = replace(self.sight, knob=(self.sight.knob + 1) % len(found))
            self.redraw()

    def turn(self, steps: int) -> Write | None:
        """What is to be written to turn the chosen limit; None where nobody may, or it is at its end."""
        found = self._knobs()
        if self.sight.knob is None or not found:
            return None
        knob = found[min(self.sight.knob, len(found) - 1)]
        value = knob.by(steps)
        return None if value is None else Write(self.sight.selected, knob.file, value)

    def written(self, write: Write) -> None:
        """Show what was written."""
        self.sight = replace(self.sight, last=write)
        self.redraw()

    def _knobs(self) -> tuple[Knob, ...]:
        sample = self.sight.history.samples.get(self.sight.selected)
        return () if sample is None else knobs(sample.group)

    def open(self) -> None:
        """Enter ends the search; the group it is on is on show already."""

    def draw(self, canvas: Canvas) -> None:
        x, y = (1, 0) if canvas.width < SMALL else (2, 1)
        inner = Canvas(canvas.width - 2 * x, canvas.height - y, plain=canvas.plain, afar=canvas.afar)
        self._touch = self._inner(inner).moved(x, y)
        canvas.blit(inner, x, y)
        self.hits = {row: key_of(path) for row, path in self._touch.groups.items()}

    def on_click(self, event: events.Click) -> None:
        """A limit is chosen, and turned to where its slider was clicked; anything else as in every list."""
        limit = self._touch.limits.get(event.y)
        if limit is None or self.sight.knob is None or event.x < self._touch.x:
            super().on_click(event)
            return
        self.sight = replace(self.sight, knob=limit)
        self.redraw()
        if (steps := self._knobs()[limit].notch(event.x - self._touch.x)) is not None:
            self.post_message(self.Turned(steps))

    def _inner(self, canvas: Canvas) -> Touch:
        words, sight = self.words, self.sight
        above = 0
        if canvas.afar and sight.history.samples and canvas.height >= 24:
            above = asked_rows(canvas, group_asked(sight, words))
        if self.cursor.searching or self.cursor.query:
            search_row(canvas, above, self.cursor, words("top.search"))
        else:
            canvas.heading(sight.origin.what or words("top.title"), sight.origin.source, y=above)
        if not sight.history.samples:
            canvas.para(0, above + 2, canvas.width, ended(sight, words) if sight.ended else words("top.looking"), MUTE)
            return Touch({})
        return arrange(canvas, above + (1 if canvas.width < SMALL else 2), sight, words)

    def _found(self, query: str) -> Iterable[str]:
        by = replace(self.sight.by, query=query)
        return [key_of(row.path) for row in listed(self._history, by) if row.found]

    def _arrange_by(self, by: Arrangement) -> None:
        self.sight = replace(self.sight, by=by, rows=listed(self.sight.history, by))
        self.redraw()

    def _show(self) -> None:
        """The same group stays selected; one that is gone gives way to the one above it."""
        rows = listed(self._history, self.sight.by)
        selected = path_of(self.cursor.selected)
        while selected and selected not in self._history.samples:
            selected = selected.rpartition("/")[0]
        self.sight = replace(self.sight, history=self._history, rows=rows)
        self._move(replace(self.cursor, selected=key_of(selected)))

    def _move(self, cursor: Cursor) -> None:
        """The search decides which rows there are, the cursor which of them is on show."""
        if cursor.query != self.sight.by.query:
            by = replace(self.sight.by, query=cursor.query)
            self.sight = replace(self.sight, by=by, rows=listed(self.sight.history, by))
        selected = path_of(cursor.selected)
        if selected != self.sight.selected:
            self.post_message(self.Selected(selected))
        self.sight = replace(self.sight, selected=selected)
        super()._move(replace(cursor, found=None))


class TopScreen(WatchedScreen):
    """Groups, looked at as long as the screen is there."""

    keys = keys.TOP
    called = "top.name"
    part = TOP

    def __init__(
        self,
        words: Words,
        open_: Callable[[], Feed],
        origin: Origin,
        selected: str | None = None,
        write: Callable[[Write], Write] | None = None,
    ) -> None:
        """`write` writes a limit, in a thread, and says how that went; without it limits are only shown."""
        self.table = TopTable(words, origin, selected, turns=write is not None)
        self._write = write
        self._watcher = GroupWatcher(open_)
        super().__init__(words, self.table, self._watcher)

    def on_group_watcher_seen(self, message: GroupWatcher.Seen) -> None:
        self.table.take(message.seen, message.period_seconds)

    def on_group_watcher_ended(self) -> None:
        self.table.end()

    def on_top_table_selected(self, message: TopTable.Selected) -> None:
        """Only of the group on show is it read what its memory is made of: that costs most."""
        self._watcher.look_closely(frozenset({message.path}))

    def action_next_knob(self) -> None:
        self.table.choose_knob()

    async def on_top_table_turned(self, message: TopTable.Turned) -> None:
        await self._turn(message.steps)

    async def action_turn_down(self) -> None:
        await self._turn(-1)

    async def action_turn_up(self) -> None:
        await self._turn(1)

    async def _turn(self, steps: int) -> None:
        """At once: the kernel may take its time, as where memory is to be won back, and the graph goes on meanwhile."""
        write = self.table.turn(steps)
        if write is not None and self._write is not None:
            self.table.written(await asyncio.to_thread(self._write, write))

    def action_by_cpu(self) -> None:
        self.table.sort(Order.CPU)

    def action_by_memory(self) -> None:
        self.table.sort(Order.MEMORY)

    def action_by_time(self) -> None:
        self.table.sort(Order.TIME)

    def action_by_pids(self) -> None:
        self.table.sort(Order.PIDS)

    def action_by_io(self) -> None:
        self.table.sort(Order.IO)

    def action_as_tree(self) -> None:
        self.table.toggle_tree()

    def action_side_by_side(self) -> None:
        self.table.toggle_side_by_side()

    def action_hold(self) -> None:
        self.table.toggle_hold()
