"""The namespaces pane, by its exact text, and the widget that shows it."""

from __future__ import annotations

import errno
from textwrap import dedent

import observed
import pytest
from msgspec.structs import replace
from textual.widget import Widget

from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import Unread
from nslab.observe.views import Gone, NamespaceColumn, NamespaceView, NotYet
from nslab.tui.canvas import Canvas
from nslab.tui.faces import Role
from nslab.tui.panes.bar_rows import inode_of
from nslab.tui.panes.namespaces import (
    NOTHING_STANDS_OUT,
    ChangedCell,
    NamespacePane,
    Shown,
    members_line,
    namespace_rows,
    source_line,
)
from nslab.tui.panes.pane import Emphasis
from nslab.words import Lang, Words, words_for


def pane(
    view: Shown,
    words: Words,
    size: tuple[int, int] = (41, 12),
    emphasis: Emphasis[Kind, ChangedCell] = NOTHING_STANDS_OUT,
    *,
    plain: bool = False,
    afar: bool = False,
) -> Canvas:
    canvas = Canvas(*size, plain=plain, afar=afar)
    namespace_rows(canvas, view, words, emphasis)
    assert canvas.lost == []
    return canvas


def text(picture: str) -> str:
    return dedent(picture).strip("\n")


def test_what_is_shared_is_one_bar_and_what_is_not_is_two(en: Words) -> None:
    assert pane(observed.lesson_namespaces(), en).text().rstrip() == text("""
        namespaces ─────────────── /proc/<pid>/ns
                host bash 2       box bash 8
        pid      A 4026532181  ≠   B 4026532263
        uts      A 4026532179  ≠   B 4026532261
        mnt      A         4026532178
        net      A         4026532183
        ipc      A         4026532180
        user     A         4026532177
        cgroup   A         4026532182
        time     A         4026532184
    """)


def test_from_afar_all_that_is_shared_is_one_bar_and_every_bar_is_tall(en: Words) -> None:
    assert pane(observed.lesson_namespaces(), en, (60, 13), afar=True).text().rstrip() == text("""
        namespaces ────────────────────────────────── /proc/<pid>/ns
                host bash 2                 box bash 8

        pid      A     4026532181        ≠   B     4026532263



        uts      A     4026532179        ≠   B     4026532261



        shared   A      mnt   net   ipc   user   cgroup   time
    """)


def test_from_afar_a_shared_kind_that_the_lesson_points_at_has_a_bar_of_its_own(en: Words) -> None:
    lit = Emphasis[Kind, ChangedCell](highlight=Kind.MNT)
    rows = pane(observed.lesson_namespaces(), en, (60, 13), lit, afar=True).text().split("\n")
    assert any(row.startswith("mnt") and "4026532178" in row for row in rows)
    assert not any(row.startswith("shared") and "mnt" in row for row in rows)


@pytest.mark.parametrize("height", [7, 9, 13, 22])
@pytest.mark.parametrize("split", range(9))
def test_from_afar_every_kind_has_its_bar_or_is_counted(en: Words, split: int, height: int) -> None:
    kinds = list(Kind)
    rows = pane(observed.namespaces(*kinds[:split]), en, (102, height), afar=True).text().split("\n")
    wanted = [kind.value for kind in kinds[:split]] + ["shared"] * (split < len(kinds))
    told = [row.split()[0] for row in rows[2:] if row.strip() and not row.startswith(" ")]
    if len(wanted) <= height - 2:
        assert told == wanted
    else:
        left = len(wanted) - (height - 3)
        assert told[:-1] == wanted[: height - 3]
        assert rows[-1] == f"▴ 0  ▾ {left} more"


def test_in_a_low_pane_the_shared_bar_says_which_of_its_kinds_the_cursor_is_on(en: Words) -> None:
    canvas = pane(observed.lesson_namespaces(), en, (60, 8), Emphasis(cursor=Kind.NET))
    assert "▸net" in canvas.text()


def test_without_colour_brackets_lines_and_reverse_say_the_same(en: Words) -> None:
    assert pane(observed.lesson_namespaces(), en, plain=True).text().rstrip() == text("""
        namespaces ─────────────── /proc/<pid>/ns
                host bash 2       box bash 8
        pid     [A]─4026532181 ≠   B  4026532263
        uts     [A]─4026532179 ≠   B  4026532261
        mnt     [A]─────── 4026532178 ───────────
        net     [A]─────── 4026532183 ───────────
        ipc     [A]─────── 4026532180 ───────────
        user    [A]─────── 4026532177 ───────────
        cgroup  [A]─────── 4026532182 ───────────
        time    [A]─────── 4026532184 ───────────
    """)


def test_where_there_is_room_split_bars_are_three_rows_tall() -> None:
    canvas = pane(observed.lesson_namespaces(), words_for("zh"), (78, 18))
    assert canvas.text().rstrip() == text("""
        命名空间 ────────────────────────────────────────────────────── /proc/<pid>/ns
                宿主机 bash 2                        box bash 8

        pid      A         4026532181             ≠   B         4026532263



        uts      A         4026532179             ≠   B         4026532261


        mnt      A                            4026532178
        net      A                            4026532183
        ipc      A                            4026532180
        user     A                            4026532177
        cgroup   A                            4026532182
        time     A                            4026532184
    """)
    assert [y for y, row in enumerate(canvas.rows) if row[8][1].solid] == [2, 3, 4, 6, 7, 8]


def test_a_shared_row_is_tinted_across_the_gap_and_a_split_one_is_not(en: Words) -> None:
    rows = pane(observed.lesson_namespaces(), en).rows
    shared, split = rows[4], rows[2]
    assert {face.ground for _, face in shared[8:]} == {Role.A_TINT}
    assert [face.ink for _, face in split[8:] if face.solid] == [Role.A] * 14 + [Role.B] * 15


def test_a_pane_too_low_for_eight_rows_folds_what_is_shared_and_loses_no_kind(words: Words) -> None:
    written = pane(observed.lesson_namespaces(), words, (60, 7)).text()
    assert all(kind.value in written for kind in Kind)


def test_of_three_processes_neighbours_that_share_are_one_bar(en: Words) -> None:
    columns = (observed.HOST, NamespaceColumn("web", "B", 8, "sh"), NamespaceColumn("side", "B", 20, "sh"))
    view = observed.namespaces(Kind.NET, columns=columns)
    net = view.rows[list(Kind).index(Kind.NET)]
    joined = replace(net, cells=(net.cells[0], net.cells[1], net.cells[1]))
    view = replace(view, rows=tuple(joined if row.kind is Kind.NET else row for row in view.rows))
    assert pane(view, en, (78, 12)).text().splitlines()[1:4] == [
        "        host bash 2              web sh 8                 side sh 20",
        "net      A   4026532183       ≠   B               4026532265",
        "pid      A                            4026532181",
    ]


THREE = (observed.HOST, observed.BOX, NamespaceColumn("web", "C", 14, "sh"))


def test_where_a_number_has_no_room_beside_its_letter_it_stands_below(en: Words) -> None:
    view = observed.namespaces(Kind.PID, Kind.UTS, Kind.MNT, columns=THREE)
    assert pane(view, en, (46, 18)).text().rstrip() == text("""
        namespaces ──────────────────── /proc/<pid>/ns
                host bash 2   box bash 8    web sh 14
        pid      A         ≠   B         ≠   C
                4026532181    4026532263    4026532273

        uts      A         ≠   B         ≠   C
                4026532179    4026532261    4026532271

        mnt      A         ≠   B         ≠   C
                4026532178    4026532260    4026532270

        net      A            4026532183
        ipc      A            4026532180
        user     A            4026532177
        cgroup   A            4026532182
        time     A            4026532184
    """)


@pytest.mark.parametrize("height", [15, 16, 18, 22])
@pytest.mark.parametrize("plain", [False, True])
def test_every_number_is_shown_as_long_as_there_are_rows_for_it(en: Words, height: int, plain: bool) -> None:
    view = observed.namespaces(Kind.PID, Kind.UTS, Kind.MNT, columns=THREE)
    shown = pane(view, en, (46, height), plain=plain).text()
    assert [inode_of(cell) for row in view.rows for cell in row.cells if cell and inode_of(cell) not in shown] == []


def test_bars_too_narrow_for_an_inode_keep_their_letters(en: Words) -> None:
    columns = tuple(NamespaceColumn(f"c{at}", "A", 8 + at, "sh") for at in range(4))
    line = pane(observed.namespaces(Kind.PID, columns=columns), en).text().splitlines()[2]
    assert line == "pid      A    ≠   B    ≠   C    ≠   D"


def test_a_process_that_is_not_there_yet_has_an_empty_column_that_says_so(words: Words) -> None:
    columns = (observed.HOST, NamespaceColumn("box", "A", None, None))
    canvas = pane(observed.namespaces(columns=columns), words)
    assert "box ╌" in canvas.text()
    assert "≠" not in canvas.text()
    assert not any(face.solid for row in canvas.rows for _, face in row)


def test_a_process_that_has_died_is_shown_as_last_seen_beside_the_living(en: Words) -> None:
    columns = (observed.HOST, replace(observed.BOX, alive=False))
    canvas = pane(observed.namespaces(Kind.PID, columns=columns), en)
    assert canvas.text().splitlines()[1:4] == [
        "        host bash 2       box 8 ended",
        "pid      A 4026532181  ≠   B 4026532263",
        "uts      A         4026532179",
    ]
    assert all(face.ink is Role.MUTE for _, face in canvas.rows[2][26:40])


def test_an_unread_link_is_named_by_its_errno_and_compared_with_nothing(en: Words) -> None:
    view = observed.lesson_namespaces()
    first = view.rows[0]
    refused = replace(first, cells=(first.cells[0], observed.cell(Kind.PID, 8, Unread(errno.EACCES), None)))
    view = replace(view, rows=(refused, *view.rows[1:]))
    line = next(line for line in pane(view, en).text().splitlines() if line.startswith("pid"))
    assert line == "pid      A 4026532181      ? EACCES"
    assert source_line(view, Kind.PID, 80) == "A 4026532181  EACCES ← readlink /proc/{2,8}/ns/pid"


@pytest.mark.parametrize("size", [(30, 10), (37, 12), (41, 12), (58, 20), (78, 18), (120, 40)])
@pytest.mark.parametrize("plain", [False, True])
def test_no_size_loses_a_word(words: Words, size: tuple[int, int], plain: bool) -> None:
    emphasis: Emphasis[Kind, ChangedCell] = Emphasis(Kind.PID, Kind.MNT, frozenset({(Kind.UTS, 1)}))
    for own in ((), (Kind.PID, Kind.UTS), tuple(Kind)):
        pane(observed.namespaces(*own), words, size, emphasis, plain=plain)


def test_no_view_yet_says_what_will_appear(words: Words) -> None:
    waiting = pane(NotYet("pane.nothing-yet"), words).text()
    assert words("pane.namespaces") in waiting
    assert waiting.count("\n") > 1


def test_a_dead_lab_keeps_its_words_and_loses_its_colours(en: Words) -> None:
    canvas = pane(Gone(observed.lesson_namespaces()), en)
    assert "as last seen" in canvas.text()
    assert "A 4026532181  ≠   B 4026532263" in canvas.text()
    assert {face.ink for row in canvas.rows[1:] for _, face in row if not _.isspace()} == {Role.MUTE}


def test_the_cursor_and_the_lessons_row_stand_out_each_in_its_way(en: Words) -> None:
    canvas = pane(observed.lesson_namespaces(), en, emphasis=Emphasis(cursor=Kind.PID, highlight=Kind.MNT))
    lines = canvas.text().splitlines()
    assert lines[2].startswith("pid    ▸")
    assert lines[11] == "B 4026532263 ← readlink /proc/8/ns/pid"
    assert canvas.rows[4][0][1].solid
    assert not canvas.rows[5][0][1].solid


@pytest.mark.parametrize(
    ("kind", "width", "line"),
    [
        (Kind.PID, 80, "A 4026532181 ≠ B 4026532263 ← readlink /proc/{2,8}/ns/pid"),
        (Kind.PID, 41, "B 4026532263 ← readlink /proc/8/ns/pid"),
        (Kind.MNT, 80, "A 4026532178 ← readlink /proc/{2,8}/ns/mnt"),
        (Kind.MNT, 41, "4026532178 ← readlink /proc/{2,8}/ns/mnt"),
    ],
)
def test_the_source_is_a_command_that_can_be_typed(kind: Kind, width: int, line: str) -> None:
    assert source_line(observed.lesson_namespaces(), kind, width) == line


def test_where_rows_are_free_the_source_of_each_side_has_its_own(en: Words) -> None:
    view, cursor = observed.lesson_namespaces(), Emphasis[Kind, ChangedCell](cursor=Kind.PID)
    both = ["A 4026532181 ← readlink /proc/2/ns/pid", "B 4026532263 ← readlink /proc/8/ns/pid"]
    assert pane(view, en, (41, 12), cursor).text().split("\n")[-2:] == both
    assert pane(view, en, (41, 11), cursor).text().split("\n")[-2:] == [
        "time     A         4026532184",
        "B 4026532263 ← readlink /proc/8/ns/pid",
    ]
    assert pane(view, en, (80, 12), cursor).text().split("\n")[-2:] == ["", source_line(view, Kind.PID, 80)]


def test_who_is_in_a_namespace_is_told_in_as_many_rows_as_it_takes(en: Words) -> None:
    canvas = pane(observed.lesson_namespaces(), en, (30, 14), Emphasis(cursor=Kind.PID, more=True))
    assert canvas.text().split("\n")[-2:] == ["A: lab 1, bash 2  B: bash 8,", "sleep 12"]


def test_a_dead_process_in_the_same_namespace_is_told_once_and_nobody_at_all_is_told_as_nothing() -> None:
    ended = observed.namespaces(columns=(observed.HOST, replace(observed.BOX, alive=False)))
    assert source_line(ended, Kind.UTS, 80) == "A 4026532179 ← readlink /proc/{2,8}/ns/uts"
    assert members_line(ended, Kind.UTS) == "A: lab 1, bash 2"
    nobody = observed.namespaces(columns=(NamespaceColumn("box", "A", None, None),))
    assert source_line(nobody, Kind.UTS, 80) == members_line(nobody, Kind.UTS) == ""


def test_a_changed_cell_is_the_inverse_of_its_row(en: Words) -> None:
    changed = frozenset({(Kind.PID, 1), (Kind.MNT, 0)})
    canvas = pane(observed.lesson_namespaces(), en, emphasis=Emphasis(changed=changed))
    assert canvas.rows[2][8][1].solid
    assert not canvas.rows[2][27][1].solid
    assert canvas.rows[4][8][1].solid


def test_each_row_is_where_a_click_finds_it(en: Words) -> None:
    canvas = Canvas(78, 18)
    found = namespace_rows(canvas, observed.lesson_namespaces(), en)
    assert list(found[2:10]) == [Kind.PID] * 3 + [None] + [Kind.UTS] * 3 + [None]
    assert found[10] is Kind.MNT


async def test_the_widget_shows_what_it_is_given_and_moves_its_cursor(stand: type, en: Words, lang: Lang) -> None:
    widget = NamespacePane(en)
    async with stand(widget).run_test(size=(41, 12)) as pilot:
        assert "once the lab is up" in screen(widget)
        widget.view = observed.lesson_namespaces()
        assert "≠" in screen(widget)
        widget.focus()
        await pilot.press("down", "down")
        assert "mnt    ▸" in screen(widget)
        assert screen(widget).endswith("\n4026532178 ← readlink /proc/{2,8}/ns/mnt")
        widget.speak(words_for(lang))
        assert words_for(lang)("pane.namespaces") in screen(widget)


async def test_a_change_stands_out_and_settles(stand: type, en: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nslab.tui.panes.pane.SETTLE_S", 0.02)
    widget = NamespacePane(en)
    async with stand(widget).run_test(size=(41, 12)) as pilot:
        widget.view = observed.namespaces()
        widget.view = observed.lesson_namespaces()
        at_once = solid_in_box(widget)
        await pilot.pause(0.1)
        assert (at_once, solid_in_box(widget)) == (False, True)


async def test_without_motion_a_change_is_at_once_as_it_stays(stand: type, en: Words) -> None:
    widget = NamespacePane(en, motion=False)
    async with stand(widget).run_test(size=(41, 12)):
        widget.view = observed.namespaces()
        widget.view = observed.lesson_namespaces()
        assert solid_in_box(widget)


async def test_a_click_puts_the_cursor_and_enter_tells_who_is_in_there(stand: type, en: Words) -> None:
    widget = NamespacePane(en)
    async with stand(widget).run_test(size=(60, 12)) as pilot:
        widget.view = observed.lesson_namespaces()
        await pilot.pause()
        await pilot.click(offset=(3, 3))
        await pilot.press("enter")
        assert screen(widget).splitlines()[-1] == "A: lab 1, bash 2  B: bash 8, sleep 12"
        await pilot.press("enter")
        assert "readlink" in screen(widget).splitlines()[-1]


async def test_the_cursor_comes_and_goes_with_the_focus(stand: type, en: Words) -> None:
    widget = NamespacePane(en)
    async with stand(widget).run_test(size=(60, 12)) as pilot:
        widget.view = observed.lesson_namespaces()
        seen = []
        for focused in (True, False, True):
            pilot.app.set_focus(widget if focused else None)
            await pilot.pause()
            seen.append("▸" in screen(widget))
        assert seen == [True, False, True]


def test_a_namespace_that_nobody_is_in_any_more_says_so(en: Words) -> None:
    view = observed.lesson_namespaces()
    left = replace(view.rows[0], cells=tuple(replace(cell, members=()) for cell in view.rows[0].cells if cell))
    view = replace(view, rows=(left, *view.rows[1:]))
    assert members_line(view, Kind.PID) == "A: ╌  B: ╌"


def screen(widget: Widget) -> str:
    return "\n".join(widget.render_line(y).text.rstrip() for y in range(widget.size.height))


def solid_in_box(widget: NamespacePane) -> bool:
    return widget._rows[2][27][1].solid


def test_a_view_without_processes_names_every_kind(words: Words) -> None:
    nobody = NamespaceColumn("box", "A", None, None)
    view = observed.namespaces(columns=(nobody,))
    assert isinstance(view, NamespaceView)
    assert all(kind.value in pane(view, words).text() for kind in Kind)
