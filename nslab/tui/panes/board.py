"""A board whose keys are its own: it shows a view, keeps where a person's hand is, and asks for what is to be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec import Struct
from textual import events

from nslab.observe.views import Gone, NotYet
from nslab.tui.canvas import Canvas
from nslab.tui.panes.pane import Emphasis, Pane, RowAt, drawable
from nslab.words import Words

View = TypeVar("View", bound=Struct)


class Board(Pane[View, int, int]):
    """Subclasses say what their keys do and how a view is drawn; `title` is the id of the words at its top."""

    title = ""

    def acts(self) -> Mapping[str, Callable[[], object]]:
        """What each key does, by Textual's name for it."""
        raise NotImplementedError

    def draw_board(self, canvas: Canvas, view: View) -> None:
        """Draw a view as the hand is."""
        raise NotImplementedError

    def rows_of(self, view: View) -> tuple[int, ...]:
        """None: a board has no cursor of the panes' sort."""
        return ()

    def changed_cells(self, old: View, new: View) -> frozenset[int]:
        """None: a board's answers are looked for, they need not call."""
        return frozenset()

    def draw_view(self, canvas: Canvas, view: View | NotYet | Gone[View], emphasis: Emphasis[int, int]) -> RowAt[int]:
        """The view, or why there is none."""
        draw(canvas, view, self.words, self.title, self.draw_board)
        return ()

    def begin(self, step: str) -> None:
        """A lesson is at this step: nothing, unless a board says otherwise."""

    def on_key(self, event: events.Key) -> None:
        """What the board's own keys do; all others are the screen's."""
        act = self.acts().get(event.key)
        if act is not None and self._view_now() is not None:
            act()
            event.stop()
            event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """Nothing, unless a board says otherwise."""


def draw(
    canvas: Canvas,
    view: View | NotYet | Gone[View],
    words: Words,
    title: str,
    draw_board: Callable[[Canvas, View], None],
) -> None:
    """Draw a view with its faces: not there yet, or as last seen."""
    shown = drawable(canvas, view, words(title), words, draw_board)
    if shown is not None:
        draw_board(canvas, shown)
