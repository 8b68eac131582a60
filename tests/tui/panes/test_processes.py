"""The processes pane, by its exact text, and the widget that shows it."""

from __future__ import annotations

from textwrap import dedent

import observed
import pytest
from msgspec.structs import replace

from nslab.observe.views import Gone, NotYet, Perspective, ProcessRow, ProcessView
from nslab.tui.canvas import Canvas
from nslab.tui.faces import Role
from nslab.tui.panes.pane import Emphasis
from nslab.tui.panes.processes import NOTHING_STANDS_OUT, ProcessPane, Shown, more_line, process_rows, source_line
from nslab.words import Words, words_for


def pane(
    view: Shown,
    words: Words,
    size: tuple[int, int] = (37, 12),
    emphasis: Emphasis[int, int] = NOTHING_STANDS_OUT,
    *,
    plain: bool = False,
) -> Canvas:
    canvas = Canvas(*size, plain=plain)
    process_rows(canvas, view, words, emphasis)
    assert canvas.lost == []
    return canvas


def text(picture: str) -> str:
    return dedent(picture).strip("\n")


def test_each_process_has_a_number_for_each_side_and_the_boundary_its_tag(en: Words) -> None:
    assert pane(observed.lesson_processes(), en).text().rstrip() == text("""
        processes ───────────────────── NSpid
                   pid seen from  host   box
          lab                        1     ╌
          ├─ bash                    2     ╌
          └─ bash                    3     ╌
             └─ ns_pid               7     ╌
        ▌       ╘═ B  bash           8     1
        ▌           └─ sleep 100    12     5

        ╌ can't be seen from box
    """)


def test_chinese_heads_stand_over_their_columns() -> None:
    assert pane(observed.lesson_processes(), words_for("zh")).text().splitlines()[1:3] == [
        "        各自看到的 PID  宿主机   box",
        "  lab                        1     ╌",
    ]


def test_what_is_inside_lies_on_the_tint_of_its_world_with_a_heavy_edge(en: Words) -> None:
    rows = pane(observed.lesson_processes(), en).rows
    grounds = [row[20][1].ground for row in rows[2:8]]
    assert grounds == [None] * 4 + [Role.B_TINT] * 2
    assert rows[6][0] == ("▌", rows[6][0][1])
    assert rows[6][0][1].ink is Role.B


def test_a_world_in_a_world_has_one_more_edge(en: Words) -> None:
    deeper = (
        observed.row(1, 0, (True,), "lab", 1, None, None),
        observed.row(8, 1, (True, True), "bash", 8, 1, None, tags="!B"),
        observed.row(9, 8, (True, True, False), "sleep 5", 9, 2, None, tags="B"),
        observed.row(12, 8, (True, True, True), "bash", 12, 5, 1, tags="!C"),
        observed.row(13, 12, (True, True, True, True), "sleep 9", 13, 6, 2, tags="C"),
    )
    sides = (Perspective("host", "A"), Perspective("box", "B"), Perspective("deep", "C"))
    assert pane(ProcessView(sides, deeper, 0, 0.0), en, (50, 12)).text().rstrip() == text("""
        processes ────────────────────────────────── NSpid
                          pid seen from  host   box  deep
           lab                              1     ╌     ╌
        ▌  ╘═ B  bash                       8     1     ╌
        ▌      ├─ sleep 5                   9     2     ╌
        ▌▌     ╘═ C  bash                  12     5     1
        ▌▌         └─ sleep 9              13     6     2

        ╌ can't be seen from box
    """)


def test_a_process_that_went_back_to_the_host_by_setns_is_drawn_outside(en: Words) -> None:
    rows = (
        observed.row(1, 0, (True,), "lab", 1, None),
        observed.row(8, 1, (True, True), "bash", 8, 1, tags="!B"),
        observed.row(9, 8, (True, True, True), "sh", 9, None),
    )
    view = ProcessView((Perspective("host", "A"), Perspective("box", "B")), rows, 0, 0.0)
    edges = [row[0][0] for row in pane(view, en).rows[2:5]]
    assert edges == [" ", "▌", " "]


def test_ancestors_that_have_more_children_are_joined_by_a_line(en: Words) -> None:
    rows = (
        observed.row(1, 0, (True,), "lab", 1),
        observed.row(2, 1, (True, False), "bash", 2),
        observed.row(3, 2, (True, False, False), "sleep 1", 3),
        observed.row(4, 2, (True, False, True), "sleep 2", 4),
        observed.row(5, 1, (True, True), "bash", 5, state="Z"),
    )
    assert pane(ProcessView((Perspective("host", "A"),), rows, 3, 0.0), en).text().rstrip() == text("""
        processes ───────────────────── NSpid
                         pid seen from  host
          lab                              1
          ├─ bash                          2
          │  ├─ sleep 1                    3
          │  └─ sleep 2                    4
          └─ bash zombie                   5

        3 not readable
    """)


def long_tree(count: int = 30) -> ProcessView:
    rows = [observed.row(1, 0, (True,), "lab", 1)]
    rows += [observed.row(pid, 1, (True, pid == count), f"sleep {pid}", pid) for pid in range(2, count + 1)]
    return ProcessView((Perspective("host", "A"),), tuple(rows), 0, 0.0)


def test_of_a_tree_taller_than_the_pane_the_part_round_the_cursor_is_shown(en: Words) -> None:
    lines = pane(long_tree(), en, emphasis=Emphasis(cursor=20)).text().splitlines()
    assert any(line.startswith(" ▸├─ sleep 20") for line in lines)
    assert lines[-2] == "▴ 15  ▾ 7 more"
    assert lines[-1] == "20 ← /proc/20/status NSpid"


def test_a_lessons_process_is_in_sight_and_lit(en: Words) -> None:
    canvas = pane(long_tree(), en, emphasis=Emphasis(highlight=25))
    (row,) = [row for row in canvas.rows if any(face.solid for _, face in row)]
    assert "".join(glyph for glyph, face in row if face.solid) == "sleep 25"


def test_the_boundary_is_in_sight_by_itself(en: Words) -> None:
    view = long_tree()
    moved = tuple(
        observed.row(row.pid, 1, row.last_of, row.name, row.pid, tags="!B") if row.pid == 28 else row
        for row in view.rows
    )
    assert "╘═ B  sleep 28" in pane(replace(view, rows=moved), en).text()


def deep_tree(depth: int = 30) -> ProcessView:
    rows = tuple(observed.row(pid, pid - 1, (True,) * pid, "bash", pid) for pid in range(1, depth + 1))
    return ProcessView((Perspective("host", "A"),), rows, 0, 0.0)


def test_a_tree_deeper_than_the_pane_is_wide_says_how_deep_and_keeps_its_names(en: Words) -> None:
    lines = pane(deep_tree(), en, (37, 40)).text().splitlines()
    assert lines[31] == "  29╌ bash                        30"


@pytest.mark.parametrize("size", [(24, 8), (30, 12), (37, 12), (44, 20), (78, 18), (120, 40)])
@pytest.mark.parametrize("plain", [False, True])
def test_no_size_loses_a_word(words: Words, size: tuple[int, int], plain: bool) -> None:
    for view in (observed.lesson_processes(), long_tree(), deep_tree()):
        last = view.rows[-1].pid
        pane(view, words, size, Emphasis(last, last, frozenset({last})), plain=plain)


def test_no_view_yet_says_what_will_appear(words: Words) -> None:
    assert words("pane.processes") in pane(NotYet("pane.nothing-yet"), words).text()


def test_a_dead_lab_keeps_its_words_and_loses_its_colours(en: Words) -> None:
    canvas = pane(Gone(observed.lesson_processes()), en)
    assert "as last seen" in canvas.text()
    assert "╘═ B  bash           8     1" in canvas.text()
    assert {face.ink for row in canvas.rows[1:] for glyph, face in row if glyph.strip()} == {Role.MUTE}


def test_the_source_names_the_file_of_the_numbers() -> None:
    rows = {row.pid: row for row in observed.lesson_processes().rows}
    assert source_line(rows[8]) == "8 1 ← /proc/8/status NSpid"
    assert source_line(rows[2]) == "2 ╌ ← /proc/2/status NSpid"


def test_more_about_a_row_are_its_users_and_what_it_does_not_share(en: Words) -> None:
    rows = {row.pid: row for row in observed.lesson_processes().rows}
    assert more_line(rows[8], en) == "uid 0 outside, 0 inside; pid:B uts:B"
    assert more_line(replace(rows[2], uid_inside=None), en) == "uid 0 outside, ╌ inside; all the host's"


@pytest.mark.parametrize("height", [7, 9, 12])
def test_what_enter_tells_is_all_there_and_the_row_it_is_about_too(en: Words, height: int) -> None:
    canvas = Canvas(28, height)
    process_rows(canvas, observed.lesson_processes(), en, Emphasis(cursor=12, more=True))
    lines = canvas.text().split("\n")
    assert canvas.lost == []
    assert lines[-2:] == ["uid 0 outside, 0 inside;", "pid:B uts:B"]
    assert any("▸" in line for line in lines)


def test_each_row_is_where_a_click_finds_it(en: Words) -> None:
    found = process_rows(Canvas(37, 12), observed.lesson_processes(), en)
    assert found == (None, None, 1, 2, 3, 7, 8, 12)


def test_new_processes_and_those_that_entered_a_namespace_have_changed(en: Words) -> None:
    view = observed.lesson_processes()
    before = replace(view, rows=view.rows[:4])
    widget = ProcessPane(en)
    assert widget.changed_cells(before, view) == {8, 12}
    outside: ProcessRow = replace(view.rows[4], inside=(), entered=())
    assert widget.changed_cells(replace(view, rows=(*view.rows[:4], outside, view.rows[5])), view) == {8}
    assert widget.changed_cells(view, view) == frozenset()


async def test_the_widget_moves_its_cursor_through_the_tree(stand: type, en: Words) -> None:
    widget = ProcessPane(en)
    async with stand(widget).run_test(size=(37, 12)) as pilot:
        widget.view = observed.lesson_processes()
        widget.highlight = 8
        widget.focus()
        await pilot.press("down")
        lines = [widget.render_line(y).text.rstrip() for y in range(12)]
        assert lines[7].startswith("▌▸")
        assert lines[11] == "12 5 ← /proc/12/status NSpid"


async def test_a_cursor_whose_process_has_gone_moves_to_one_that_is_there(stand: type, en: Words) -> None:
    widget = ProcessPane(en)
    async with stand(widget).run_test(size=(37, 12)) as pilot:
        view = observed.lesson_processes()
        widget.view = view
        widget.focus()
        await pilot.press("end")
        widget.view = replace(view, rows=view.rows[:4])
        await pilot.press("down")
        lines = [widget.render_line(y).text.rstrip() for y in range(12)]
        assert lines[3].startswith(" ▸")
