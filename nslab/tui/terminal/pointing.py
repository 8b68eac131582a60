"""The mouse in a terminal: for the program that asked for it, else for the history and for selecting text."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.widget import Widget

from nslab.tui.terminal.keyboard import key_bytes
from nslab.tui.terminal.link import Link
from nslab.tui.terminal.mouse import Action, MouseReport, mouse_bytes, wants_mouse
from nslab.tui.terminal.screen import Mode, Screen
from nslab.tui.terminal.selection import Point, Selection, between, paragraph_at, selected_text, whole, word_at
from nslab.tui.terminal.view import View

WHEEL_LINES: Final = 3
INITIAL_COLUMNS, INITIAL_LINES = 80, 24
"""A screen's size until the widget has one."""


class Pointing(Widget):
    """What `Terminal` does with the mouse and the keys that scroll. Shift keeps the mouse from the program."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.vt = Screen(INITIAL_COLUMNS, INITIAL_LINES)
        self.view = View(self.vt)
        self.selection: Selection | None = None
        self._link: Link | None = None
        self._anchor: Point | None = None  # where a drag began; None: no drag
        self._pressed = 0  # the button that the program knows to be down
        self._reported: tuple[int, int] | None = None  # the cell of the last report

    # -- scrolling

    def _scroll(self, lines: int) -> None:
        if self.view.scroll(lines):
            self.refresh()

    def _follow(self) -> None:
        """Back to where the program prints, without a selection."""
        if self.view.follow() or self.selection is not None:
            self.selection = None
            self.refresh()

    def _scroll_by_key(self, key: str) -> bool:
        """Scroll if `key` does that; the alternate screen has no history, there such a key is the program's."""
        page = max(1, self.vt.lines - 1)
        everything = len(self.vt.history) + self.vt.lines
        lines = {"shift+pageup": -page, "shift+pagedown": page, "shift+home": -everything, "shift+end": everything}.get(
            key
        )
        if lines is None or self.vt.alternate:
            return False
        self._scroll(lines)
        return True

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, Action.WHEEL_UP)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, Action.WHEEL_DOWN)

    def _wheel(self, event: events.MouseEvent, action: Action) -> None:
        event.stop()
        event.prevent_default()
        up = action is Action.WHEEL_UP
        if self._for_program(event):
            self._report(action, event)
        elif self.vt.alternate and self._link is not None:
            arrow = key_bytes(
                "up" if up else "down", None, application_cursor=self.vt.has_mode(Mode.APPLICATION_CURSOR)
            )
            self._link.send(arrow * WHEEL_LINES)
        else:
            self._scroll(-WHEEL_LINES if up else WHEEL_LINES)

    # -- for the program

    def _for_program(self, event: events.MouseEvent) -> bool:
        return self._link is not None and not event.shift and wants_mouse(self.vt.has_mode)

    def _report(self, action: Action, event: events.MouseEvent) -> None:
        x, y = self._cell(event)
        if action is Action.MOVE and (x, y) == self._reported:
            return  # within one cell, or a mouse that reports pixels
        self._reported = x, y
        button = self._pressed if action in (Action.MOVE, Action.RELEASE) else event.button
        report = MouseReport(action, button, x, y, event.shift, event.meta, event.ctrl)
        if self._link is not None and (data := mouse_bytes(report, self.vt.has_mode)):
            self._link.send(data)

    def _cell(self, event: events.MouseEvent) -> tuple[int, int]:
        """The screen's cell under the mouse, or the nearest one."""
        x, y = event.x - self.gutter.left, event.y - self.gutter.top
        return min(max(0, x), self.vt.columns - 1), min(max(0, y), self.vt.lines - 1)

    # -- buttons

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        if self._for_program(event):
            self.capture_mouse()
            self._pressed = event.button
            self._report(Action.PRESS, event)
        elif event.button == 1:
            self.capture_mouse()
            self._anchor = self._point(event)
            self._select(None)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._anchor is not None:
            event.stop()
            height = event.y - self.gutter.top
            self._scroll(-1 if height < 0 else 1 if height >= self.vt.lines else 0)
            self._select(whole(between(self._anchor, self._point(event)), self.vt.line))
        elif self._pressed or self._for_program(event):
            event.stop()
            self._report(Action.MOVE, event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        event.stop()
        self.release_mouse()
        if self._anchor is not None:
            self._anchor = None
            self._copy()
        elif self._pressed:
            self._report(Action.RELEASE, event)
            self._pressed = 0

    def on_click(self, event: events.Click) -> None:
        if self._for_program(event) or event.button != 1 or event.chain not in (2, 3):
            return
        event.stop()
        chosen = word_at if event.chain == 2 else paragraph_at
        self._select(chosen(self._point(event), self.vt.line))
        self._copy()

    # -- selecting

    def _point(self, event: events.MouseEvent) -> Point:
        x, y = self._cell(event)
        return Point(self.view.top + y, x)

    def _select(self, selection: Selection | None) -> None:
        if selection != self.selection:
            self.selection = selection
            self.refresh()

    def _copy(self) -> None:
        """Give the selected text to the clipboard, if there is any."""
        if self.selection is not None and (text := selected_text(self.selection, self.vt.line)):
            self.app.copy_to_clipboard(text)
            self._copied(text)

    def _copied(self, text: str) -> None:
        """Tell the owner."""
        raise NotImplementedError
