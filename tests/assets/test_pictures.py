"""An exported screen is mended for a browser with Debian's fonts: Chinese in its cells, no hairlines between rows."""

import importlib.util
import re
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "assets" / "pictures.py"
spec = importlib.util.spec_from_file_location("pictures", PATH)
assert spec is not None
assert spec.loader is not None
pictures = importlib.util.module_from_spec(spec)
spec.loader.exec_module(pictures)


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
