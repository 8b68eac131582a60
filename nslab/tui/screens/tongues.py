"""A plan in other tongues, over the screen that it is of: one page a tongue, to be read, scrolled, and copied."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult

from nslab.course.told import Told, say
from nslab.course.tongues import Subject
from nslab.errors import NslabError
from nslab.tui import keys
from nslab.tui.canvas import Canvas
from nslab.tui.faces import MUTE, TEXT
from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.scrolled import Scrolled
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.header import Header, Where
from nslab.tui.widgets.tabs import Tabs
from nslab.tui.wrap import graphemes
from nslab.words import Words

WIDE = 100  # columns


class Text(Scrolled):
    """One page. Comments are mute prose; a command wider than the page goes on in the next row, as a terminal has it."""

    def __init__(self, words: Words, subject: Subject, page: str) -> None:
        super().__init__(words)
        self.subject, self.page = subject, page

    def show(self, subject: Subject, page: str) -> None:
        """Another page, from its top."""
        self.subject, self.page, self.offset_y = subject, page, 0
        self.redraw()

    def text(self, width: int) -> str:
        """The page's text, or why there is none."""
        try:
            return self.subject.tell(self.page, self.words, width)
        except NslabError as error:
            parts = (
                say(Told(f"error.{error.code}.{part}", error.facts), self.words) for part in ("what", "why", "next")
            )
            return "\n".join(parts)

    def all_rows(self, width: int, height: int, *, plain: bool) -> Canvas:
        """The whole text with a margin round it."""
        margin = 2 if width >= WIDE else 0
        canvas = Canvas(width, plain=plain)
        y = 1
        for line in self.text(width - 2 * margin).splitlines():
            if line.startswith("#"):
                y = canvas.para(margin, y, width - 2 * margin, line, MUTE)
                continue
            for row in cut(line, width - 2 * margin):
                canvas.put(margin, y, row, TEXT)
                y += 1
        canvas.reach(y + 1)
        return canvas


def cut(line: str, width: int) -> Iterator[str]:
    """The line in rows of at most `width` cells, at least one."""
    row, used = "", 0
    for glyph in graphemes(line):
        if used + cell_len(glyph) > width:
            yield row
            row, used = "", 0
        row, used = row + glyph, used + cell_len(glyph)
    yield row


class TonguesScreen(KeyedScreen):
    """The pages of one subject after another."""

    keys = keys.TONGUES
    CSS = "Text { height: 1fr; }"

    def __init__(self, words: Words, subjects: tuple[Subject, ...]) -> None:
        super().__init__(words)
        self._subjects, self._at, self._page = subjects, 0, 0
        self._tabs = Tabs(words, self._names())
        self._header = Header(words, self._where())
        self.page = Text(words, self._subject, self._subject.pages[0])

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._tabs
        yield self.page
        yield Footer(self.words, self.keys)

    def on_mount(self) -> None:
        self.page.focus()

    def speak(self, words: Words) -> None:
        """Go on in another language."""
        super().speak(words)
        self._show()

    @property
    def _subject(self) -> Subject:
        return self._subjects[self._at]

    def _names(self) -> tuple[str, ...]:
        return tuple(self.words(f"tongues.page.{page}") for page in self._subject.pages)

    def _where(self) -> Where:
        return Where(self.words("tongues.name"), self._subject.name)

    def _show(self) -> None:
        self._tabs.show(self._names(), self._page)
        self._header.show(self._where())
        self.page.show(self._subject, self._subject.pages[self._page])

    def on_tabs_chosen(self, message: Tabs.Chosen) -> None:
        """A page, by a click."""
        self._page = message.at
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Left and right turn the pages."""
        by = {"left": -1, "right": 1}.get(event.key)
        if by is not None:
            event.stop()
            self._page = (self._page + by) % len(self._subject.pages)
            self._show()

    def action_next_subject(self) -> None:
        self._at, self._page = (self._at + 1) % len(self._subjects), 0
        self._show()

    def action_copy_text(self) -> None:
        self.app.copy_to_clipboard(self.page.text(WIDE))
        self.notify(self.words("tongues.copied"))

    def action_close(self) -> None:
        self.dismiss()
