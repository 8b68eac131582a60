"""Which rows are on show: the screen's own, or some further up in the history."""

from __future__ import annotations

from nslab.tui.terminal.screen import Screen


class View:
    """A window as high as the screen. Scrolled up, it stays on the same text while more is printed below."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._top: int | None = None  # absolute; None: with the screen

    @property
    def top(self) -> int:
        """The absolute number of the first row on show."""
        screen = self._screen
        if self._top is None or screen.alternate:
            return screen.scrolled_out
        return min(max(self._top, screen.first_row), screen.scrolled_out)

    @property
    def lines_up(self) -> int:
        """How many lines above the screen's own it stands; 0 where it shows the screen."""
        return self._screen.scrolled_out - self.top

    def scroll(self, lines: int) -> bool:
        """Go down by `lines`, up where negative, as far as there is text. False if nothing has changed."""
        before = self.top
        self._top = before + lines
        self._top = None if self.lines_up == 0 else self.top
        return self.top != before

    def follow(self) -> bool:
        """Show the screen itself. False if it did already."""
        return self.scroll(self.lines_up)
