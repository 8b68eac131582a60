"""The map of the course on screen: move, search, open a lesson."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace
from textual import events
from textual.app import ComposeResult
from textual.message import Message

from nslab.tui import keys
from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.edit import Line
from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.screens.map_rows import SMALL, Hits, map_rows
from nslab.tui.screens.map_view import Cursor, MapView, first_to_take, shown
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.header import Header, Where
from nslab.words import Words

Search = Callable[[str], Iterable[str]]
"""The ids of the lessons that a query finds."""


class CourseMap(Drawn, can_focus=True):
    """The map itself. Keys go to the search while it is open; Enter and a second click open the lesson selected."""

    class Opened(Message):
        """A lesson is wanted that this machine can run."""

        def __init__(self, lesson_id: str) -> None:
            super().__init__()
            self.lesson_id = lesson_id

    def __init__(self, words: Words, view: MapView, search: Search) -> None:
        super().__init__(words)
        self._view = view
        self._search = search
        self._query = Line()
        self._cursor = Cursor(first_to_take(view))
        self._hits: Hits = {}

    def show(self, view: MapView) -> None:
        """Show the course as it is now; the same lesson stays selected."""
        self._view = view
        self.redraw()

    @property
    def selected(self) -> str:
        """The id of the lesson selected."""
        return self._cursor.selected

    def draw(self, canvas: Canvas) -> None:
        x, y = (1, 0) if canvas.width < SMALL else (2, 1)
        inner = Canvas(canvas.width - 2 * x, canvas.height - 2 * y, plain=canvas.plain)
        hits = map_rows(inner, self._view, self._cursor, self.words)
        canvas.blit(inner, x, y)
        self._hits = {row + y: lesson_id for row, lesson_id in hits.items()}

    def search(self) -> None:
        """Open the search: what is typed goes there."""
        self._moved(replace(self._cursor, searching=True))

    def open(self) -> None:
        """Open the lesson selected, if it can run here."""
        lesson = next((each for each in self._view.lessons if each.id == self._cursor.selected), None)
        if lesson and lesson.can_run:
            self.post_message(self.Opened(lesson.id))

    def on_key(self, event: events.Key) -> None:
        if self._moves(event.key) or (self._cursor.searching and self._types(event)):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        if self._cursor.searching:
            self._look_for(self._query.typed(event.text))
            event.stop()

    def on_click(self, event: events.Click) -> None:
        lesson_id = self._hits.get(event.y)
        if lesson_id == self._cursor.selected:
            self.open()
        elif lesson_id:
            self._moved(replace(self._cursor, selected=lesson_id))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._moves("down")
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._moves("up")
        event.stop()

    def _moves(self, key: str) -> bool:
        step = {"down": 1, "up": -1, "pagedown": 8, "pageup": -8}.get(key)
        ids = [lesson.id for lesson in shown(self._view, self._cursor)]
        if step is None:
            return False
        if ids:
            at = ids.index(self._cursor.selected) + step
            self._moved(replace(self._cursor, selected=ids[min(max(at, 0), len(ids) - 1)]))
        return True

    def _types(self, event: events.Key) -> bool:
        if event.key == "escape":
            self._query = Line()
            self._moved(replace(self._cursor, query="", searching=False, found=None))
            return True
        if event.key == "enter":
            self._moved(replace(self._cursor, searching=False))
            self.open()
            return True
        line = self._query.press(event.key)
        if line is None and event.is_printable and event.character:
            line = self._query.typed(event.character)
        if line is not None:
            self._look_for(line)
        return line is not None

    def _look_for(self, line: Line) -> None:
        """Find as it is typed; the selection moves to the first found if it is not among them."""
        self._query = line
        found = frozenset(self._search(line.text)) if line.text.strip() else None
        cursor = replace(self._cursor, query=line.text, found=found)
        ids = [lesson.id for lesson in shown(self._view, cursor)]
        if ids and cursor.selected not in ids:
            cursor = replace(cursor, selected=ids[0])
        self._moved(cursor)

    def _moved(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self.redraw()


class MapScreen(KeyedScreen):
    """The course's front page."""

    keys = keys.MAP

    def __init__(self, words: Words, view: MapView, search: Search) -> None:
        super().__init__(words)
        self.map = CourseMap(words, view, search)

    def compose(self) -> ComposeResult:
        yield Header(self.words, Where())
        yield self.map
        yield Footer(self.words, self.keys)

    def on_mount(self) -> None:
        self.map.focus()

    def show(self, view: MapView) -> None:
        """Show the course as it is now."""
        self.map.show(view)

    def action_search(self) -> None:
        self.map.search()

    def action_open(self) -> None:
        self.map.open()
