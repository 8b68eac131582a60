"""How a cell is meant to look, told by what it stands for and never by a colour; `theme` turns it into a style.

Hue belongs to the kernel's objects: the roles A to D are the letters of namespaces, OK and BAD are ✓ and ✗ (and a
limit, and a broken lab). Everything else is ink and paper: TEXT, MUTE, bold, and solid (reversed).
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace


class Role(StrEnum):
    """What a colour stands for. Grounds are what text lies on; the rest are inks."""

    GROUND = "ground"
    TERMINAL = "terminal"
    PANEL = "panel"
    A_TINT = "a-tint"
    A_FAINT = "a-faint"  # every other row of A, so that neighbouring quiet bars stay rows
    B_TINT = "b-tint"
    C_TINT = "c-tint"
    D_TINT = "d-tint"
    BAD_TINT = "bad-tint"
    TEXT = "text"
    MUTE = "mute"
    LINE = "line"  # lines that mean something: a tree's branches
    RULE = "rule"  # ornament: the hairline of a heading
    A = "a"
    B = "b"
    C = "c"
    D = "d"
    OK = "ok"
    BAD = "bad"
    ON_SOLID = "on-solid"  # the ink on a solid cell, whatever its colour


class Face(Struct, frozen=True):
    """A cell's look: an ink, the ground it lies on (None: whatever is there already), and how strong it is.

    `solid` turns the ink into the ground, as in a tag; `ground` is then not used.
    """

    ink: Role = Role.TEXT
    ground: Role | None = None
    bold: bool = False
    solid: bool = False

    def on(self, ground: Role | None) -> Face:
        """The same face on another ground."""
        return replace(self, ground=ground)

    @property
    def strong(self) -> Face:
        """The same face in bold."""
        return replace(self, bold=True)


TEXT = Face()
BOLD = Face(bold=True)
MUTE = Face(Role.MUTE)
LINE = Face(Role.LINE)
RULE = Face(Role.RULE)
OK = Face(Role.OK, bold=True)
BAD = Face(Role.BAD, bold=True)
REVERSE = Face(Role.TEXT, bold=True, solid=True)

_HUES = {"A": Role.A, "B": Role.B, "C": Role.C}
_TINTS = {Role.A: Role.A_TINT, Role.B: Role.B_TINT, Role.C: Role.C_TINT, Role.D: Role.D_TINT, Role.BAD: Role.BAD_TINT}


def hue(letter: str) -> Role:
    """The colour of a namespace's letter. Letters past D keep D's colour: the letter tells them apart."""
    return _HUES.get(letter, Role.D)


def tint(ink: Role) -> Role:
    """The quiet ground of a colour that has one. Raises KeyError for a role that has none."""
    return _TINTS[ink]


def lettered(letter: str) -> Face:
    """Ink in a letter's colour."""
    return Face(hue(letter))


def solid(ink: Role) -> Face:
    """A solid cell of a colour: tags, split bars, the whiteout."""
    return Face(ink, bold=True, solid=True)
