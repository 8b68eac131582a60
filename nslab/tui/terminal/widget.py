"""The terminal as a widget: a program's screen under the learner's hands.

It draws, and passes bytes on. It starts no process and closes nothing: the pty's master comes to it as a file descriptor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip

from nslab.tui.terminal.keyboard import key_bytes, paste_bytes
from nslab.tui.terminal.link import Link
from nslab.tui.terminal.paint import XTERM, AnsiColours, Painter, reversed_at, underlined_at
from nslab.tui.terminal.pointing import Pointing
from nslab.tui.terminal.screen import CursorShape, Mode
from nslab.tui.terminal.stream import Stream

RESIZE_SECONDS: Final = 0.06
"""A window that is dragged changes its size some sixty times a second; programs are told the first and then as often as this."""

COPY_KEY: Final = "ctrl+shift+c"
FOCUS_IN: Final = b"\x1b[I"
FOCUS_OUT: Final = b"\x1b[O"


class Terminal(Pointing, can_focus=True):
    """A terminal (xterm-256color). `attach` gives it a pty's master to read and write; title and edge are its owner's to draw.

    `palette`: the sixteen colours of programs; None draws no colour, only bold, underline, and the like.
    `reserved_keys`: the keys, in Textual's names, that bubble up to the owner. All others go to the program, if one is attached.
    `scrolled_mark`: words for a view that is scrolled up by so many lines.
    """

    ALLOW_SELECT = False  # Textual's selection knows no history
    DEFAULT_CSS: ClassVar[str] = "Terminal { width: 1fr; height: 1fr; }"

    class FromTerminal(Message):
        """A message of this widget's."""

        def __init__(self, terminal: Terminal) -> None:
            super().__init__()
            self.terminal = terminal

        @property
        def control(self) -> Terminal:
            """The terminal, for `on` with a selector."""
            return self.terminal

    class Ended(FromTerminal):
        """The last process on the other side has closed it. The screen stays; nothing is attached any more."""

    class Rang(FromTerminal):
        """The bell, or more than one of them since the last frame."""

    class Copied(FromTerminal):
        """A selection went to the clipboard."""

        def __init__(self, terminal: Terminal, text: str) -> None:
            super().__init__(terminal)
            self.text = text

    def __init__(
        self,
        *,
        palette: AnsiColours | None = XTERM,
        reserved_keys: frozenset[str] = frozenset(),
        scrolled_mark: Callable[[int], str] = str,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.reserved_keys = reserved_keys
        self.scrolled_mark = scrolled_mark
        self._painter = Painter(palette, Style())
        self._cursor_row = 0  # where the cursor was drawn last
        self._resizes_wait = False
        self._resized_again = False

    # -- what an owner does

    def attach(self, master_fd: int) -> None:
        """Read and write `master_fd`, a pty's master, from now on. It becomes non-blocking, and stays the owner's to close.

        What is on the screen stays above what the new program prints.
        """
        self.detach()
        self.vt.renew()
        self._link = Link(master_fd, Stream(self.vt), self._look, self._on_end)
        if self.size:
            self._fit()

    def detach(self) -> None:
        """Let go of the descriptor; the screen stays."""
        if self._link is not None:
            self._link.close()
            self._link = None

    @property
    def attached(self) -> bool:
        """Whether keys have somewhere to go."""
        return self._link is not None

    def send(self, data: bytes) -> bool:
        """Give `data` to the program without ever blocking. False where it was refused: nothing attached, or a megabyte waiting."""
        return self._link is not None and self._link.send(data)

    def write(self, text: str) -> None:
        """Put words of the owner's on the screen, as if a program had printed them."""
        Stream(self.vt).feed(text.encode())
        self._look()

    def clear(self) -> None:
        """Forget the screen and its history, but for the line with the cursor, where a shell's prompt is."""
        self.vt.clear()
        self._follow()
        self.refresh()

    def wear(self, style: Style) -> None:
        """The style of prompts (between OSC 133 A and B), from the one in use on; earlier ones keep theirs."""
        self.vt.wear(style)
        self._look()

    @property
    def palette(self) -> AnsiColours | None:
        """The sixteen colours of programs; None: no colour is drawn."""
        return self._painter.palette

    @palette.setter
    def palette(self, palette: AnsiColours | None) -> None:
        self._new_painter(palette, self._painter.base)
        self.refresh()

    # -- looking at the screen

    def _look(self) -> None:
        """The pump says that the screen may have changed."""
        self._tell()
        vt = self.vt
        if vt.moved:
            vt.moved = False
            self.refresh()
        else:
            below = vt.scrolled_out - self.view.top
            rows = {y + below for y in (*vt.dirty, vt.cursor.y, self._cursor_row)}
            if shown := [Region(0, y, self.size.width, 1) for y in rows if y < self.size.height]:
                self.refresh(*shown)
        vt.dirty.clear()
        self._cursor_row = vt.cursor.y
        self._place_system_cursor()

    def _tell(self) -> None:
        if self.vt.bells:
            self.vt.bells = 0
            self.post_message(self.Rang(self))

    def _place_system_cursor(self) -> None:
        """Where an input method opens its window of candidates."""
        if self.has_focus:
            content = self.content_region
            self.app.cursor_position = Offset(content.x + self.vt.cursor_columns.start, content.y + self.vt.cursor.y)

    def _on_end(self) -> None:
        self.detach()
        self.post_message(self.Ended(self))

    # -- drawing

    def _new_painter(self, palette: AnsiColours | None, base: Style) -> None:
        self._painter = Painter(palette, base, reversed_screen=self.vt.has_mode(Mode.REVERSE_SCREEN))
        coloured = palette is not None and base.color is not None and base.bgcolor is not None
        self.vt.text_colour = base.color.get_truecolor() if coloured and base.color else None
        self.vt.ground_colour = base.bgcolor.get_truecolor() if coloured and base.bgcolor else None

    def render_lines(self, crop: Region) -> list[Strip]:
        base = self.rich_style
        if base != self._painter.base or self.vt.has_mode(Mode.REVERSE_SCREEN) != self._painter.reversed_screen:
            self._new_painter(self._painter.palette, base)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        row, width = self.view.top + y, self.size.width
        line = self.vt.line(row)
        if line is None:
            return Strip.blank(width, self._painter.base)
        strip = self._painter.strip(line, width)
        if self.selection is not None:
            strip = reversed_at(strip, self.selection.columns(row, width))
        if self.has_focus and row == self.vt.scrolled_out + self.vt.cursor.y and not self.vt.cursor.hidden:
            drawn = underlined_at if self.vt.cursor_shape is CursorShape.UNDERLINE else reversed_at
            strip = drawn(strip, self.vt.cursor_columns)
        if y == 0 and self.view.lines_up:
            strip = self._marked(strip, self.scrolled_mark(self.view.lines_up))
        return strip

    def _marked(self, strip: Strip, words: str) -> Strip:
        mark = Segment(f" {words} ", self._painter.base + Style(reverse=True))
        room = strip.cell_length - mark.cell_length
        return Strip.join([strip.crop(0, room), Strip([mark])]) if room >= 0 else strip

    # -- keys

    def on_key(self, event: events.Key) -> None:
        if self._link is None or event.key in self.reserved_keys:
            return
        event.stop()
        event.prevent_default()
        if event.key == COPY_KEY:
            self._copy()
        elif not self._scroll_by_key(event.key):
            application_cursor = self.vt.has_mode(Mode.APPLICATION_CURSOR)
            self._type(key_bytes(event.key, event.character, application_cursor=application_cursor))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._type(paste_bytes(event.text, bracketed=self.vt.has_mode(Mode.BRACKETED_PASTE)))

    def _type(self, data: bytes) -> None:
        """Send what the learner typed; the view returns to where it appears."""
        if data and self.attached:
            self._follow()
            if not self.send(data):
                self.post_message(self.Rang(self))

    def _copied(self, text: str) -> None:
        self.post_message(self.Copied(self, text))

    # -- focus, size, end

    def on_focus(self) -> None:
        self._place_system_cursor()
        self._focus_changed(FOCUS_IN)

    def on_blur(self) -> None:
        self._focus_changed(FOCUS_OUT)

    def _focus_changed(self, report: bytes) -> None:
        self.refresh()
        if self.vt.has_mode(Mode.FOCUS):
            self.send(report)

    def on_resize(self) -> None:
        if self._resizes_wait:
            self._resized_again = True
        elif self.size:
            self._fit()
            self._resizes_wait = True
            self.set_timer(RESIZE_SECONDS, self._after_resize)

    def _after_resize(self) -> None:
        self._resizes_wait = False
        if self._resized_again:
            self._resized_again = False
            self.on_resize()

    def _fit(self) -> None:
        """Make the screen as large as the widget, and tell the program."""
        width, height = self.size
        if (height, width) != (self.vt.lines, self.vt.columns):
            self.vt.resize(height, width)
            self.selection = None
            self.view.follow()
        if self._link is not None:
            self._link.set_size(height, width)
        self.refresh()

    def on_unmount(self) -> None:
        self.detach()
