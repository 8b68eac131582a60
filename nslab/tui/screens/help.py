"""Help over the screen at hand: the pane it is about keeps its colour, everything else turns to mute ink."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.color import Color
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widget import Widget

from nslab.tui import keys
from nslab.tui.canvas import Canvas
from nslab.tui.drawn import Drawn
from nslab.tui.faces import TEXT, Role
from nslab.tui.screens.help_rows import help_rows
from nslab.tui.screens.help_view import HelpView, Label
from nslab.tui.scrolled import Scrolled
from nslab.tui.theme import PALETTES
from nslab.tui.widgets.footer import Footer
from nslab.words import Words

EVERYWHERE = ("next_pane", "all_keys", "reset_lab", "language")
MOST_WIDTH = 84  # cells: a longer line of help is hard to read
LEAST_WIDTH = 64  # and one much shorter takes too many rows
LABEL_ROWS = 2
DIMMED = 0.6  # how much of the ground lies over a terminal that the help is not about


class HelpPanel(Scrolled):
    """The panel."""

    def __init__(self, words: Words, view: HelpView, table: tuple[keys.Key, ...]) -> None:
        super().__init__(words)
        self.view = view
        self._everywhere = [key for key in table if key.action in EVERYWHERE]

    def all_rows(self, width: int, height: int, *, plain: bool) -> Canvas:
        return self.rows(width, plain=plain)

    def rows(self, width: int, *, plain: bool = False) -> Canvas:
        """The whole panel in `width` cells."""
        return help_rows(self.view, self._everywhere, width, self.words, plain=plain)


class HelpLabels(Drawn):
    """Names for the pane's parts, each at the upper end of a line down to it."""

    def __init__(self, words: Words, labels: tuple[Label, ...]) -> None:
        super().__init__(words)
        self._labels = labels

    def draw(self, canvas: Canvas) -> None:
        for at, label in enumerate(self._labels):
            row = at % LABEL_ROWS
            for y in range(row, canvas.height):
                canvas.put(label.x, y, "│", TEXT)
            canvas.put(label.x + 2, row, label.name, TEXT)


class HelpScreen(ModalScreen[str | None]):
    """Help for one pane of the screen below. Dismissed with an action of the screen below, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.HELP_SCREEN)]
    DEFAULT_CSS = """
    HelpScreen HelpPanel, HelpScreen HelpLabels { position: absolute; }
    """

    def __init__(self, words: Words, view: HelpView, about: Widget, table: tuple[keys.Key, ...] = keys.LESSON) -> None:
        """`table` are the keys of the screen below."""
        super().__init__()
        self.styles.background = "transparent"  # whatever the application's style sheet says of screens
        self._words = words
        self._about = about
        self.panel = HelpPanel(words, view, table)
        self._labels = HelpLabels(words, view.labels)
        self._below = about.screen

    def compose(self) -> ComposeResult:
        yield self.panel
        yield self._labels
        yield Footer(self._words, keys.HELP_SCREEN)

    def on_mount(self) -> None:
        self._dim(True)
        self._place()
        self.panel.focus()

    def on_resize(self) -> None:
        self._place()

    def on_unmount(self) -> None:
        self._dim(False)

    def _place(self) -> None:
        """The panel over or under its pane, wherever there is more room; labels where it stands above."""
        pane, screen = self._about.region, self.app.size
        width = min(MOST_WIDTH, max(screen.width - pane.x, LEAST_WIDTH), screen.width)
        height = self.panel.rows(width).height
        over, under = pane.y - 1, screen.height - 1 - pane.bottom
        labelled = over >= under and over >= height + LABEL_ROWS and bool(self.panel.view.labels)
        room = max(over, under) if max(over, under) >= height // 2 else screen.height - 2
        x = min(max(pane.x, 0), screen.width - width)
        height = min(height, room)
        y = 1 if room > max(over, under) or over >= under else pane.bottom
        if labelled:
            y = pane.y - LABEL_ROWS - height
        _put(self.panel, Region(x, y, width, height))
        _put(self._labels, Region(pane.x, pane.y - LABEL_ROWS, pane.width, LABEL_ROWS) if labelled else Region())

    def _dim(self, dimmed: bool) -> None:
        """Mute everything below but the pane and what is in it."""
        palette = PALETTES.get(self.app.theme)
        ground = palette.colours[Role.GROUND] if palette else ""
        tint = Color.parse(ground).with_alpha(DIMMED) if ground.startswith("#") else None
        for widget in self._below.query("*"):
            dim = dimmed and self._about not in (widget, *widget.ancestors)
            if isinstance(widget, Drawn):
                widget.dim(dim)
            elif widget.can_focus:
                widget.styles.tint = tint if dim else None

    def action_close(self) -> None:
        self.dismiss(None)

    def action_help(self) -> None:
        self.dismiss(None)

    def action_next_help(self) -> None:
        self.dismiss("next_help")

    def action_leave(self) -> None:
        self.dismiss("leave")


def _put(widget: Widget, region: Region) -> None:
    widget.display = bool(region)
    widget.styles.offset = (region.x, region.y)
    widget.styles.width, widget.styles.height = region.width, region.height
