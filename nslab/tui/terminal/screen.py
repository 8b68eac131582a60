"""The whole screen: modes, the alternate screen, saved cursors, the answers a program asks for, prompts, and size.

Sources: xterm's ctlseqs; VT510 manual; for prompts, FinalTerm's OSC 133 as bash and others print it.
"""

from collections.abc import Callable
from enum import Enum, IntEnum
from typing import Any, Final

import msgspec
from msgspec import Struct
from pyte import charsets, modes
from rich.style import Style

from nslab.tui.terminal.cells import BLANK, PLAIN, Ink, Line, blank_line
from nslab.tui.terminal.grid import Grid
from nslab.tui.terminal.reflow import Place, crop, refit

HISTORY_LINES: Final = 2000


class Mode(IntEnum):
    """Private modes (`CSI ? n h`) that mean something here, numbered as in the sequence."""

    APPLICATION_CURSOR = 1
    COLUMNS_132 = 3
    REVERSE_SCREEN = 5
    ORIGIN = 6
    AUTOWRAP = 7
    MOUSE_PRESS = 9
    CURSOR = 25
    ALTERNATE_OLD = 47
    MOUSE_CLICK = 1000
    MOUSE_DRAG = 1002
    MOUSE_MOVE = 1003
    FOCUS = 1004
    MOUSE_SGR = 1006
    ALTERNATE = 1047
    SAVED_CURSOR = 1048
    ALTERNATE_WITH_CURSOR = 1049
    BRACKETED_PASTE = 2004


_ACTIONS: Final = frozenset({Mode.COLUMNS_132, Mode.SAVED_CURSOR})  # done when set or reset, and no state after that
_KEPT: Final[frozenset[int]] = frozenset(Mode) - _ACTIONS
_ANSI: Final = frozenset({modes.IRM, modes.LNM})
_PRIVATE_SHIFT: Final = 5  # pyte keeps both kinds in one set, the private ones shifted


class CursorShape(Enum):
    """What DECSCUSR asks for; its blinking variants don't blink here."""

    BLOCK = "block"
    UNDERLINE = "underline"
    BAR = "bar"


_SHAPES: Final = {3: CursorShape.UNDERLINE, 4: CursorShape.UNDERLINE, 5: CursorShape.BAR, 6: CursorShape.BAR}


class SavedCursor(Struct, frozen=True):
    """What DECSC saves."""

    x: int
    y: int
    ink: Ink
    g0_charset: str
    g1_charset: str
    charset: int
    origin: bool


class MainScreen(Struct):
    """The main screen while the alternate one is shown."""

    rows: list[Line]
    cursor: Place
    saved: SavedCursor | None


class Screen(Grid):
    """A terminal's screen. `reply` gets the answers to a program's questions; `bells` are for the owner to look at."""

    def __init__(self, columns: int, lines: int, history_lines: int = HISTORY_LINES) -> None:
        self.reply: Callable[[bytes], object] = lambda answer: None
        self.prompt_style: Style | None = None  # worn by the prompts printed from now on
        self.text_colour: tuple[int, int, int] | None = (
            None  # what a program is told that asks; None: it gets no answer
        )
        self.ground_colour: tuple[int, int, int] | None = None
        self.bells = 0
        self._main: MainScreen | None = None
        self._saved: SavedCursor | None = None
        super().__init__(columns, lines, history_lines)

    def reset(self) -> None:
        """RIS. The history stays, as in xterm."""
        self._main = self._saved = None
        self.keeps_history = True
        super().reset()
        self.cursor_shape = CursorShape.BLOCK

    def soft_reset(self) -> None:
        """DECSTR."""
        self.mode -= {modes.IRM, modes.DECOM, Mode.APPLICATION_CURSOR << _PRIVATE_SHIFT}
        self.mode |= {modes.DECAWM, modes.DECTCEM}
        self.cursor.hidden = False
        self.margins = self._saved = None
        self.ink = self.ink_of(PLAIN)
        self.charset, self.g0_charset, self.g1_charset = 0, charsets.LAT1_MAP, charsets.VT100_MAP

    def renew(self) -> None:
        """Ready for another program: all modes as at first, the cursor below what is there."""
        self._leave_alternate(False)
        self.soft_reset()
        self.mode = {modes.DECAWM, modes.DECTCEM}
        self.cursor_shape = CursorShape.BLOCK
        while self.cursor.y > 0 and not self._is_used(self.cursor.y):
            self.cursor.y -= 1
        if self._is_used(self.cursor.y):
            self.next_line()
        self.cursor.x = 0
        self.moved = True

    def _is_used(self, y: int) -> bool:
        return any(cell != BLANK for cell in self.rows[y])

    def clear(self) -> None:
        """Forget the history and all rows but the cursor's own line, which goes to the top: a shell's prompt stays in use."""
        self.history.clear()
        if self._main is None:
            start = self.cursor.y
            while start > 0 and self.rows[start - 1].wrapped:
                start -= 1
            kept = self.rows[start : self.cursor.y + 1]
            self.rows = kept + [blank_line(self.columns) for _ in range(self.lines - len(kept))]
            self.cursor.y -= start
            self.moved = True

    # -- modes

    @property
    def alternate(self) -> bool:
        """Whether the alternate screen is shown."""
        return self._main is not None

    def has_mode(self, mode: int) -> bool:
        """Whether private mode `mode` is set."""
        return mode << _PRIVATE_SHIFT in self.mode

    def set_mode(self, *wanted: int, **kwargs: Any) -> None:
        """SM and DECSET; unknown modes are not kept."""
        self._switch(wanted, True, bool(kwargs.get("private")))

    def reset_mode(self, *wanted: int, **kwargs: Any) -> None:
        """RM and DECRST."""
        self._switch(wanted, False, bool(kwargs.get("private")))

    def _switch(self, wanted: tuple[int, ...], on: bool, private: bool) -> None:
        for mode in wanted:
            if mode in (_KEPT if private else _ANSI):
                key = mode << _PRIVATE_SHIFT if private else mode
                (self.mode.add if on else self.mode.discard)(key)
            if private:
                self._switched(mode, on)

    def _switched(self, mode: int, on: bool) -> None:
        if mode in (Mode.ALTERNATE_OLD, Mode.ALTERNATE, Mode.ALTERNATE_WITH_CURSOR):
            (self._enter_alternate if on else self._leave_alternate)(mode == Mode.ALTERNATE_WITH_CURSOR)
        elif mode == Mode.SAVED_CURSOR:
            (self.save_cursor if on else self.restore_cursor)()
        elif mode == Mode.CURSOR:
            self.cursor.hidden = not on
        elif mode == Mode.ORIGIN:
            self.cursor_position()
        elif mode == Mode.COLUMNS_132:  # the window is not ours to widen: what else DECCOLM does is done
            self.erase_in_display(2)
            self.cursor_position()
        elif mode == Mode.REVERSE_SCREEN:
            self.moved = True

    def _enter_alternate(self, with_cursor: bool) -> None:
        if self._main is None:
            if with_cursor:
                self.save_cursor()
            self._main = MainScreen(self.rows, Place(self.cursor.y, self.cursor.x), self._saved)
            self.keeps_history = False
            self.rows = [blank_line(self.columns) for _ in range(self.lines)]
            self.moved = True

    def _leave_alternate(self, with_cursor: bool) -> None:
        if self._main is not None:
            main, self._main = self._main, None
            self.keeps_history = True
            self.rows, self._saved = main.rows, main.saved
            self.moved = True
            if with_cursor:
                self.restore_cursor()
                self.cursor.y, self.cursor.x = main.cursor

    @property
    def cursor_columns(self) -> range:
        """The columns under the cursor: two on a wide character; the last one while it waits to wrap."""
        line, x = self.rows[self.cursor.y], min(self.cursor.x, self.columns - 1)
        if x > 0 and not line[x].text:
            x -= 1
        return range(x, x + (2 if line[x + 1 : x + 2] and not line[x + 1].text else 1))

    def save_cursor(self) -> None:
        """DECSC: one place for it, where pyte grows a stack."""
        self._saved = SavedCursor(
            self.cursor.x,
            self.cursor.y,
            self.ink,
            self.g0_charset,
            self.g1_charset,
            self.charset,
            modes.DECOM in self.mode,
        )

    def restore_cursor(self) -> None:
        """DECRC; with nothing saved, home and a plain pen."""
        saved = self._saved or SavedCursor(0, 0, self.ink_of(PLAIN), charsets.LAT1_MAP, charsets.VT100_MAP, 0, False)
        self.ink = self.ink_of(msgspec.structs.replace(saved.ink.pen, prompt=self.ink.pen.prompt))
        self.g0_charset, self.g1_charset, self.charset = saved.g0_charset, saved.g1_charset, saved.charset
        (self.mode.add if saved.origin else self.mode.discard)(modes.DECOM)
        self.cursor.x, self.cursor.y = min(saved.x, self.columns), min(saved.y, self.lines - 1)

    # -- questions

    def write_process_input(self, data: str) -> None:
        """Answer the program."""
        self.reply(data.encode())

    def report_device_attributes(self, mode: int = 0, **kwargs: bool) -> None:
        """DA1: a VT220 with colours."""
        if mode == 0:
            self.write_process_input("\x1b[?62;22c")

    def report_secondary_attributes(self, mode: int = 0) -> None:
        """DA2: a VT220, without a version that programs would take for a certain terminal's."""
        if mode == 0:
            self.write_process_input("\x1b[>1;10;0c")

    def report_device_status(self, mode: int = 0, private: bool = False) -> None:
        """DSR: alive (5), the cursor's place (6; with a question mark for DECXCPR)."""
        mark = "?" if private else ""
        if mode == 5 and not private:
            self.write_process_input("\x1b[0n")
        elif mode == 6:
            top = self.margins.top if self.margins and modes.DECOM in self.mode else 0
            x = min(self.cursor.x, self.columns - 1)
            self.write_process_input(f"\x1b[{mark}{self.cursor.y - top + 1};{x + 1}R")

    def report_mode(self, mode: int = 0, private: bool = False) -> None:
        """DECRQM: set (1), reset (2), or not known (0)."""
        known = mode in (_KEPT if private else _ANSI)
        state = 0 if not known else 1 if (mode << _PRIVATE_SHIFT if private else mode) in self.mode else 2
        self.write_process_input(f"\x1b[{'?' if private else ''}{mode};{state}$y")

    def report_window(self, what: int = 0) -> None:
        """XTWINOPS: the size in characters (18). The window itself is not the program's to move."""
        if what == 18:
            self.write_process_input(f"\x1b[8;{self.lines};{self.columns}t")

    def set_cursor_shape(self, style: int = 0) -> None:
        """DECSCUSR."""
        self.cursor_shape = _SHAPES.get(style, CursorShape.BLOCK)
        self.dirty.add(self.cursor.y)

    def bell(self, *args: object) -> None:
        """BEL."""
        self.bells += 1

    def command(self, number: str, text: str) -> None:
        """OSC `number ; text`. What is not here is ignored: no program may set our clipboard (52), palette (4), or folder (7).

        Nor a title (0, 2): a terminal's says in which world it is, as the kernel has it.
        """
        if number == "133":
            self._mark_prompt(text[:1])
        elif number in ("10", "11") and text == "?":
            self._report_colour(number, self.text_colour if number == "10" else self.ground_colour)

    def _report_colour(self, number: str, colour: tuple[int, int, int] | None) -> None:
        if colour is not None:
            red, green, blue = colour
            self.write_process_input(f"\x1b]{number};rgb:{red * 257:04x}/{green * 257:04x}/{blue * 257:04x}\x1b\\")

    def wear(self, style: Style) -> None:
        """Give a style to the prompts printed from now on, and to the one in use: the one that the cursor's line begins with."""
        if style == self.prompt_style:
            return
        self.prompt_style = style
        row = self.rows[self.cursor.y]
        for x, cell in enumerate(row):
            if cell.pen.prompt is not None:
                row[x] = cell._replace(pen=msgspec.structs.replace(cell.pen, prompt=style))
        row.drawn = None
        self.dirty.add(self.cursor.y)

    def _mark_prompt(self, mark: str) -> None:
        """What is printed from A on is the prompt, until B, where typing begins; C and D come after it in any case."""
        if mark in ("A", "B", "C", "D"):
            worn = self.prompt_style if mark == "A" else None
            self.ink = self.ink_of(msgspec.structs.replace(self.ink.pen, prompt=worn))

    # -- size

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """Change the size; the main screen's text flows, the alternate screen's is cut or padded."""
        lines, columns = max(1, lines or self.lines), max(1, columns or self.columns)
        if (lines, columns) == (self.lines, self.columns):
            return
        if self._main is None:
            self.rows, at = refit(self.history, self.rows, Place(self.cursor.y, self.cursor.x), lines, columns)
        else:
            self._main.rows, self._main.cursor = refit(self.history, self._main.rows, self._main.cursor, lines, columns)
            self.rows, at = crop(self.rows, Place(self.cursor.y, self.cursor.x), lines, columns)
        self.cursor.y, self.cursor.x = at
        self.lines, self.columns = lines, columns
        self.margins = None
        self.tabstops = set(range(8, columns, 8))
        self.scrolled_out = max(self.scrolled_out, len(self.history))
        self.moved = True
