"""The palettes are readable, the letters are one table, and each kind of terminal gets what it can show."""

import pytest
from rich.color import Color, ColorSystem
from rich.style import Style
from textual.app import App

from nslab.tui import theme
from nslab.tui.faces import BAD, MUTE, REVERSE, TEXT, Face, Role, hue, lettered, solid

EVERYWHERE = [
    *(Role.GROUND, Role.TERMINAL, Role.PANEL, Role.A_TINT, Role.A_FAINT),
    *(Role.B_TINT, Role.C_TINT, Role.D_TINT, Role.BAD_TINT),
]
USED_ON = {
    Role.TEXT: EVERYWHERE,
    Role.MUTE: EVERYWHERE,
    Role.A: [Role.GROUND, Role.TERMINAL, Role.PANEL, Role.A_TINT, Role.A_FAINT, Role.B_TINT, Role.C_TINT, Role.D_TINT],
    Role.B: [Role.GROUND, Role.TERMINAL, Role.PANEL, Role.B_TINT],
    Role.C: [Role.GROUND, Role.TERMINAL, Role.PANEL, Role.C_TINT],
    Role.D: [Role.GROUND, Role.TERMINAL, Role.PANEL, Role.D_TINT],
    Role.OK: [Role.GROUND, Role.TERMINAL, Role.PANEL],
    Role.BAD: [Role.GROUND, Role.TERMINAL, Role.PANEL, Role.BAD_TINT],
}
SOLIDS = [Role.TEXT, Role.A, Role.B, Role.C, Role.D, Role.OK, Role.BAD]
COLOURED = [theme.INK, theme.INK_256, theme.PAPER]
OF_256 = [theme.INK_256, theme.PAPER_256]
GREEN_AND_BROWN = {Role.B, Role.D, Role.OK}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def shown(name: str) -> dict[Role, str]:
    """The colours of a palette as the terminal shows them: of 256, the ones behind the indexes."""
    colours = dict(theme.PALETTES[name].colours)
    if name not in OF_256:
        return colours
    return {r: Color.parse(c).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex for r, c in colours.items()}


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", COLOURED)
def test_text_has_seven_to_one_on_every_ground_it_is_used_on(name: str) -> None:
    colours = shown(name)
    ratios = {
        (ink, ground): contrast(colours[ink], colours[ground]) for ink, grounds in USED_ON.items() for ground in grounds
    }
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 7} == {}


@pytest.mark.parametrize("name", COLOURED)
def test_words_on_a_solid_tag_have_seven_to_one(name: str) -> None:
    colours = shown(name)
    ratios = {role: contrast(colours[Role.ON_SOLID], colours[role]) for role in SOLIDS}
    assert {role: round(ratio, 2) for role, ratio in ratios.items() if ratio < 7} == {}


def test_paper_of_256_colours_has_seven_to_one_but_for_what_has_no_darker_colour_there() -> None:
    colours = shown(theme.PAPER_256)
    pairs = [(ink, ground) for ink, grounds in USED_ON.items() for ground in grounds]
    ratios = {(ink, ground): contrast(colours[ink], colours[ground]) for ink, ground in pairs}
    assert {
        pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < (5 if pair[0] in GREEN_AND_BROWN else 7)
    } == {}
    on_tags = {role: contrast(colours[Role.ON_SOLID], colours[role]) for role in SOLIDS}
    assert {role: round(ratio, 2) for role, ratio in on_tags.items() if ratio < (6.5 if role is Role.B else 7)} == {}


@pytest.mark.parametrize("name", [theme.INK, theme.INK_256, theme.PAPER, theme.PAPER_256])
def test_terminals_panels_and_worlds_stand_out_from_the_ground_and_from_each_other(name: str) -> None:
    colours = shown(name)
    grounds = [Role.GROUND, Role.TERMINAL, Role.PANEL, Role.A_TINT, Role.B_TINT, Role.BAD_TINT]
    assert len({colours[role] for role in grounds}) == len(grounds)


def test_every_palette_has_a_colour_for_every_role() -> None:
    assert all(set(palette.colours) == set(Role) for palette in theme.PALETTES.values())


def test_the_256_colours_land_on_their_indexes() -> None:
    colours = theme.PALETTES[theme.INK_256].colours
    indexes = {role: Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).number for role, colour in colours.items()}
    greys = {Role.TERMINAL: 232, Role.GROUND: 233, Role.PANEL: 235, Role.B_TINT: 236, Role.MUTE: 251, Role.TEXT: 255}
    hues = {Role.A: 117, Role.A_TINT: 17, Role.B: 215, Role.C: 218, Role.D: 115, Role.BAD_TINT: 52}
    assert {role: indexes[role] for role in greys | hues} == greys | hues


def test_letters_past_d_keep_the_colour_of_d() -> None:
    assert [hue(letter) for letter in "ABCDEZ"] == [Role.A, Role.B, Role.C, Role.D, Role.D, Role.D]


def test_in_plain_no_face_has_a_colour() -> None:
    faces = [TEXT, MUTE, BAD, REVERSE, *(lettered(letter) for letter in "ABCD"), solid(Role.B), Face(ground=Role.PANEL)]
    styles = [theme.style(face, theme.PLAIN) for face in faces]
    assert all(style.color is None or style.color.is_default for style in styles)
    assert all(style.bgcolor is None for style in styles)


def test_in_plain_the_solid_letters_differ_in_their_attributes() -> None:
    styles = {theme.style(solid(hue(letter)), theme.PLAIN) for letter in "ABCD"}
    assert len(styles) == 4


@pytest.mark.parametrize(
    ("no_color", "system", "wanted", "chosen"),
    [
        (False, "truecolor", None, theme.INK),
        (False, "256", None, theme.INK_256),
        (False, "256", theme.PAPER, theme.PAPER_256),
        (False, "256", theme.PLAIN, theme.PLAIN),
        (False, "standard", None, theme.SIXTEEN),
        (False, "standard", theme.PAPER, theme.PLAIN),
        (False, "standard", theme.PLAIN, theme.PLAIN),
        (True, "truecolor", theme.PAPER, theme.PLAIN),
        (False, None, None, theme.PLAIN),
    ],
)
def test_a_terminal_gets_the_theme_it_can_show(
    no_color: bool, system: str | None, wanted: str | None, chosen: str
) -> None:
    assert theme.choose(no_color, system, wanted) == chosen


@pytest.mark.parametrize(
    ("system", "seen"),
    [
        ("truecolor", [theme.INK, theme.PAPER, theme.PLAIN]),
        ("256", [theme.INK_256, theme.PAPER_256, theme.PLAIN]),
        ("standard", [theme.SIXTEEN, theme.PLAIN]),
        (None, [theme.PLAIN]),
    ],
)
def test_going_round_the_themes_shows_each_that_the_terminal_can(system: str | None, seen: list[str]) -> None:
    names = [seen[-1]]
    for _ in seen:
        names.append(theme.following(names[-1], system))
    assert names[1:] == seen


@pytest.mark.parametrize(
    ("no_color", "wanted", "chosen"),
    [
        (False, None, theme.CONSOLE),
        (False, theme.PAPER, theme.CONSOLE_PLAIN),
        (True, None, theme.CONSOLE_PLAIN),
    ],
)
def test_linux_s_console_has_palettes_of_its_own(no_color: bool, wanted: str | None, chosen: str) -> None:
    assert theme.choose(no_color, "standard", wanted, "linux") == chosen
    assert theme.following(theme.CONSOLE_PLAIN, "standard", "linux") == theme.CONSOLE


@pytest.mark.parametrize(
    ("colorfgbg", "light"), [("0;15", True), ("0;default;7", True), ("15;0", False), ("15;default", False), ("", False)]
)
def test_a_terminal_may_say_that_it_is_light(colorfgbg: str, light: bool) -> None:
    assert theme.says_light(colorfgbg) is light


VT = ["#000000", "#aa0000", "#00aa00", "#aa5500", "#0000aa", "#aa00aa", "#00aaaa", "#aaaaaa"]
VT += ["#555555", "#ff5555", "#55ff55", "#ffff55", "#5555ff", "#ff55ff", "#55ffff", "#ffffff"]


def on_vt(style: Style) -> tuple[str, str]:
    """Ink and ground as the kernel's console shows a style: an attribute byte of four bits for each, of which a reverse moves
    three, and bold, as the bright colours, sets the ink's fourth (drivers/tty/vt/vt.c: build_attr, vc_invert_attr)."""
    ink = 7 if style.color is None or style.color.is_default else style.color.number or 0
    ground = 0 if style.bgcolor is None or style.bgcolor.is_default else style.bgcolor.number or 0
    attribute = (ground & 7) << 4 | ink | (8 if style.bold else 0)
    if style.reverse:
        attribute = (attribute & 0x88) | ((attribute >> 4 | attribute << 4) & 0x77)
    return VT[attribute & 15], VT[attribute >> 4 & 7]


@pytest.mark.parametrize("name", [theme.CONSOLE, theme.CONSOLE_PLAIN])
def test_on_linux_s_console_nothing_is_grey_on_grey(name: str) -> None:
    inks = [Face(role, bold=bold) for role in (*SOLIDS, Role.MUTE, Role.LINE) for bold in (False, True)]
    faces = [*inks, *(solid(role) for role in SOLIDS), REVERSE, Face(Role.TEXT, solid=True)]
    ratios = {face: contrast(*on_vt(theme.style(face, name))) for face in faces}
    assert {face: round(ratio, 1) for face, ratio in ratios.items() if ratio < 4.5} == {}


def test_on_linux_s_console_a_bright_tag_in_reverse_would_be_grey_on_brown() -> None:
    """Why it has palettes of its own."""
    assert contrast(*on_vt(theme.style(solid(Role.B), theme.SIXTEEN))) < 2


@pytest.mark.parametrize("name", [theme.SIXTEEN, theme.CONSOLE, theme.CONSOLE_PLAIN])
def test_with_few_colours_the_solid_letters_differ(name: str) -> None:
    assert len({theme.style(solid(hue(letter)), name) for letter in "ABCD"}) == 4


@pytest.mark.parametrize("name", theme.PALETTES)
async def test_textual_runs_with_every_theme(name: str) -> None:
    app: App[None] = App()
    theme.register(app)
    async with app.run_test(size=(20, 5)) as pilot:
        app.theme = name
        await pilot.pause()
    assert app.theme == name
