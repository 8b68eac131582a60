"""A board as a whole screen: it has the keys, and help is about it."""

from __future__ import annotations

from typing import ClassVar

from textual.widget import Widget

from nslab.tui.lesson.helping import help_view
from nslab.tui.panes.pane import Pane
from nslab.tui.screens.help_view import HelpView
from nslab.tui.screens.keyed import KeyedScreen


class BoardScreen(KeyedScreen):
    """Subclasses say which board they show, by its name among the panes."""

    part: ClassVar[str]

    def help_at_hand(self) -> tuple[HelpView, Widget]:
        """Help for the board."""
        return help_view(self.part, self.words), self.query_one(Pane)
