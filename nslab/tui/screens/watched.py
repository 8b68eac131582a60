"""A screen of one searched table that a thread keeps up to date as long as the screen is there."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.widget import Widget

from nslab.tui.lesson.helping import help_view
from nslab.tui.screens.framed import FramedScreen
from nslab.tui.screens.help_view import HelpView
from nslab.tui.searched import Searched
from nslab.tui.watch import Watch
from nslab.tui.widgets.header import Where
from nslab.words import Words


class WatchedScreen(FramedScreen):
    """What the thread tells comes as messages of the watch."""

    called: ClassVar[str]
    """The word by which the header calls it."""
    part: ClassVar[str]
    """What help is about."""

    def __init__(self, words: Words, table: Searched, watch: Watch) -> None:
        super().__init__(words, table)
        self._table, self._watching = table, watch

    def on_mount(self) -> None:
        self._watching.start(self.post_message)

    async def on_unmount(self) -> None:
        await asyncio.to_thread(self._watching.stop)

    def help_at_hand(self) -> tuple[HelpView, Widget]:
        """Help for the table."""
        return help_view(self.part, self.words), self._table

    def action_search(self) -> None:
        self._table.search()

    def _where(self) -> Where:
        return Where(name=self.words(self.called))
