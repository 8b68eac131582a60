"""The ablation board as a whole screen. Its trials run in threads; leaving it waits for those that run."""

from __future__ import annotations

from nslab.course.boards import TrialsView, attacks_of
from nslab.course.model import AllAttacked, Attacked
from nslab.course.trials import Trials
from nslab.tui import keys
from nslab.tui.screens.board import BoardScreen
from nslab.tui.wanted import PartWanted
from nslab.tui.without.board import WithoutBoard, first_of, place_of
from nslab.words import Words


class WithoutScreen(BoardScreen[WithoutBoard]):
    """Attacks against containers that lack what is chosen here."""

    keys = keys.WITHOUT
    part = "without"
    CSS = "WithoutBoard { margin: 0 2; height: 1fr; }"

    def __init__(self, words: Words, off: frozenset[str] = frozenset(), attack: str | None = None) -> None:
        """`attack` is the one at which the hand begins; by default the first that some of what is left out would stop."""
        at = first_of(off) if attack is None else place_of(attack, off)[1]
        super().__init__(words, WithoutBoard(words, TrialsView(), off, at, whole=True))
        self._trials = Trials(self._told)

    def on_mount(self) -> None:
        self.board.ask()

    def on_unmount(self) -> None:
        self._trials.close()

    def _told(self) -> None:
        """A trial is over; called in its thread."""
        if self.is_attached:
            self.app.call_later(self._show)

    def _show(self) -> None:
        self.board.view = TrialsView(self._trials.results())

    def on_part_wanted(self, message: PartWanted) -> None:
        """Try attacks, and let go of what waits to be tried and is not on show any more."""
        if isinstance(message.part, Attacked | AllAttacked):
            self._trials.want_only(set(self.board.needed))
            for attack in attacks_of(message.part):
                self._trials.want(attack, frozenset(message.part.without))

    def on_without_board_again(self) -> None:
        """Forget what was run, and run it anew."""
        self._trials.forget()
        self._show()
        self.board.ask()

    def action_leave_out(self) -> None:
        self.board.toggle()

    def action_base(self) -> None:
        self.board.change_base()

    def action_whole(self) -> None:
        self.board.make_whole()

    def action_open_cell(self) -> None:
        self.board.open_cell()

    def action_run_all(self) -> None:
        self.board.run_again()
