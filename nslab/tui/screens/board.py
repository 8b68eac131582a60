"""A board as a whole screen: it has the keys, and help is about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.widget import Widget

from nslab.tui.lesson.helping import help_view
from nslab.tui.panes.pane import Pane
from nslab.tui.screens.help_view import HelpView
from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.header import Header, Where
from nslab.words import Words

BoardPane = TypeVar("BoardPane", bound=Pane[Any, Any, Any])


class BoardScreen(KeyedScreen, Generic[BoardPane]):
    """One board between header and footer. Subclasses say which, by its name among the panes, and make what it asks for."""

    part: ClassVar[str]

    def __init__(
        self, words: Words, board: BoardPane, where: Where | None = None, below: Iterable[Widget] = ()
    ) -> None:
        """`where` is told in the header, by default the board's name; `below` stand between board and footer."""
        super().__init__(words)
        self.board = board
        self._where, self._below = where or Where(name=self.part), tuple(below)

    def compose(self) -> ComposeResult:
        yield Header(self.words, self._where)
        yield self.board
        yield from self._below
        yield Footer(self.words, self.keys)

    def on_mount(self) -> None:
        self.board.focus()

    def help_at_hand(self) -> tuple[HelpView, Widget]:
        """Help for the board."""
        return help_view(self.part, self.words), self.board
