"""An exported screen is mended for a browser with Debian's fonts: Chinese in its cells, no hairlines between rows."""

import re
from pathlib import Path

import pytest
from PIL import Image

from assets import pictures
from assets.scenes import SCENES
from nslab.words import LANGS


def exported(text: str) -> str:
    return (
        '<svg viewBox="0 0 100 80"><g transform="translate(9, 41)" clip-path="url(#c)">'
        f'<text class="r1" x="10" y="20" textLength="{12.2 * len(text):.1f}" clip-path="url(#l)">{text}</text></g></svg>'
    )


def test_each_wide_glyph_is_drawn_in_its_own_two_cells() -> None:
    svg, _, _ = pictures.mend(exported("a进程b"))
    places = re.findall(r'x="([\d.]+)"[^>]*textLength="([\d.]+)"[^>]*>(.)</text>', svg)
    assert places == [("10.0", "12.2", "a"), ("22.2", "24.4", "进"), ("46.6", "24.4", "程"), ("71.0", "12.2", "b")]


def test_blocks_and_lines_become_rectangles_and_words_stay_words() -> None:
    svg, _, _ = pictures.mend(exported("▌ab━━"))
    assert svg.count("<rect") == 2  # an edge, and one line as long as both its cells
    assert re.search(r">ab</text>", svg)


def test_what_is_no_exported_screen_is_refused() -> None:
    with pytest.raises(ValueError, match="not a screen"):
        pictures.mend("<svg/>")


def test_a_picture_keeps_the_theme_s_colours_as_they_are_and_256_in_all(tmp_path: Path) -> None:
    """Not the nearest that an automatic palette has: ✗ would turn orange, and white grey."""
    png = tmp_path / "picture.png"
    image = Image.new("RGB", (40, 40), "#FFFFFF")
    for at in range(1000):
        image.putpixel((at % 40, at // 40), (at % 256, at // 4, 128))
    image.putpixel((0, 39), (155, 217, 107))
    image.save(png)
    pictures.reduce_colours(png, ["#9BD96B", "#FFFFFF"])
    with Image.open(png) as reduced:
        assert reduced.mode == "P"
        colours = reduced.convert("RGB")
    assert colours.getpixel((0, 39)) == (155, 217, 107)
    assert colours.getpixel((39, 39)) == (255, 255, 255)
    assert len(colours.getcolors() or []) <= 256


def test_every_picture_has_a_scene_and_every_scene_a_picture_in_both_languages() -> None:
    for scene in SCENES:
        assert {picture.lang for picture in pictures.PICTURES if picture.scene == scene} == set(LANGS)
    names = [picture.name for picture in pictures.PICTURES]
    assert len(set(names)) == len(names)


def test_the_pictures_that_are_made_are_the_ones_that_are_kept() -> None:
    kept = {png.stem for png in Path(pictures.__file__).parent.glob("*.png")}
    assert kept == {picture.name for picture in pictures.PICTURES}
