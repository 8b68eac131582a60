"""The ablation board as a whole screen. Its trials run in threads; leaving it waits for those that run."""

from __future__ import annotations

from textual.app import ComposeResult

from nslab.course.ablation import ATTACKS, PRIMITIVES
from nslab.course.trials import Trials
from nslab.tui import keys
from nslab.tui.screens.keyed import KeyedScreen
from nslab.tui.widgets.footer import Footer
from nslab.tui.widgets.header import Header, Where
from nslab.tui.without.board import WithoutBoard
from nslab.tui.without.view import cells, without_view
from nslab.words import Words

FIRST = (0, PRIMITIVES.index(ATTACKS[0].locks[0][0]))


class WithoutScreen(KeyedScreen):
    """Attacks against containers that lack what is chosen here."""

    keys = keys.WITHOUT
    CSS = "WithoutBoard { margin: 1 2 0 2; height: 1fr; }"

    def __init__(self, words: Words, off: frozenset[str] = frozenset()) -> None:
        super().__init__(words)
        self._off, self._at = off, FIRST
        self._trials = Trials(self._told)
        self.board = WithoutBoard(words, without_view(off, self._at, self._trials))

    def compose(self) -> ComposeResult:
        yield Header(self.words, Where("", "without"))
        yield self.board
        yield Footer(self.words, self.keys)

    def on_mount(self) -> None:
        self.board.focus()
        self._want()

    def on_unmount(self) -> None:
        self._trials.close()

    def _told(self) -> None:
        """A trial is over; called in its thread."""
        if self.is_attached:
            self.app.call_later(self._show)

    def _show(self) -> None:
        self.board.show(without_view(self._off, self._at, self._trials))

    def _want(self) -> None:
        wanted = cells(self._off, self._at)
        self._trials.want_only({(attack.id, off) for attack, off in wanted})
        for attack, off in wanted:
            self._trials.want(attack, off)
        self._show()

    def on_without_board_chosen(self, message: WithoutBoard.Chosen) -> None:
        """Run what is asked for and was not run yet."""
        self._off, self._at = message.off, message.at
        if message.again:
            self._trials.forget()
        self._want()

    def action_leave_out(self) -> None:
        self.board.toggle()

    def action_base(self) -> None:
        self.board.change_base()

    def action_open_cell(self) -> None:
        self.board.open_cell()

    def action_run_all(self) -> None:
        self.board.run_again()
