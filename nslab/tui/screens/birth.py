"""The birth time machine as a whole screen: a container of a lab of its own, made call by call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from nslab.course.model import Born
from nslab.course.tongues import Subject
from nslab.engine.failures import LabError
from nslab.observe.birth_view import BirthView
from nslab.observe.views import Gone
from nslab.tui import keys
from nslab.tui.birth.board import BirthBoard
from nslab.tui.screens.board import BoardScreen
from nslab.tui.screens.tongues import TonguesScreen
from nslab.tui.wanted import PartWanted
from nslab.tui.widgets.header import Where
from nslab.tui.widgets.trouble import TroubleBand
from nslab.words import Words


class BirthScreen(BoardScreen[BirthBoard]):
    """`step` makes the calls up to one and returns the birth as it is then, `begin_anew` begins another; both run in a thread.

    They raise LabError where the lab has died: then the birth stays on show as it was last seen, and can be begun anew.
    """

    keys = keys.BIRTH
    part = "birth"
    CSS = "BirthBoard { margin: 1 2 0 2; height: 1fr; } TroubleBand { margin: 0 2; }"

    def __init__(
        self,
        words: Words,
        view: BirthView,
        step: Callable[[str], BirthView],
        begin_anew: Callable[[], BirthView],
        tongues: tuple[Subject, ...],
    ) -> None:
        self.trouble = TroubleBand(words, "birth.lab-lost")
        super().__init__(words, BirthBoard(words, view, whole=True), Where(self.part, view.name), [self.trouble])
        self._step, self._begin_anew, self._tongues = step, begin_anew, tongues
        self._at_work = False

    async def on_part_wanted(self, message: PartWanted) -> None:
        """Make calls. Keys that come meanwhile ask for nothing more: each call is seen."""
        if self._at_work or not isinstance(message.part, Born):
            return
        until = message.part.until
        self._at_work = True
        try:
            self.board.view = await asyncio.to_thread(self._step, until) if until else await self._anew()
        except LabError as error:
            self._lose(error)
        else:
            self.trouble.show(None)
        finally:
            self._at_work = False

    async def _anew(self) -> BirthView:
        return await asyncio.to_thread(self._begin_anew)

    def _lose(self, error: LabError) -> None:
        """The birth as last seen, and what became of its lab."""
        if isinstance(self.board.view, BirthView):
            self.board.view = Gone(self.board.view)
        self.trouble.show(error)

    def action_play(self) -> None:
        self.board.toggle_play()

    def action_mark(self) -> None:
        self.board.toggle_mark()

    def action_why(self) -> None:
        self.board.toggle_why()

    def action_anew(self) -> None:
        self.board.begin_anew()

    def action_tongues(self) -> None:
        """The whole plan in other tongues."""
        self.app.push_screen(TonguesScreen(self.words, self._tongues))
