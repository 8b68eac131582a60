"""A list that is moved over and searched: the map's lessons, the glossary's terms. Its subclasses arrange and open."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace
from textual import events

from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.edit import Line
from nslab.tui.faces import BOLD, MUTE, REVERSE, Role
from nslab.tui.wrap import shorten
from nslab.words import Words

PAGE = 8  # entries that Page Up and Page Down move over

Search = Callable[[str], Iterable[str]]
"""The ids that a query finds."""

Hits = dict[int, str]
"""Row to the entry that a click on it selects."""


class Cursor(Struct, frozen=True):
    """The entry selected, and what is searched for. `found` is None while nothing is."""

    selected: str
    query: str = ""
    searching: bool = False
    found: frozenset[str] | None = None

    def shows(self, id: str) -> bool:
        """Whether the search leaves this entry in the list."""
        return self.found is None or id in self.found


def search_row(canvas: Canvas, y: int, cursor: Cursor, prompt: str) -> None:
    """Write the search: what is typed, or what can be."""
    canvas.fill(0, y, canvas.width, 1, Role.PANEL)
    canvas.put(1, y, "/", BOLD)
    if cursor.query or cursor.searching:
        x = canvas.put(3, y, shorten(cursor.query, canvas.width - 6), BOLD)
        if cursor.searching:
            canvas.put(x, y, " ", REVERSE)
    else:
        canvas.put(3, y, shorten(prompt, canvas.width - 4), MUTE)


class Searched(Drawn, can_focus=True):
    """Keys go to the search while it is open; Enter, and a second click, open the entry selected."""

    def __init__(self, words: Words, search: Search, selected: str) -> None:
        super().__init__(words)
        self.cursor = Cursor(selected)
        self.hits: Hits = {}
        self._search = search
        self._line = Line()

    def ids(self) -> list[str]:
        """Every entry, in the order of the list."""
        raise NotImplementedError

    def open(self) -> None:
        """Open the entry selected."""
        raise NotImplementedError

    def search(self) -> None:
        """What is typed from now on goes to the search."""
        self._move(replace(self.cursor, searching=True))

    def on_key(self, event: events.Key) -> None:
        if self._moved(event.key) or (self.cursor.searching and self._typed(event)):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        if self.cursor.searching:
            self._look_for(self._line.typed(event.text))
            event.stop()

    def on_click(self, event: events.Click) -> None:
        clicked = self.hits.get(event.y)
        if clicked == self.cursor.selected:
            self.open()
        elif clicked:
            self._move(replace(self.cursor, selected=clicked))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._moved("down")
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._moved("up")
        event.stop()

    def _shown(self, cursor: Cursor) -> list[str]:
        return [id for id in self.ids() if cursor.shows(id)]

    def _moved(self, key: str) -> bool:
        step = {"down": 1, "up": -1, "pagedown": PAGE, "pageup": -PAGE}.get(key)
        if step is None:
            return False
        ids = self._shown(self.cursor)
        if self.cursor.selected in ids:
            at = ids.index(self.cursor.selected) + step
            self._move(replace(self.cursor, selected=ids[min(max(at, 0), len(ids) - 1)]))
        return True

    def _typed(self, event: events.Key) -> bool:
        if event.key == "escape":
            self._line = Line()
            self._move(replace(self.cursor, query="", searching=False, found=None))
            return True
        if event.key == "enter":
            self._move(replace(self.cursor, searching=False))
            self.open()
            return True
        line = self._line.press(event.key)
        if line is None and event.is_printable and event.character:
            line = self._line.typed(event.character)
        if line is not None:
            self._look_for(line)
        return line is not None

    def _look_for(self, line: Line) -> None:
        """Find as it is typed; the selection moves to the first found if it is not among them."""
        self._line = line
        found = frozenset(self._search(line.text)) if line.text.strip() else None
        cursor = replace(self.cursor, query=line.text, found=found)
        ids = self._shown(cursor)
        if ids and cursor.selected not in ids:
            cursor = replace(cursor, selected=ids[0])
        self._move(cursor)

    def _move(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.redraw()
