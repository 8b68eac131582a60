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
    "\u2019": "'",  # ’
    "\u201c": '"',  # “
    "\u201d": '"',  # ”
}
CONSOLE = str.maketrans(_STAND_INS)
"""For str.translate."""
