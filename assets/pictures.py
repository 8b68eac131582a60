"""Pictures of the program, made by playing it: `python -m assets.pictures [NAME…]`, by scene or file; all without one.

From the SVG that Textual exports to a PNG, drawn by Chromium without a window, its colours reduced to a palette.

Textual's SVG suits a browser with its web fonts; here they are Debian's (fonts-dejavu, fonts-noto-cjk), so two things are
mended first. `textLength` counts characters, where a Chinese one takes two cells: each gets a text element of its own. Block
and box glyphs leave hairlines between rows: they become rectangles.
"""

from __future__ import annotations

import asyncio
import html
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from PIL import Image
from rich.cells import cell_len

from assets.scenes import Picture, shoot
from nslab.tui.theme import PALETTES
from nslab.words import LANGS

Colour = tuple[int, int, int]

FONTS = '"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace'
TEXT = re.compile(r'<text ([^>]*?)x="([\d.]+)" ([^>]*?)textLength="([\d.]+)"([^>]*)>([^<]*)</text>')
ROW_HEIGHT = 24.4  # of Textual's export, in SVG units
ROWS_OVERLAP = 0.9  # of what is as high as its row: rows do not end on whole pixels
BASELINE = 18.5  # from a row's top to the y of its text

# A glyph's rectangle as parts of its cell: left, top, width, height.
BLOCKS = {
    "▌": (0, 0, 0.5, 1),
    "▐": (0.5, 0, 0.5, 1),
    "▏": (0, 0, 0.14, 1),
    "█": (0, 0, 1, 1),
    "│": (0.44, 0, 0.12, 1),
    "─": (0, 0.46, 1, 0.06),
    "━": (0, 0.43, 1, 0.12),
    **{glyph: (0, 1 - (at + 1) / 8, 1, (at + 1) / 8) for at, glyph in enumerate("▁▂▃▄▅▆▇")},
}


def svg_to_png(svg: str, png: Path) -> None:
    """Draw one exported screen, its cells alone, no window round them. Raises CalledProcessError if Chromium fails."""
    mended, width, height = mend(svg)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(f'<meta charset="utf-8"><body style="margin:0">{mended}</body>', encoding="utf-8")
        chromium = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        size = [f"--window-size={width},{height}", f"--user-data-dir={folder}/profile"]
        target = [f"--screenshot={png.absolute()}", page.as_uri()]
        subprocess.run([*chromium, *size, *target], check=True, capture_output=True, timeout=60)


def mend(svg: str) -> tuple[str, int, int]:
    """The SVG fit for a browser with Debian's fonts, cut to its cells; its width and height in pixels."""
    svg = re.sub(r"@font-face\s*{.*?}\s*", "", svg, flags=re.S)
    svg = svg.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")
    svg = TEXT.sub(_split_wide, svg)
    svg = re.sub(r"<text ([^>]*)>([\u2e80-\uffef])</text>", r'<text dy="1.6" style="font-size:21px" \1>\2</text>', svg)
    return _cut(TEXT.sub(_blocks_as_rectangles, svg))


def _cut(svg: str) -> tuple[str, int, int]:
    """Only the terminal's cells: its window's frame and title are left out."""
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    cells = re.search(r'<g transform="translate\(([\d.]+), ?([\d.]+)\)" clip-path', svg)
    if box is None or cells is None:
        raise ValueError("not a screen exported by Textual")
    left, top = float(cells[1]) + 0.6, float(cells[2]) + 1.6
    width, height = int(float(box[1]) - 2 * left) - 1, int(float(box[2]) - top - left - 0.9)
    cut = f'viewBox="{left} {top} {width} {height}" width="{width}" height="{height}"'
    return svg.replace(box[0], cut, 1), width, height


def _split_wide(match: re.Match[str]) -> str:
    """One text element a wide glyph, so that each stands in its own two cells."""
    text = html.unescape(match[6])
    if cell_len(text) == len(text):
        return match[0]
    unit, x, parts = float(match[4]) / len(text), float(match[2]), []
    for wide, glyphs in groupby(text, lambda glyph: cell_len(glyph) > 1):
        for run in list(glyphs) if wide else ["".join(glyphs)]:
            parts.append(_text(match, x, cell_len(run) * unit, run))
            x += cell_len(run) * unit
    return "".join(parts)


def _blocks_as_rectangles(match: re.Match[str]) -> str:
    text = html.unescape(match[6]).replace("\xa0", " ")
    if not any(glyph in BLOCKS for glyph in text):
        return match[0]
    y = re.search(r'y="([\d.]+)"', match[0])
    colour = re.search(r'class="([^"]+)"', match[0])
    if y is None or colour is None:
        return match[0]
    unit, top = float(match[4]) / len(text), float(y[1]) - BASELINE
    return "".join(_runs(match, text, unit, top, colour[1]))


def _runs(match: re.Match[str], text: str, unit: float, top: float, colour: str) -> Iterator[str]:
    """The text between blocks as text, the blocks as rectangles."""
    x = float(match[2])
    for block, glyphs in groupby(text, lambda glyph: glyph if glyph in BLOCKS else ""):
        count = len(list(glyphs))
        run = text[:count] if not block else block * count
        text = text[count:]
        if block:
            left, down, width, height = BLOCKS[block]
            repeat = range(1) if width == 1 else range(count)
            overlap = ROWS_OVERLAP if height == 1 else 0.3
            wide = (count if width == 1 else width) * unit
            for at in repeat:
                yield (
                    f'<rect class="{colour}" x="{x + (at + left) * unit:.2f}" y="{top + down * ROW_HEIGHT:.2f}"'
                    f' width="{wide + 0.3:.2f}" height="{height * ROW_HEIGHT + overlap:.2f}"/>'
                )
        elif run.strip():
            yield _text(match, x, count * unit, run)
        x += count * unit


def _text(match: re.Match[str], x: float, length: float, text: str) -> str:
    shown = html.escape(text).replace(" ", "&#160;")
    return f'<text {match[1]}x="{x:.1f}" {match[3]}textLength="{length:.1f}"{match[5]}>{shown}</text>'


def reduce_colours(png: Path, own: Iterable[str]) -> None:
    """Keep at most 256 colours: `own`, the theme's, as they are, and of the others those that are met most."""
    with Image.open(png) as opened:
        image = opened.convert("RGB")
    parts = iter(image.tobytes())
    pixels: list[Colour] = list(zip(parts, parts, parts, strict=True))
    met = [colour for colour, _ in Counter(pixels).most_common()]
    kept = list(dict.fromkeys([*(rgb(colour) for colour in own), *met]))[:256]
    index = {colour: nearest(colour, kept) for colour in met}
    reduced = Image.frombytes("P", image.size, bytes(index[colour] for colour in pixels))
    reduced.putpalette([part for colour in kept for part in colour])
    reduced.save(png, optimize=True)


def rgb(colour: str) -> Colour:
    """#rrggbb as numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def nearest(colour: Colour, kept: Sequence[Colour]) -> int:
    """Which of the colours kept is most like this one. Pillow's own search gives white a tint."""
    return min(range(len(kept)), key=lambda at: sum((a - b) ** 2 for a, b in zip(colour, kept[at], strict=True)))


def own_colours(theme: str) -> list[str]:
    """The colours that a theme names; those that are the terminal's own are Textual's choice."""
    return [colour for colour in PALETTES[f"nslab-{theme}"].colours.values() if colour.startswith("#")]


PICTURES = (
    *(Picture("pid", *size, lang) for size in ((80, 24), (120, 36), (200, 50)) for lang in LANGS),
    *(Picture("pid", 120, 36, lang, theme) for theme in ("paper", "plain") for lang in LANGS),
    *(
        Picture(scene, 120, 36, lang)
        for scene in ("predict", "passed", "map", "card", "wrecked", "help", "explore", "birth", "without", "order")
        for lang in LANGS
    ),
    *(Picture(scene, 80, 24, "zh") for scene in ("predict", "map", "explore", "birth", "without", "order")),
)


def main() -> int:
    """Make the pictures beside this file."""
    asked = set(sys.argv[1:])
    if unknown := asked - {name for picture in PICTURES for name in (picture.name, picture.scene)}:
        sys.exit(f"no such picture: {', '.join(sorted(unknown))}")
    for picture in PICTURES:
        if not asked or asked & {picture.name, picture.scene}:
            png = Path(__file__).with_name(f"{picture.name}.png")
            svg_to_png(asyncio.run(shoot(picture)), png)
            reduce_colours(png, own_colours(picture.theme))
            print(f"{png.name}: {png.stat().st_size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
