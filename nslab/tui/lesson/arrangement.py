"""What is shown on a lesson's screen, and where: what was brought to the front, in a window of this size, alone or in a talk."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace
from textual.geometry import Region
from textual.geometry import Size as Window

from nslab.course.player import Stage
from nslab.course.snapshot import Snapshot
from nslab.tui.lesson.parts import Parts
from nslab.tui.lesson.places import STORY, Shown, Size, places, size_of
from nslab.tui.lesson.projector import before_a_room, lower_parts

BARS = 2  # header and footer


class Arrangement:
    """Says which parts are shown, and where. `window` is the whole screen's size in cells, now."""

    def __init__(self, parts: Parts, window: Callable[[], Window]) -> None:
        self._parts, self._window = parts, window
        self.front, self.enlarged, self.presenting = STORY, False, False
        self.seen: Snapshot | None = None
        self._turned: dict[str, str] = {}  # before a room: by step, the pane that the speaker has turned to

    @property
    def size(self) -> Size:
        """The layout."""
        if self.presenting:
            return Size.PROJECTOR
        window, board_cells = self._window(), self._parts.board_cells(self._parts.step(self.seen))
        return size_of(window.width, window.height - BARS, board_cells)

    def shown(self) -> Shown:
        """What is on screen."""
        shown = self._parts.shown(self.seen, self.size, self.front, enlarged=self.enlarged)
        return self._before_a_room(shown) if self.presenting else shown

    def places(self, width: int, height: int) -> Mapping[str, Region]:
        """The rectangle of each part in so much room between header and footer; what has none is not on screen."""
        shown = self.shown()
        if self.presenting:
            return before_a_room(width, height, replace(shown, bar_rows=self._parts.story.bar_height(width - 2)))
        return places(width, height, replace(shown, now_rows=self._parts.nowbar.rows(width)))

    def board(self) -> str | None:
        """The board that the room sees; None where it sees something else."""
        board, shown = self._parts.step(self.seen).board, self.shown()
        return board if board is not None and lower_parts(shown) == (board,) else None

    def turn(self) -> str | None:
        """The next pane in place of the one that the room sees; which that is, None where there is but one."""
        panes, step = self._panes(), self._parts.step(self.seen).id
        if len(panes) < 2:
            return None
        self._turned[step] = panes[(panes.index(self._pane(panes)) + 1) % len(panes)]
        return self._turned[step]

    def _before_a_room(self, shown: Shown) -> Shown:
        """One pane, the one that the step points at unless the speaker has turned to another; or the answers, while asked for."""
        panes = self._panes()
        player = self.seen.player if self.seen else None
        asked = player is not None and player.stage is Stage.PREDICT and not player.looking_back
        one = (self._pane(panes),) if panes else ()
        front = shown.front if shown.front in (*shown.terminals, *one) else STORY
        return replace(shown, panes=one, front=front, answers=asked)

    def _panes(self) -> tuple[str, ...]:
        return self._parts.shown(self.seen, Size.PROJECTOR, STORY, enlarged=False).panes

    def _pane(self, panes: tuple[str, ...]) -> str:
        step = self._parts.step(self.seen)
        pointed = step.highlight.pane if step.highlight else None
        return next(one for one in (self._turned.get(step.id), step.board, pointed, *panes) if one in panes)
