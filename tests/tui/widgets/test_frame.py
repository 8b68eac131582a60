"""A terminal's title says whose world it is and what it owns; the thick edge says where the keys go."""

import gallery
import pytest
from rich.color import Color
from textual.widgets import Input

from nslab.tui.canvas import Canvas
from nslab.tui.faces import Role
from nslab.tui.terminal.widget import Terminal
from nslab.tui.theme import INK, PALETTES
from nslab.tui.widgets.frame import Owned, TerminalFrame, World, title_row
from nslab.words import Lang, Words


def title(world: World, width: int, words: Words, *, plain: bool = False) -> str:
    canvas = Canvas(width, 1, plain=plain)
    title_row(canvas, world, words)
    assert canvas.lost == []
    return canvas.text()


def test_the_host_owns_all_that_is_called_a(en: Words) -> None:
    assert title(gallery.worlds("en")[0], 40, en) == " host  lab            every namespace A"


def test_a_container_lists_what_it_owns(en: Words) -> None:
    assert title(gallery.worlds("en")[1], 50, en) == " box  container           its own  pid B   uts B"


def test_without_colour_brackets_and_a_line_say_the_same(en: Words) -> None:
    assert title(gallery.worlds("en")[0], 40, en, plain=True) == "[host] lab ────────── every namespace A─"


@pytest.mark.parametrize("width", [16, 30, 39, 60, 78, 100, 120])
def test_no_width_loses_a_name(lang: Lang, words: Words, width: int) -> None:
    for world in (*gallery.worlds(lang), gallery.full_world()):
        assert world.name in title(world, width, words)


def test_too_many_to_name_are_counted(en: Words) -> None:
    assert title(gallery.full_world(), 60, en).endswith("8 of its own")


def test_another_letter_has_its_own_colour_in_the_list(en: Words) -> None:
    canvas = Canvas(40, 1)
    title_row(canvas, World("box", "B", "", (Owned("net", "C"),)), en)
    assert canvas.text().endswith("its own  net C")


async def test_the_edge_is_thick_where_the_keys_go(stand: type, en: Words) -> None:
    host, box = gallery.worlds("en")
    frames = [TerminalFrame(en, world, Input()) for world in (host, box)]
    app = stand(*frames)
    async with app.run_test(size=(60, 20)) as pilot:
        for frame in frames:
            frame.styles.height = 8
        for focused in frames:
            focused.query_one(Input).focus()
            await pilot.pause()
            edges = [frame.query("_Edge").first().render_line(1).text for frame in frames]
            assert edges == ["▌" if frame is focused else "▏" for frame in frames]


async def test_a_bell_is_seen_once_for_a_moment(stand: type, en: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nslab.tui.widgets.frame.RINGING_S", 0.1)
    terminal = Terminal()
    frame = TerminalFrame(en, gallery.worlds("en")[1], terminal)

    def reversed_tag() -> bool:
        tag = next(iter(frame.query("_Title").first().render_line(0)))
        return tag.style is not None and tag.style.bgcolor == Color.parse(PALETTES[INK].colours[Role.B])

    async with stand(frame).run_test(size=(60, 20)) as pilot:
        assert reversed_tag()
        terminal.write("\a\a")
        await pilot.pause()
        assert not reversed_tag()
        await pilot.pause(0.2)
        assert reversed_tag()
