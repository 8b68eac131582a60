"""The birth time machine as a whole screen: a container of a lab of its own, made call by call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.app import ComposeResult

from nslab.observe.birth_view import BirthView
from nslab.tui import keys
from nslab.tui.birth.board import BirthBoard
from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.header import Header, Where
from nslab.words import Words


class BirthScreen(KeyedScreen):
    """`step` makes the next call and returns the birth as it is then; it takes milliseconds and runs in a thread."""

    keys = keys.BIRTH
    CSS = "BirthBoard { margin: 1 2 0 2; height: 1fr; }"

    def __init__(self, words: Words, view: BirthView, step: Callable[[], BirthView]) -> None:
        super().__init__(words)
        self._step = step
        self._stepping = False
        self.board = BirthBoard(words, view, whole=True)
        self._header = Header(words, self._where(view))

    def compose(self) -> ComposeResult:
        yield self._header
        yield self.board
        yield Footer(self.words, self.keys)

    def on_mount(self) -> None:
        self.board.focus()

    @staticmethod
    def _where(view: BirthView) -> Where:
        return Where("birth", view.name)

    async def on_part_wanted(self) -> None:
        """Make one call. Keys that come meanwhile ask for nothing more: each call is seen."""
        if self._stepping:
            return
        self._stepping = True
        try:
            self.board.view = await asyncio.to_thread(self._step)
        finally:
            self._stepping = False

    def action_play(self) -> None:
        self.board.toggle_play()

    def action_mark(self) -> None:
        self.board.toggle_mark()

    def action_why(self) -> None:
        self.board.toggle_why()
