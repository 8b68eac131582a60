"""What a screen is made of: pens, cells, lines, and the width of a character.

A cell is a value that many places share: printing `y` a million times makes one cell. So a run of text is put on a line by one
slice assignment, and a line is parted into runs of one pen by comparing identities.
"""

import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple

from msgspec import Struct
from rich.cells import get_character_cell_size
from rich.style import Style

Colour = int | tuple[int, int, int] | None
"""An index into the 256 colours, red-green-blue, or None for the terminal's own."""


class Pen(Struct, frozen=True):
    """How a character is drawn: the state that SGR changes, and the prompt it belongs to.

    Blinking (SGR 5) is no part of it: nothing on our screens blinks.
    """

    foreground: Colour = None
    background: Colour = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    conceal: bool = False
    strike: bool = False
    prompt: Style | None = None  # what prompts wore when this one was printed; None outside of a prompt


class Cell(NamedTuple):
    """One column of a line. `text` is a character with its combining marks; the second cell of a wide one has none."""

    text: str
    pen: Pen


PLAIN: Final = Pen()
BLANK: Final = Cell(" ", PLAIN)
FILLER: Final = Cell(" ", Pen())
"""The last column of a line where a wide character did not fit: no part of the text. Told from a space by identity."""


class Line(list[Cell]):
    """A row of cells, as many as the screen has columns.

    No constructor of its own: a flood makes a line every microsecond.
    """

    wrapped: bool = False
    """The text goes on in the next line without a line break."""
    drawn: object | None = None
    """What the painter remembers of it; None once it has changed."""


class Ink(dict[str, Cell]):
    """The cells of one pen by their text, made when first asked for, and the inks that SGR sequences lead to from here."""

    LIMIT: Final = 4096

    def __init__(self, pen: Pen) -> None:
        super().__init__()
        self.pen = pen
        self.stub = Cell("", pen)
        # Erasing takes the background along, and nothing else ("bce" in terminfo).
        self.blank = BLANK if pen.background is None else Cell(" ", Pen(background=pen.background))
        self.after: dict[str, Ink] = {}

    def __missing__(self, text: str) -> Cell:
        if len(self) >= self.LIMIT:
            self.clear()
        cell = self[text] = Cell(text, self.pen)
        return cell


class _Widths(dict[str, int]):
    """The width of each character seen so far; see `char_width`."""

    LIMIT: Final = 65536

    def __missing__(self, char: str) -> int:
        if len(self) >= self.LIMIT:
            self.clear()
        width = self[char] = _measure(char)
        return width


IGNORED: Final = -1
"""The width of a character that leaves no trace on the screen."""


def _measure(char: str) -> int:
    # Direction overrides, joiners, and the like would reach the user's own terminal and disturb the whole row there. U+200D
    # and U+FE0F also make a string wider or narrower than its characters are, one by one, which is what programs reckon with.
    if char == "\ufe0f" or unicodedata.category(char) in ("Cf", "Cc", "Cs", "Zl", "Zp"):
        return IGNORED
    return get_character_cell_size(char)


WIDTHS: Final = _Widths()
"""Columns that a character takes by Textual's own measure: 0 (a combining mark), 1, 2, or `IGNORED`."""

NARROW: Final = frozenset(
    char
    for first, last in (
        (0x20, 0x7E),
        (0xA1, 0xAC),
        (0xAE, 0x2FF),
        (0x370, 0x377),
        (0x400, 0x482),
        (0x2500, 0x25FC),
        (0x2800, 0x28FF),
    )
    for char in map(chr, range(first, last + 1))
)
"""Characters known to be one column wide, so that a whole run is told narrow at once."""


def blank_line(columns: int, blank: Cell = BLANK) -> Line:
    """A line of `columns` times `blank`."""
    return Line([blank] * columns)


def text_of(cells: Iterable[Cell]) -> str:
    """The characters of `cells`, without the filler of a wrapped line."""
    return "".join([cell.text for cell in cells if cell is not FILLER])
