"""A widget that may hold more rows than it shows: keys, the wheel, and a mark where there is more."""

from __future__ import annotations

from textual import events

from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import MUTE
from nslab.words import Words

WHEEL_ROWS = 3


class Scrolled(Drawn, can_focus=True):
    """Subclasses arrange all rows in `all_rows`; those in sight are drawn."""

    def __init__(self, words: Words, *, id: str | None = None) -> None:
        super().__init__(words, id=id)
        self.offset_y = 0

    def all_rows(self, width: int, height: int, *, plain: bool) -> Canvas:
        """All there is in `width` cells; `height` is what can be seen at once."""
        raise NotImplementedError

    def wanted_offset(self, rows: int, height: int) -> int:
        """The row to begin at, before it is kept within what there is; subclasses follow what matters."""
        return self.offset_y

    def draw(self, canvas: Canvas) -> None:
        whole = self.all_rows(canvas.width, canvas.height, plain=canvas.plain)
        most = max(whole.height - canvas.height, 0)
        self.offset_y = min(max(self.wanted_offset(whole.height, canvas.height), 0), most)
        canvas.lost += whole.lost
        for y, row in enumerate(whole.rows[self.offset_y : self.offset_y + canvas.height]):
            canvas.rows[y][: len(row)] = row
        if self.offset_y:
            canvas.put(canvas.width - 1, 0, "▴", MUTE)
        if self.offset_y < most:
            canvas.put(canvas.width - 1, canvas.height - 1, "▾", MUTE)

    def scroll_rows(self, rows: int) -> None:
        """Show what is `rows` further down, or up."""
        self.offset_y += rows
        self.redraw()

    def scroll_key(self, key: str) -> bool:
        """Scroll if `key` means that."""
        page = max(self.size.height - 2, 1)
        rows = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, "home": -(10**6), "end": 10**6}.get(key)
        if rows is None:
            return False
        self.scroll_rows(rows)
        return True

    def on_key(self, event: events.Key) -> None:
        if self.scroll_key(event.key):
            event.stop()
            event.prevent_default()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self.scroll_rows(WHEEL_ROWS)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.scroll_rows(-WHEEL_ROWS)
        event.stop()
