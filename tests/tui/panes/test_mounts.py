"""The mounts pane, by its exact text, and the widget that shows it."""

from __future__ import annotations

import re
from textwrap import dedent

import observed
import pytest
from msgspec.structs import replace

from nslab.observe.mount_view import MountColumn, MountRow, MountView, Travel
from nslab.observe.views import Gone, NotYet
from nslab.tui.canvas import Canvas
from nslab.tui.faces import Role
from nslab.tui.panes.mounts import NOTHING_STANDS_OUT, ChangedCell, MountPane, Shown, mount_rows
from nslab.tui.panes.pane import Emphasis
from nslab.words import Words, words_for

VIEW = observed.lesson_mounts()


def pane(
    view: Shown,
    words: Words,
    size: tuple[int, int] = (81, 16),
    emphasis: Emphasis[str, ChangedCell] = NOTHING_STANDS_OUT,
    *,
    plain: bool = False,
) -> Canvas:
    canvas = Canvas(*size, plain=plain)
    mount_rows(canvas, view, words, emphasis)
    assert canvas.lost == []
    return canvas


def text(picture: str) -> str:
    return dedent(picture).strip("\n")


def test_a_row_a_path_and_between_the_trees_how_a_new_mount_travels(en: Words) -> None:
    assert pane(VIEW, en).text().rstrip() == text("""
        mounts ──────────────────────────────────────────────────── /proc/<pid>/mountinfo
                      host  19 mounts    mnt A  new mounts go  box  21 mounts     mnt B
        /            ▌ tmpfs          shared:1  ━━━━━━━━━━━━► ▌ tmpfs          master:1
        ├─ dev       ▌ tmpfs           private      ├   ┤     ▌ tmpfs           private
        │  └─ pts    ▌ devpts          private      ├   ┤     ▌ devpts          private
        ├─ etc/hosts ▌ ╌                                ┤──── ▌ ext4[/hosts]    private
        ├─ mnt/old   ▌ ext4           shared:1  ────├         ▌ ╌
        ├─ mnt/usb   ▌ vfat           shared:9  ━━━━━━━━━━━━►   vfat     master:9 · new
        ├─ proc      ▌ proc            private      ├   ┤     ▌ proc over proc  private
        ├─ tmp/s     ▌ tmpfs          shared:7  ◂━━━━━━━━━━━► ▌ tmpfs          shared:7
        │  └─ d        tmpfs    shared:8 · new  ◂━━━━━━━━━━━━ ▌ tmpfs          shared:8
        ├─ tmp/w     ▌ ╌                                ┤──── ▌ tmpfs           private
        │  └─ a      ▌ ╌                                ┤──── ▌ tmpfs           private
        └─ usr       ▌ ext4[/usr] ro  shared:2  ━━━━━━━━━━━━► ▌ ext4[/usr] ro  master:2
    """)


def test_too_low_for_all_it_shows_what_tells_most_and_the_row_under_the_cursor(en: Words) -> None:
    assert pane(VIEW, en, (81, 9), Emphasis(cursor="/dev/pts")).text() == text("""
        mounts ──────────────────────────────────────────────────── /proc/<pid>/mountinfo
                    host  19 mounts     mnt A  new mounts go  box  21 mounts      mnt B
        /          ▌ tmpfs           shared:1  ━━━━━━━━━━━━► ▌ tmpfs           master:1
        ├─ dev/pts▸▌ devpts           private      ├   ┤     ▌ devpts           private
        ├─ mnt/usb ▌ vfat            shared:9  ━━━━━━━━━━━━►   vfat      master:9 · new
        ├─ proc    ▌ proc             private      ├   ┤     ▌ proc over proc   private
        └─ tmp/s/d   tmpfs     shared:8 · new  ◂━━━━━━━━━━━━ ▌ tmpfs           shared:8
        7 more paths: ↑↓ goes to them
        43 20 0:43 / /dev/pts rw - devpts devpts ← /proc/8/mountinfo
    """)


def test_a_narrow_one_keeps_paths_types_and_arrows(en: Words) -> None:
    assert pane(VIEW, en, (48, 8)).text().rstrip() == text("""
        mounts ─────────────────── /proc/<pid>/mountinfo
                    host         A       box          B
        /          ▌ tmpfs          ━━► ▌ tmpfs
        ├─ mnt/usb ▌ vfat           ━━►   vfat      new
        ├─ proc    ▌ proc           ├ ┤ ▌ proc +1
        └─ tmp/s/d   tmpfs     new  ◂━━ ▌ tmpfs
        8 more paths: ↑↓ goes to them
    """)


def test_with_room_rows_stand_apart_and_say_what_they_mean_in_chinese() -> None:
    lines = pane(VIEW, words_for("zh"), (118, 34)).text().splitlines()
    assert lines[13] == (
        "├─ mnt/usb   ▌ vfat            shared:9  ━━━━━━━━━━━━━━►   vfat       master:9 · 新   在宿主机上挂的，传了进来"
    )
    assert lines[19].endswith("◂━━━━━━━━━━━━━━ ▌ tmpfs           shared:8   在 box 里挂的，漏到了外面")
    assert lines[28] == "━► 只往一边传（slave）   ◂━► 双向（shared）   ├ ┤ 互不相传（private）"


@pytest.mark.parametrize("size", [(38, 12), (48, 20), (78, 20), (81, 12), (98, 20), (118, 34), (151, 20), (198, 48)])
def test_at_no_size_do_words_run_into_each_other(words: Words, size: tuple[int, int]) -> None:
    for cursor in (None, *(row.path for row in VIEW.rows)):
        for more in (False, True):
            pane(VIEW, words, size, Emphasis(cursor=cursor, more=more))
            pane(VIEW, words, size, Emphasis(cursor=cursor, more=more), plain=True)


def test_only_a_mount_that_came_across_is_solid_and_in_the_colour_of_where_it_came_to(en: Words) -> None:
    canvas = pane(VIEW, en)
    solid = {(y, face.ink) for y, row in enumerate(canvas.rows) for _, face in row if face.solid and y > 1}
    assert solid == {(7, Role.B), (10, Role.A)}


def test_an_arrow_has_the_colour_of_the_side_that_gives(en: Words) -> None:
    rows = pane(VIEW, en).rows
    inks = {y: {face.ink for glyph, face in rows[y] if glyph in "━◂►"} for y in (2, 9, 10)}
    assert inks == {2: {Role.A}, 9: {Role.TEXT}, 10: {Role.B}}


def test_a_mount_that_is_hidden_is_mute_and_not_struck_out(en: Words) -> None:
    canvas = pane(VIEW, en)
    y = next(y for y, line in enumerate(canvas.text().splitlines()) if line.startswith("│  └─ a "))
    (ink,) = {face.ink for glyph, face in canvas.rows[y][56:] if glyph.isalpha()}
    assert ink is Role.MUTE
    assert "private" in canvas.text().splitlines()[y]


def test_without_colour_the_hosts_tag_has_brackets_and_its_solid_row_a_line(en: Words) -> None:
    lines = pane(VIEW, en, plain=True).text().splitlines()
    assert "[host]" in lines[1]
    assert "─ tmpfs ── shared:8 · new─" in lines[10]


def test_the_row_under_the_cursor_tells_its_line_in_mountinfo_or_what_it_covers(en: Words) -> None:
    told = {
        row.path: [
            pane(VIEW, en, (98, 16), Emphasis(cursor=row.path, more=more)).text().splitlines()[-1]
            for more in (False, True)
        ]
        for row in VIEW.rows
    }
    assert told["/tmp/s/d"][0] == "28 20 0:28 / /tmp/s/d rw shared:8 - tmpfs tmpfs ← /proc/1/mountinfo"
    assert told["/mnt/old"][0] == "24 20 0:24 / /mnt/old rw shared:1 - ext4 ext4 ← /proc/1/mountinfo"
    assert {path: lines[1] for path, lines in told.items() if path in ("/", "/proc", "/tmp/w", "/tmp/w/a", "/usr")} == {
        "/": "box: the root: it covers nothing",
        "/proc": "box: covers the proc that is mounted at the same place",
        "/tmp/w": "box: covers the mounts at /tmp/w/a",
        "/tmp/w/a": "box: hidden by the mount at /tmp/w",
        "/usr": "box: covers what /usr showed before",
    }


def alone(column: MountColumn) -> MountView:
    """The host's tree beside a column that has none."""
    row = MountRow("/", (observed.mount(20, "/", group=1),), Travel.NEITHER)
    return MountView((VIEW.columns[0], column), (row,))


BOX = VIEW.columns[1]


def test_before_there_is_a_container_its_place_says_so(en: Words) -> None:
    nobody = alone(replace(BOX, pid=None, comm=None, alive=False, count=None))
    assert pane(nobody, en, (81, 6)).text().rstrip() == text("""
        mounts ──────────────────────────────────────────────────── /proc/<pid>/mountinfo
                   host  19 mounts      mnt A                box ╌
        /         ▌ tmpfs            shared:1
                                                             box will stand here once
                                                             there is one
    """)


def test_of_one_that_has_ended_or_may_not_be_read_no_mounts_are_shown(en: Words) -> None:
    ended = pane(alone(replace(BOX, alive=False, count=None)), en).text()
    refused = pane(alone(replace(BOX, count=None, errno="EACCES")), en).text()
    assert "box ended" in ended
    assert "box  EACCES" in refused
    assert "╌" not in ended + refused


def test_a_namespace_that_both_share_is_one_sheet(en: Words) -> None:
    row = MountRow("/", (observed.mount(20, "/", group=1),), Travel.NEITHER)
    shared = MountView((VIEW.columns[0], replace(BOX, letter="A")), (row,), shared=True)
    lines = pane(shared, en, (81, 5)).text().splitlines()
    assert lines[1:3] == [
        "           host   box  19 mounts                                           mnt A",
        "/         ▌ tmpfs                                                       shared:1",
    ]


def test_of_nothing_yet_it_says_what_will_come(en: Words) -> None:
    assert "mounts" in pane(NotYet("pane.nothing-yet"), en).text()


def test_a_dead_lab_keeps_its_words_and_loses_its_colours(en: Words) -> None:
    canvas = pane(Gone(VIEW), en)
    assert "as last seen" in canvas.text()
    assert "shared:8 · new" in canvas.text()
    assert {face.ink for row in canvas.rows[1:] for glyph, face in row if glyph.strip()} == {Role.MUTE}


def test_each_row_is_where_a_click_finds_it(en: Words) -> None:
    paths = [row.path for row in VIEW.rows]
    assert list(mount_rows(Canvas(81, 16), VIEW, en))[:14] == [None, None, *paths]


def test_a_mount_that_is_new_or_whose_line_changed_has_changed(en: Words) -> None:
    widget = MountPane(en)
    fewer = replace(VIEW, rows=tuple(row for row in VIEW.rows if row.path != "/tmp/s/d"))
    assert widget.changed_cells(fewer, VIEW) == {("/tmp/s/d", 0), ("/tmp/s/d", 1)}
    assert widget.changed_cells(VIEW, fewer) == frozenset()
    root = replace(VIEW.rows[0], cells=(VIEW.rows[0].cells[0], observed.mount(40, "/")))
    assert widget.changed_cells(VIEW, replace(VIEW, rows=(root, *VIEW.rows[1:]))) == {("/", 1)}


def test_another_container_is_not_a_change_of_every_row(en: Words) -> None:
    other = replace(VIEW, columns=(VIEW.columns[0], replace(BOX, pid=9)), rows=VIEW.rows[:1])
    assert MountPane(en).changed_cells(other, VIEW) == frozenset()


async def test_the_cursor_begins_on_what_came_across_and_finds_rows_out_of_sight(stand: type, en: Words) -> None:
    widget = MountPane(en)
    async with stand(widget).run_test(size=(81, 9)) as pilot:
        widget.view = VIEW
        widget.focus()
        await pilot.pause()
        assert any(re.match("├─ mnt/usb *▸", widget.render_line(y).text) for y in range(9))
        await pilot.press("end")
        assert any(re.match("└─ usr +▸", widget.render_line(y).text) for y in range(9))
        await pilot.press("enter")
        assert widget.render_line(8).text.rstrip() == "box: covers what /usr showed before"


def test_of_many_alike_the_few_that_differ_are_shown_whichever_these_are(en: Words) -> None:
    """A container with another root has few of the host's mounts; a copy of the host's tree lacks few."""
    here, there = observed.mount(1, "/"), observed.mount(2, "/")
    alone = tuple(MountRow(f"/a{number}", (here, None), Travel.NEITHER) for number in range(9))
    shared = tuple(MountRow(f"/z{number}", (here, there), Travel.NEITHER) for number in range(9))
    few_shared = replace(VIEW, rows=(*alone, *shared[:2]))
    few_alone = replace(VIEW, rows=(*alone[:2], *shared))
    for view, wanted in ((few_shared, ("z0", "z1")), (few_alone, ("a0", "a1"))):
        drawn = pane(view, en, (81, 7)).text()
        assert all(name in drawn for name in wanted)


def test_what_one_side_lacks_stands_out_unless_it_lacks_nearly_all(en: Words) -> None:
    here, there = observed.mount(1, "/"), observed.mount(2, "/")
    alone = tuple(MountRow(f"/a{number}", (here, None), Travel.NEITHER) for number in range(4))
    shared = tuple(MountRow(f"/z{number}", (here, there), Travel.NEITHER) for number in range(4))
    for rows, bold in (((*alone[:1], *shared), {"/a0"}), ((*alone, *shared[:1]), set[str]())):
        canvas = pane(replace(VIEW, rows=rows), en)
        names = {"".join(glyph for glyph, face in row[:5] if face.bold) for row in canvas.rows[2:8]}
        assert names - {""} == bold
