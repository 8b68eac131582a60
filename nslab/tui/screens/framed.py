"""A screen of one part between a header and a footer."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widget import Widget

from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.header import Header, Where
from nslab.words import Words


class FramedScreen(KeyedScreen):
    """The part has the keys from the start; the header says where one is, in the language of the moment."""

    def __init__(self, words: Words, part: Widget) -> None:
        super().__init__(words)
        self._part = part

    def compose(self) -> ComposeResult:
        yield Header(self.words, self._where())
        yield self._part
        yield Footer(self.words, self.keys)

    def on_mount(self) -> None:
        self._part.focus()

    def speak(self, words: Words) -> None:
        """Go on in another language."""
        super().speak(words)
        self.show_where()

    def show_where(self) -> None:
        """Have the header say it anew."""
        self.query_one(Header).show(self._where())

    def _where(self) -> Where:
        return Where()
