"""Every colour of nslab, in one place: the palettes by role, the style of a face, the themes Textual is given.

Text stands at 7:1 or more on each ground it is used on (a test computes it). Ink is dark, paper is for projectors, plain
has no colour at all and is what NO_COLOR selects. Linux's own console has palettes of its own, for it has sixteen colours, eight
grounds, and few glyphs, and makes what is bold bright, also where that is reversed: grey on grey (drivers/tty/vt/vt.c).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from rich.color import Color
from rich.style import Style

from nslab.tui.faces import Face, Role

if TYPE_CHECKING:
    from textual.app import App
    from textual.theme import Theme

INK = "nslab-ink"
INK_256 = "nslab-ink-256"
PAPER = "nslab-paper"
PAPER_256 = "nslab-paper-256"
PLAIN = "nslab-plain"
SIXTEEN = "nslab-16"
CONSOLE = "nslab-console"
CONSOLE_PLAIN = "nslab-console-plain"
CONSOLE_TERM = "linux"
"""What TERM says on Linux's own console."""

WANTED: Mapping[str, str] = {"ink": INK, "paper": PAPER, "plain": PLAIN}
"""What a person may ask for, by the name they give it."""


class Palette(Struct, frozen=True):
    """A colour for each role: `#rrggbb`, a name of Rich's, or "default", the terminal's own.

    A plain palette lays text on no ground of ours, and tells the letters apart by reverse, bold, and underline; or by `solids`,
    the ink and the ground of a solid cell. `console`: it is for Linux's own, with stand-ins for glyphs.
    """

    name: str
    colours: Mapping[Role, str]
    dark: bool = True
    plain: bool = False
    console: bool = False
    solids: Mapping[Role, tuple[str, str]] = {}


def _colours(**by_name: str) -> dict[Role, str]:
    return {Role(name.replace("_", "-")): colour for name, colour in by_name.items()}


_INK = _colours(
    ground="#0F141C",
    terminal="#090C12",
    panel="#1A222E",
    a_tint="#122639",
    a_faint="#101F2F",
    b_tint="#33230C",
    c_tint="#331F2D",
    d_tint="#0E2822",
    bad_tint="#371413",
    text="#ECE8DF",
    mute="#AEB7C4",
    line="#6C7A90",
    rule="#3A4556",
    a="#6CB8F0",
    b="#FFB84D",
    c="#FFC4E6",
    d="#7FE0C0",
    ok="#9BD96B",
    bad="#FF8F85",
    on_solid="#0F141C",
)
_PAPER = _colours(
    ground="#FFFFFF",
    terminal="#F7F6F2",
    panel="#EFEDE6",
    a_tint="#DCEBFA",
    a_faint="#E8F2FC",
    b_tint="#FFE8CC",
    c_tint="#FBE4F4",
    d_tint="#DCF3EA",
    bad_tint="#FFE3E0",
    text="#101010",
    mute="#474747",
    line="#76736A",
    rule="#A9A69C",
    a="#0A4A86",
    b="#7F3500",
    c="#7A1466",
    d="#00543F",
    ok="#1B5A12",
    bad="#8F0F0F",
    on_solid="#FFFFFF",
)
# The nearest of 256 colours turns ground, terminal, and panel into one black, and B's tint into the error's red. So these
# are chosen: values that Rich turns into just the index of xterm's table behind each (its greys are rounded).
_INK_256 = _colours(
    ground="#121212",  # 233
    terminal="#080808",  # 232
    panel="#262626",  # 235
    a_tint="#00005f",  # 17
    a_faint="#00005f",
    b_tint="#303030",  # 236
    c_tint="#303030",
    d_tint="#303030",
    bad_tint="#5f0000",  # 52
    text="#f0f0f0",  # 255
    mute="#c7c7c7",  # 251
    line="#767676",  # 243
    rule="#444444",  # 238
    a="#87d7ff",  # 117
    b="#ffaf5f",  # 215
    c="#ffafd7",  # 218
    d="#87d7af",  # 115
    ok="#afd75f",  # 149
    bad="#ffafaf",  # 217
    on_solid="#121212",
)
# The same on paper, where the nearest colours turn terminal and ground into one white. No orange among the 256 is dark enough to
# be read on tints: B is olive.
_PAPER_256 = _colours(
    ground="#ffffff",  # 231
    terminal="#ffffd7",  # 230
    panel="#eeeeee",  # 254
    a_tint="#afd7ff",  # 153
    a_faint="#d7d7ff",  # 189
    b_tint="#ffffaf",  # 229
    c_tint="#ffd7ff",  # 225
    d_tint="#d7ffd7",  # 194
    bad_tint="#ffd7d7",  # 224
    text="#121212",  # 233
    mute="#3a3a3a",  # 237
    line="#6c6c6c",  # 242
    rule="#9e9e9e",  # 246
    a="#000087",  # 18
    b="#5f5f00",  # 58
    c="#87005f",  # 89
    d="#005f5f",  # 23
    ok="#005f00",  # 22
    bad="#870000",  # 88
    on_solid="#ffffff",
)
_PLAIN = dict.fromkeys(Role, "default")
# Never bright black (8) for text: many consoles show it as black on black. The hairline may have it.
_SIXTEEN = _PLAIN | _colours(
    rule="bright_black", a="bright_cyan", b="bright_yellow", c="bright_magenta", d="bright_green"
)
_SIXTEEN |= _colours(ok="bright_green", bad="bright_red")
_CONSOLE_SOLIDS = {
    Role.TEXT: ("black", "white"),
    Role.B: ("bright_white", "yellow"),  # which is a brown there
    Role.C: ("bright_white", "magenta"),
    Role.D: ("black", "green"),
    Role.OK: ("black", "green"),
    Role.BAD: ("bright_white", "red"),
}

PALETTES: Mapping[str, Palette] = {
    palette.name: palette
    for palette in (
        Palette(INK, _INK),
        Palette(INK_256, _INK_256),
        Palette(PAPER, _PAPER, dark=False),
        Palette(PAPER_256, _PAPER_256, dark=False),
        Palette(PLAIN, _PLAIN, plain=True),
        Palette(SIXTEEN, _SIXTEEN, plain=True),
        Palette(CONSOLE, _SIXTEEN, plain=True, console=True, solids=_CONSOLE_SOLIDS),
        Palette(CONSOLE_PLAIN, _PLAIN, plain=True, console=True),
    )
}

# What Textual's own style sheet asks of a theme that has the terminal's colours.
_ANSI_VARIABLES = {"ansi-background": "ansi_default", "ansi-foreground": "ansi_default"}

# How a plain palette draws a solid cell, and words in a letter's colour. The host's tag has brackets instead (`Canvas.tag`).
_PLAIN_SOLID: Mapping[Role, Style] = {
    Role.A: Style(bold=True),
    Role.C: Style(bold=True, reverse=True, underline=True),
    Role.D: Style(bold=True, underline=True),
}
_PLAIN_SOLID_ELSE = Style(bold=True, reverse=True)


@lru_cache(maxsize=2048)
def style(face: Face, theme: str) -> Style:
    """The style of a face in a theme. A face that names no ground lies on the screen's."""
    palette = PALETTES[theme]
    if palette.plain:
        return _plain_style(face, palette)
    if face.solid:
        return _coloured(palette.colours[Role.ON_SOLID], palette.colours[face.ink]) + Style(bold=face.bold)
    ground = palette.colours[face.ground or Role.GROUND]
    return _coloured(palette.colours[face.ink], ground) + Style(bold=face.bold)


def _plain_style(face: Face, palette: Palette) -> Style:
    ink = _coloured(palette.colours[face.ink], None)
    if not face.solid:
        return ink + Style(bold=face.bold)
    if face.ink in palette.solids:
        return _coloured(*palette.solids[face.ink])
    solid = ink + _PLAIN_SOLID.get(face.ink, _PLAIN_SOLID_ELSE)
    return solid + Style(bold=False) if palette.console and solid.reverse else solid


def _coloured(ink: str, ground: str | None) -> Style:
    return Style.from_color(Color.parse(ink), Color.parse(ground) if ground else None)


def choose(no_color: bool, color_system: str | None, wanted: str | None = None, term: str = "") -> str:
    """The theme's name for a terminal: `wanted` where its colours can be shown, plain under NO_COLOR.

    `color_system` is Rich's name for what the terminal can show, None where it shows no colours; `term` is TERM. Of sixteen
    colours, those that are seen on a dark ground are not on a light one, and nobody tells which it is: paper is plain then.
    """
    plain = CONSOLE_PLAIN if term == CONSOLE_TERM else PLAIN
    if no_color or color_system is None or wanted == PLAIN:
        return plain
    if color_system == "standard" or term == CONSOLE_TERM:
        return plain if wanted == PAPER else CONSOLE if term == CONSOLE_TERM else SIXTEEN
    return _OF_256.get(wanted or INK, INK_256) if color_system == "256" else wanted or INK


_OF_256 = {INK: INK_256, PAPER: PAPER_256}


def following(name: str, color_system: str | None = "truecolor", term: str = "") -> str:
    """The theme after this one of those that the terminal can show, round and round."""
    names = list(dict.fromkeys(choose(False, color_system, wanted, term) for wanted in (INK, PAPER, PLAIN)))
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]


def says_light(colorfgbg: str) -> bool:
    """Whether COLORFGBG, where a terminal sets it, tells of a light ground: its last number is white, or light grey."""
    return colorfgbg.rpartition(";")[2] in ("7", "15")


def textual_themes() -> tuple[Theme, ...]:
    """The palettes as Textual knows them, for the few widgets of its own that nslab uses (inputs, scrollbars)."""
    return tuple(_textual_theme(palette) for palette in PALETTES.values())


def register(app: App[Any]) -> None:
    """Make every theme known to the application; it chooses one by name."""
    for theme in textual_themes():
        app.register_theme(theme)


def _textual_theme(palette: Palette) -> Theme:
    from textual.theme import Theme

    def colour(role: Role) -> str:
        name = palette.colours[role]
        return name if name.startswith("#") else f"ansi_{name}"

    return Theme(
        name=palette.name,
        primary=colour(Role.TEXT),
        secondary=colour(Role.MUTE),
        accent=colour(Role.TEXT),
        foreground=colour(Role.TEXT),
        background=colour(Role.GROUND),
        surface=colour(Role.TERMINAL),
        panel=colour(Role.PANEL),
        success=colour(Role.OK),
        error=colour(Role.BAD),
        warning=colour(Role.B),
        dark=palette.dark,
        ansi=palette.plain,
        variables=_ANSI_VARIABLES if palette.plain else {},
    )
