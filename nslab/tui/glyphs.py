"""What is drawn with a console's own font, which has the 256 glyphs of code page 437 and few more: a stand-in for each of ours.

Every stand-in is one cell wide, as what it stands for is. The kernel's built-in font and those of Debian's console-setup have them.
"""

from __future__ import annotations

_STAND_INS = {
    "\u2713": "\u221a",  # ✓ √
    "\u2717": "x",  # ✗
    "\u25b8": "\u25ba",  # ▸ ►
    "\u25c2": "\u25c4",  # ◂ ◄
    "\u25be": "\u25bc",  # ▾ ▼
    "\u25b4": "\u25b2",  # ▴ ▲
    "\u25c9": "\u2022",  # ◉ •
    "\u25cf": "\u2022",  # ● •
    "\u2260": "\u256a",  # ≠ ╪, which is a ≠ of lines
    "\u254c": "-",  # ╌
    "\u254e": ":",  # ╎
    "\u2506": ":",  # ┆
    "\u257f": "\u2551",  # ╿ ║
    "\u2501": "\u2550",  # ━ ═
    "\u2503": "\u2551",  # ┃ ║
    "\u258f": "\u2502",  # ▏ │
    "\u23ce": "\u2518",  # ⏎ ┘
    "\u232b": "\u2190",  # ⌫ ←
    "\u21e7": "\u2191",  # ⇧ ↑
    "\u2303": "^",  # ⌃
    "\u2026": "\u00bb",  # … », for there is more
    "\u00d7": "x",  # ×
    "\u2013": "-",  # –
    "\u2212": "-",  # −
    "\u2019": "'",  # ’
    "\u201c": '"',  # “
    "\u201d": '"',  # ”
}
BRAILLE = 0x2800
_UPPER = 0b00011011  # the dots of a glyph of braille that lie in the upper half of its cell: see the Unicode chart


def _half(dots: int) -> str:
    """A curve of dots as halves of cells."""
    return {(True, False): "\u2580", (False, True): "\u2584"}.get((bool(dots & _UPPER), bool(dots & ~_UPPER)), "\u2588")


CONSOLE = str.maketrans({**_STAND_INS, **{chr(BRAILLE | dots): _half(dots) for dots in range(1, 256)}})
"""For str.translate."""
