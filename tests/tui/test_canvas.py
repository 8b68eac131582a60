"""Cells go where they are put, wide glyphs whole, and whatever a layout loses is told."""

import pytest

from nslab.tui.canvas import Canvas
from nslab.tui.faces import BOLD, MUTE, REVERSE, TEXT, Face, Role, solid
from nslab.tui.wrap import Mark, Span


def test_put_returns_the_next_free_cell() -> None:
    canvas = Canvas(12, 1)
    assert canvas.put(1, 0, "pid 进程") == 9
    assert canvas.text() == " pid 进程"


def test_right_ends_before_its_cell() -> None:
    canvas = Canvas(10, 1)
    canvas.right(10, 0, "宿主机")
    assert canvas.text() == "    宿主机"


def test_a_wide_glyph_that_does_not_fit_is_left_out_and_told() -> None:
    canvas = Canvas(3, 1)
    canvas.put(0, 0, "命名")
    assert canvas.text() == "命"
    assert canvas.lost == ["outside at 2,0: '名' of '命名'"]


def test_writing_over_words_is_told() -> None:
    canvas = Canvas(6, 1)
    canvas.put(0, 0, "abc")
    canvas.put(2, 0, "x")
    assert canvas.lost == ["written over at 2,0: 'c' by 'x'"]


def test_writing_over_blanks_and_lines_is_not_a_loss() -> None:
    canvas = Canvas(6, 1)
    canvas.put(0, 0, "──────")
    canvas.put(2, 0, " A ")
    assert canvas.text() == "── A ─"
    assert canvas.lost == []


def test_half_a_wide_glyph_does_not_stay() -> None:
    canvas = Canvas(6, 1)
    canvas.put(0, 0, "容器")
    canvas.put(1, 0, "x")
    assert canvas.text() == " x器"
    canvas.fill(3, 0, 1, 1, Role.PANEL)
    assert [glyph for glyph, _ in canvas.rows[0]] == [" ", "x", " ", " ", " ", " "]


def test_a_fill_that_ends_before_it_begins_takes_no_cell_away() -> None:
    canvas = Canvas(5, 1)
    for x, width in ((0, -2), (-9, 3), (3, -1), (7, 2), (2, 0)):
        canvas.fill(x, 0, width, 1, Role.PANEL)
    assert [len(row) for row in canvas.rows] == [5]


def test_an_accent_shares_the_cell_of_its_letter() -> None:
    canvas = Canvas(4, 1)
    assert canvas.put(0, 0, "e\u0301t") == 2
    assert canvas.rows[0][0][0] == "e\u0301"


def test_ink_lies_on_the_ground_that_is_there() -> None:
    canvas = Canvas(4, 1)
    canvas.fill(0, 0, 4, 1, Role.PANEL)
    canvas.put(0, 0, "a", MUTE)
    assert canvas.rows[0][0] == ("a", Face(Role.MUTE, Role.PANEL))


def test_on_a_solid_row_all_ink_is_the_rows() -> None:
    canvas = Canvas(4, 1)
    canvas.fill(0, 0, 4, 1, REVERSE)
    canvas.put(0, 0, "a", MUTE)
    assert canvas.rows[0][0] == ("a", Face(Role.TEXT, None, False, True))


def test_a_tag_is_its_letter_between_blanks() -> None:
    canvas = Canvas(6, 1)
    assert canvas.letter(0, 0, "B") == 3
    assert canvas.rows[0][1] == ("B", solid(Role.B))


def test_without_colour_the_hosts_tag_has_brackets_and_its_bar_is_a_line() -> None:
    canvas = Canvas(9, 3, plain=True)
    canvas.bar(0, 0, 9, 3, Role.A)
    canvas.letter(0, 1, "A")
    assert canvas.text() == "\n[A]──────\n"


def test_a_paragraph_wraps_and_keeps_its_marks() -> None:
    canvas = Canvas(12)
    assert canvas.para(2, 0, 10, (Span("call "), Span("clone()", Mark.CODE), Span(" twice"))) == 3
    assert canvas.text() == "  call\n  clone()\n  twice"
    assert canvas.rows[1][2] == ("c", Face(ground=Role.PANEL))


def test_a_heading_drops_its_source_where_there_is_no_room() -> None:
    wide, narrow = Canvas(30, 1), Canvas(18, 1)
    for canvas in (wide, narrow):
        canvas.heading("namespaces", "/proc/PID/ns")
    assert wide.text() == "namespaces ────── /proc/PID/ns"
    assert narrow.text() == "namespaces ───────"


def test_a_dimmed_canvas_keeps_its_glyphs_and_loses_its_hue() -> None:
    source, canvas = Canvas(5, 1), Canvas(8, 1)
    source.tag(0, 0, "B", Role.B)
    canvas.blit(source, 2, 0, dimmed=True)
    assert canvas.text() == "   B"
    assert {face for _, face in canvas.rows[0]} == {MUTE, TEXT}


def test_a_canvas_without_a_height_grows() -> None:
    canvas = Canvas(10)
    canvas.put(0, 3, "end", BOLD)
    assert canvas.height == 4


@pytest.mark.parametrize(("thick", "edge"), [(True, "▌"), (False, "▏")])
def test_where_grounds_can_t_show_a_sheet_has_an_edge(thick: bool, edge: str) -> None:
    for plain in (False, True):
        canvas = Canvas(6, 2, plain=plain)
        canvas.sheet(1, 0, 4, 2, Role.PANEL, thick=thick)
        assert canvas.text() == (f" {edge}\n {edge}" if plain else "\n")
        assert canvas.rows[0][2][1].ground is Role.PANEL


def test_what_a_terminal_would_obey_is_never_drawn_and_joined_glyphs_stay_whole() -> None:
    canvas = Canvas(12, 1)
    canvas.put(0, 0, "a\x1b[2J\x9b\u202eb👩\u200d👧")
    assert "".join(glyph for glyph, _ in canvas.rows[0]).rstrip() == "a�[2J��b👩\u200d👧"
