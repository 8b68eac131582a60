"""A band that says what has failed on a board of its own screen, why, and by which key it goes on."""

from __future__ import annotations

from textual.geometry import Size

from nslab.errors import NslabError
from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import BOLD, MUTE, Role, solid
from nslab.words import Words


def trouble_rows(error: NslabError, way_out: str, width: int, words: Words, *, plain: bool = False) -> Canvas:
    """Arrange the band in `width` cells, as tall as its words. `way_out` is the id of the sentence that names the key."""
    canvas = Canvas(width, plain=plain, ground=Role.BAD_TINT)
    x = canvas.put(0, 0, " ✗ ", solid(Role.BAD)) + 1
    y = canvas.para(x, 0, width - x - 1, words(f"error.{error.code}.what", **error.facts), BOLD)
    y = canvas.para(x, y, width - x - 1, words(f"error.{error.code}.why", **error.facts), MUTE)
    canvas.para(x, y, width - x - 1, words(way_out))
    return canvas


class TroubleBand(Drawn):
    """Not there until something is shown in it."""

    DEFAULT_CSS = "TroubleBand { height: auto; display: none; }"

    def __init__(self, words: Words, way_out: str) -> None:
        super().__init__(words)
        self._way_out = way_out
        self._error: NslabError | None = None

    def show(self, error: NslabError | None) -> None:
        """Tell of a failure; None: of none any more."""
        self._error = error
        self.display = error is not None
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        canvas.blit(self._arranged(canvas.width, plain=canvas.plain), 0, 0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._arranged(width).height

    def _arranged(self, width: int, *, plain: bool = False) -> Canvas:
        if self._error is None:
            return Canvas(width)
        return trouble_rows(self._error, self._way_out, width, self.words, plain=plain)
