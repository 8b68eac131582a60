"""The words of the course on screen: move, search in both languages, go to the lesson that introduces one."""

from __future__ import annotations

from textual.message import Message

from nslab.tui import keys
from nslab.tui.canvas import Canvas
from nslab.tui.screens.framed import FramedScreen
from nslab.tui.screens.glossary_rows import SMALL, glossary_rows
from nslab.tui.screens.glossary_view import GlossaryView
from nslab.tui.searched import Search, Searched
from nslab.tui.widgets.header import Where
from nslab.words import Lang, Words


class Glossary(Searched):
    """The list and the term selected."""

    class LessonWanted(Message):
        """The lesson in which the term is met first."""

        def __init__(self, lesson_id: str) -> None:
            super().__init__()
            self.lesson_id = lesson_id

    def __init__(self, words: Words, view: GlossaryView, search: Search) -> None:
        super().__init__(words, search, view.terms[0].id if view.terms else "")
        self._view = view
        self._swapped = False

    def show(self, view: GlossaryView) -> None:
        """Show the terms as they are now; the same one stays selected."""
        self._view = view
        self.redraw()

    def ids(self) -> list[str]:
        """The terms in their order."""
        return [term.id for term in self._view.terms]

    def open(self) -> None:
        """Ask for the lesson of the term selected."""
        lesson = next((term.lesson for term in self._view.terms if term.id == self.cursor.selected), None)
        if lesson:
            self.post_message(self.LessonWanted(lesson))

    def swap_languages(self) -> None:
        """The other language stands first."""
        self._swapped = not self._swapped
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        x, y = (1, 0) if canvas.width < SMALL else (2, 1)
        inner = Canvas(canvas.width - 2 * x, canvas.height - 2 * y, plain=canvas.plain)
        hits = glossary_rows(inner, self._view, self.cursor, self._first, self.words)
        canvas.blit(inner, x, y)
        self.hits = {row + y: term_id for row, term_id in hits.items()}

    @property
    def _first(self) -> Lang:
        if not self._swapped:
            return self.words.lang
        return "zh" if self.words.lang == "en" else "en"


class GlossaryScreen(FramedScreen):
    """The words of the course."""

    keys = keys.GLOSSARY

    def __init__(self, words: Words, view: GlossaryView, search: Search) -> None:
        self.glossary = Glossary(words, view, search)
        super().__init__(words, self.glossary)

    def action_search(self) -> None:
        self.glossary.search()

    def action_its_lesson(self) -> None:
        self.glossary.open()

    def action_swap_languages(self) -> None:
        self.glossary.swap_languages()

    def action_close(self) -> None:
        self.dismiss()

    def _where(self) -> Where:
        return Where(name=self.words("glossary.name"))
