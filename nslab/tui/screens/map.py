"""The map of the course on screen: move, search, open a lesson."""

from __future__ import annotations

from textual.message import Message

from nslab.tui import keys
from nslab.tui.canvas import Canvas
from nslab.tui.screens.framed import FramedScreen
from nslab.tui.screens.map_rows import SMALL, map_rows
from nslab.tui.screens.map_view import MapView, first_to_take
from nslab.tui.searched import Search, Searched
from nslab.words import Words


class CourseMap(Searched):
    """The map itself."""

    class Opened(Message):
        """A lesson is wanted that this machine can run."""

        def __init__(self, lesson_id: str) -> None:
            super().__init__()
            self.lesson_id = lesson_id

    def __init__(self, words: Words, view: MapView, search: Search) -> None:
        super().__init__(words, search, first_to_take(view))
        self._view = view

    def show(self, view: MapView) -> None:
        """Show the course as it is now; the same lesson stays selected."""
        self._view = view
        self.redraw()

    def ids(self) -> list[str]:
        """The lessons in the course's order."""
        return [lesson.id for lesson in self._view.lessons]

    def open(self) -> None:
        """Open the lesson selected, if it can run here."""
        lesson = next((each for each in self._view.lessons if each.id == self.cursor.selected), None)
        found = self.cursor.found
        if lesson and lesson.can_run and (found is None or lesson.id in found):
            self.post_message(self.Opened(lesson.id))

    def draw(self, canvas: Canvas) -> None:
        x, y = (1, 0) if canvas.width < SMALL else (2, 1)
        inner = Canvas(canvas.width - 2 * x, canvas.height - 2 * y, plain=canvas.plain)
        hits = map_rows(inner, self._view, self.cursor, self.words)
        canvas.blit(inner, x, y)
        self.hits = {row + y: lesson_id for row, lesson_id in hits.items()}


class MapScreen(FramedScreen):
    """The course's front page."""

    keys = keys.MAP

    def __init__(self, words: Words, view: MapView, search: Search) -> None:
        self.map = CourseMap(words, view, search)
        super().__init__(words, self.map)

    def action_search(self) -> None:
        self.map.search()

    def action_open(self) -> None:
        self.map.open()
