"""All about one row of the explorer, over it, to be scrolled through."""

from __future__ import annotations

from collections.abc import Callable

from nslab.observe.explanation import Explanation
from nslab.observe.machine.census import Namespace
from nslab.observe.machine.rows import Row
from nslab.tui import keys
from nslab.tui.canvas import Canvas
from nslab.tui.explained import Section
from nslab.tui.explore.panel import empty_panel, panel_rows, world_panel
from nslab.tui.explore.said import name_of
from nslab.tui.explore.sight import Sight
from nslab.tui.screens.framed import FramedScreen
from nslab.tui.scrolled import Scrolled
from nslab.tui.widgets.header import Where
from nslab.words import Words

WIDE = 100  # columns
Said = tuple[tuple[str, ...], tuple[Section, ...]]
Tell = Callable[[Words], Said]


class Panel(Scrolled):
    """The words, in whatever language."""

    def __init__(self, words: Words, tell: Tell) -> None:
        super().__init__(words)
        self._tell = tell

    def all_rows(self, width: int, height: int, *, plain: bool) -> Canvas:
        """Everything, with a margin round it."""
        margin = 2 if width >= WIDE else 1
        inner = Canvas(width - 2 * margin, plain=plain)
        panel_rows(inner, *self._tell(self.words))
        canvas = Canvas(width, plain=plain)
        canvas.blit(inner, margin, 1)
        canvas.reach(canvas.height + 1)
        return canvas


class PanelScreen(FramedScreen):
    """One row explained, as it was when it was asked for."""

    keys = keys.EXPLORE_PANEL

    def __init__(self, words: Words, name: Callable[[Words], str], tell: Tell) -> None:
        self.panel = Panel(words, tell)
        self._name_of = name
        super().__init__(words, self.panel)

    @classmethod
    def of_world(cls, words: Words, sight: Sight, row: Row, told: Explanation) -> PanelScreen:
        """A world, by the process that leads it."""
        return cls(words, _name_of(row), lambda words: world_panel(sight, row, told, words))

    @classmethod
    def of_empty(cls, words: Words, sight: Sight, row: Row, namespace: Namespace) -> PanelScreen:
        """A namespace that nobody is in."""
        return cls(words, _name_of(row), lambda words: empty_panel(sight, row, namespace, words))

    def action_close(self) -> None:
        self.dismiss()

    def _where(self) -> Where:
        return Where(self.words("explore.name"), self._name_of(self.words))


def _name_of(row: Row) -> Callable[[Words], str]:
    return lambda words: " ".join(name_of(row, words))
