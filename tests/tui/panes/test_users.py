"""The users pane, by its exact text, and the widget that shows it."""

from __future__ import annotations

from textwrap import dedent

import observed
import pytest
from msgspec.structs import replace
from textual.widget import Widget

from nslab.observe.user_view import Line, Numbers, UserView
from nslab.observe.views import Gone, NamespaceColumn, NotYet
from nslab.tui.canvas import Canvas
from nslab.tui.faces import Role
from nslab.tui.panes.pane import Emphasis
from nslab.tui.panes.users import (
    NOTHING_STANDS_OUT,
    ChangedCell,
    Shown,
    UserPane,
    more_line,
    user_pane_rows,
)
from nslab.words import Lang, Words, words_for


def pane(
    view: Shown,
    words: Words,
    size: tuple[int, int] = (41, 12),
    emphasis: Emphasis[Line, ChangedCell] = NOTHING_STANDS_OUT,
    *,
    plain: bool = False,
) -> Canvas:
    canvas = Canvas(*size, plain=plain)
    user_pane_rows(canvas, view, words, emphasis)
    assert canvas.lost == []
    return canvas


def text(picture: str) -> str:
    return dedent(picture).strip("\n")


def test_one_user_under_two_numbers_is_one_bar_below_two(en: Words) -> None:
    assert pane(observed.users(observed.NOBODY), en, (81, 12)).text().rstrip() == text("""
        users ────────────────────────────────────── /proc/<pid>/{status,uid_map,gid_map}
                     host bash 2                         box bash 8
        uid inside    A         0   gid 0             ≠   B      65534: unmapped
        uid on host                               0   gid 0
        uid outside  ─────────────────── 2000000000   gid 2000000000 ────────────────────
        id maps       A    0 2000000000 65536         ≠   B      not written yet
        effective     A          all 41               ≠   B            none
        count in      A        all 8 kinds            ≠   B             ╌
        permitted     A          all 41               ≠   B            none
        bounding      A          all 41                   B           all 41
        alike        ambient none  ·  NoNewPrivs 0  ·  Seccomp 2 (1)
    """)


def test_in_half_the_width_the_numbers_are_whole_and_the_words_are_short() -> None:
    assert pane(observed.users(observed.NOBODY), words_for("zh")).text().rstrip() == text("""
        用户 ───────────────── /proc/<pid>/status
                     宿主机 bash 2   box bash 8
        uid：里面     A   0       ≠   B  65534
        uid：宿主机           0   gid 0
        uid：外面    ──────── 2000000000 ────────
        id 映射       A  0 20000… ≠   B  还没写
        effective     A  全部 41  ≠   B   无
        管得到        A  全部 8   ≠   B   ╌
        permitted     A  全部 41  ≠   B   无
        bounding      A  全部 41      B  全部 41
        都一样       ambient 无  ·  NoNewPrivs 0…
    """)


def test_without_colour_brackets_lines_and_reverse_say_the_same(en: Words) -> None:
    assert pane(observed.users(observed.MAPPED), en, plain=True).text().rstrip() == text("""
        users ──────────────── /proc/<pid>/status
                     host bash 2     box bash 8
        uid inside   [A]─ 0 ───── ≠   B   0
        uid on host  ──────── 0   gid 0 ─────────
        uid outside  ──────── 2000000000 ────────
        id maps      [A]─0 20000… ≠   B  0 0 1
        effective    [A]─all 41──    [B]─all 41──
        count in     [A]─all 8─── ≠   B  uts user
        permitted    [A]─all 41──    [B]─all 41──
        bounding     [A]─all 41──    [B]─all 41──
        alike        ambient none  ·  NoNewPrivs…
    """)


def test_the_same_capabilities_in_two_user_namespaces_are_two_pale_bars(en: Words) -> None:
    rows = pane(observed.users(observed.MAPPED), en, (81, 12)).rows
    inside, effective, governed = rows[2], rows[6], rows[7]
    assert not any(face.solid for _, face in effective)
    assert {face.ground for _, face in effective[13:44]} <= {Role.A_TINT, Role.A_FAINT}
    assert {face.ground for _, face in effective[50:]} == {Role.B_TINT}
    assert [face.ink for _, face in inside if face.solid] == [Role.A] * 31 + [Role.B] * 32
    assert any(face.solid for _, face in governed)


def test_the_machine_outside_has_no_colour(en: Words) -> None:
    faces = {face for _, face in pane(observed.users(observed.MAPPED), en, (81, 12)).rows[4]}
    assert {face.ink for face in faces} <= {Role.MUTE, Role.RULE, Role.TEXT}
    assert {face.ground for face in faces} == {None}


def test_dockers_root_is_the_hosts_with_fewer_capabilities_and_where_there_is_room_they_have_names(en: Words) -> None:
    assert pane(observed.users(observed.IN_DOCKER), en, (78, 19)).text().rstrip() == text("""
        users ─────────────────────────────────── /proc/<pid>/{status,uid_map,gid_map}
                     host bash 2                        box bash 8
        uid inside    A                          0   gid 0
        uid on host                              0   gid 0
        uid outside  ────────────────── 2000000000   gid 2000000000 ──────────────────
        id maps       A                     0 2000000000 65536
        effective     A          all 41              ≠   A  14  audit_write chown dac…
        count in      A                         all 8 kinds
        permitted     A          all 41              ≠   A  14  audit_write chown dac…
        bounding      A          all 41              ≠   A  14  audit_write chown dac…
        ambient       A                            none
        NoNewPrivs                 0                 ≠                1
        Seccomp               2 filter (1)           ≠           2 filter (2)
        effective, by name
        all of them  audit_write chown dac_override fowner fsetid kill mknod
                     net_bind_service net_raw setfcap setgid setpcap setuid
                     sys_chroot
        host only    audit_control audit_read block_suspend bpf checkpoint_restore …
    """)


def test_where_room_is_short_what_the_permitted_set_says_twice_goes_first(en: Words) -> None:
    lines = pane(observed.users(observed.IN_DOCKER), en).text().splitlines()
    assert [line.split()[0] for line in lines[6:]] == [
        *("effective", "count", "bounding", "NoNewPrivs", "Seccomp"),
        "alike",
    ]
    assert "permitted = effective" in lines[11]
    assert lines[10].split() == ["Seccomp", "2", "(1)", "≠", "2", "(2)"]


def test_of_three_processes_neighbours_that_are_one_user_are_one_bar(en: Words) -> None:
    lines = pane(observed.users(observed.MAPPED, observed.IN_DOCKER), en, (151, 20)).text().splitlines()
    assert lines[2].count("≠") == 2
    assert lines[3].count("gid") == lines[4].count("gid") == 1
    assert lines[11].split() == ["NoNewPrivs", "0", "≠", "1"]
    assert lines[-3].startswith("host only") or lines[-3].startswith(" ")


def test_columns_for_which_no_number_would_be_whole_are_left_out(en: Words) -> None:
    lines = pane(observed.users(observed.NOBODY, observed.IN_DOCKER), en).text().splitlines()
    assert "web" not in lines[1]
    assert lines[2].endswith("B  65534")


def test_a_map_of_groups_that_is_another_than_that_of_users_has_a_row_of_its_own(en: Words) -> None:
    halfway = replace(observed.MAPPED, gid=Numbers(None, 0, observed.OUTER), gid_map=())
    written = pane(observed.users(halfway), en, (81, 19)).text()
    assert "0   gid 65534: unmapped" in written
    assert "\nuid_map " in written
    assert "\ngid_map " in written
    assert "id maps" not in written


def test_a_set_that_lacks_a_few_is_told_by_what_it_lacks(en: Words) -> None:
    names = tuple(name for name in observed.EVERY_CAPABILITY if name != "sys_admin")
    view = observed.users(replace(observed.ROOT, effective=replace(observed.ALL, mask=0x1FFFFDFFFFF, names=names)))
    line = next(line for line in pane(view, en, (81, 19)).text().splitlines() if line.startswith("effective"))
    assert line.endswith("40  all but sys_admin")


def test_what_could_not_be_read_is_a_question_mark(en: Words) -> None:
    unread = replace(observed.ROOT, letter=None, uid_map=None, gid_map=None, governed=None, no_new_privs=None)
    lines = pane(observed.users(unread), en, (81, 19)).text().splitlines()
    for label in ("id maps", "count in", "NoNewPrivs"):
        assert next(line for line in lines if line.startswith(label)).endswith("?")


def test_a_process_that_is_not_there_yet_has_an_empty_column_that_says_so(words: Words) -> None:
    columns = (observed.HOST, NamespaceColumn("box", "A", None, None))
    canvas = pane(observed.users(None, columns=columns), words)
    assert "box ╌" in canvas.text()
    assert "≠" not in canvas.text()
    assert not any(face.solid for row in canvas.rows for _, face in row)


def test_a_process_that_has_died_is_shown_as_last_seen_beside_the_living(en: Words) -> None:
    columns = (observed.HOST, replace(observed.BOX, alive=False))
    canvas = pane(observed.users(observed.ROOT, columns=columns), en, (81, 12))
    assert "box bash 8 ended" in canvas.text()
    assert canvas.text().splitlines()[3].count("gid") == 2
    assert all(face.ink is Role.MUTE for glyph, face in canvas.rows[3][50:] if glyph.strip())


def test_a_dead_lab_keeps_its_words_and_loses_its_colours(en: Words) -> None:
    canvas = pane(Gone(observed.users(observed.NOBODY)), en)
    assert "as last seen" in canvas.text()
    assert "65534" in canvas.text()
    assert {face.ink for row in canvas.rows[1:] for glyph, face in row if not glyph.isspace()} == {Role.MUTE}


def test_no_view_yet_says_what_will_appear(words: Words) -> None:
    waiting = pane(NotYet("pane.nothing-yet"), words).text()
    assert words("pane.users") in waiting
    assert waiting.count("\n") > 1


VIEWS = (
    observed.users(),
    observed.users(observed.NOBODY),
    observed.users(observed.MAPPED, observed.IN_DOCKER),
    observed.users(observed.NOBODY, observed.MAPPED),
)


@pytest.mark.parametrize("size", [(30, 6), (38, 12), (41, 12), (60, 8), (78, 19), (81, 12), (151, 20), (120, 40)])
@pytest.mark.parametrize("plain", [False, True])
def test_no_size_loses_a_word(words: Words, size: tuple[int, int], plain: bool) -> None:
    for cursor in (None, *Line):
        emphasis = Emphasis(cursor, Line.HOST, frozenset({(Line.EFFECTIVE, 1)}))
        for view in VIEWS:
            pane(view, words, size, emphasis, plain=plain)


def test_a_pane_too_low_for_its_rows_shows_the_one_that_matters(en: Words) -> None:
    view = observed.users(observed.MAPPED)
    lines = pane(view, en, (60, 8), Emphasis(cursor=Line.SECCOMP)).text().splitlines()
    assert any(line.startswith("Seccomp     ▸") for line in lines)
    assert len(lines) == 8


def test_the_cursor_and_the_lessons_row_stand_out_each_in_its_way(en: Words) -> None:
    canvas = pane(observed.users(observed.NOBODY), en, (81, 12), Emphasis(cursor=Line.EFFECTIVE, highlight=Line.HOST))
    lines = canvas.text().splitlines()
    assert lines[6].startswith("effective   ▸")
    assert lines[11] == "000001ffffffffff ≠ 0000000000000000 ← /proc/{2,8}/status CapEff"
    assert canvas.rows[3][0][1].solid
    assert not canvas.rows[6][0][1].solid


def test_more_about_a_set_are_its_names_and_about_another_row_what_it_means(en: Words) -> None:
    view = observed.users(observed.IN_DOCKER)
    assert more_line(view, Line.BOUNDING, en).startswith("host: all 41   box: 14  audit_write chown")
    assert "owns" in more_line(view, Line.GOVERNED, en)


@pytest.mark.parametrize("line", list(Line))
def test_every_row_has_more_to_tell_in_both_languages(words: Words, line: Line) -> None:
    assert more_line(observed.users(observed.NOBODY), line, words)


def test_a_changed_cell_is_the_inverse_of_its_row(en: Words) -> None:
    changed = frozenset({(Line.INSIDE, 1), (Line.HOST, 0)})
    canvas = pane(observed.users(observed.NOBODY), en, (81, 12), Emphasis(changed=changed))
    assert canvas.rows[2][14][1].solid
    assert not canvas.rows[2][51][1].solid
    assert canvas.rows[3][14][1].solid


def test_where_nothing_else_needs_the_room_who_they_are_is_seen_from_afar(en: Words) -> None:
    canvas = Canvas(151, 20)
    emphasis: Emphasis[Line, ChangedCell] = Emphasis(highlight=Line.UID_MAP)
    found = user_pane_rows(canvas, observed.users(observed.NOBODY), en, emphasis)
    assert canvas.lost == []
    assert [found.count(line) for line in (Line.INSIDE, Line.HOST, Line.UID_MAP, Line.EFFECTIVE)] == [3, 1, 3, 1]
    assert [row[20][1].solid for row in canvas.rows[2:5]] == [True] * 3
    named = user_pane_rows(canvas, observed.users(observed.IN_DOCKER), en)
    assert named.count(Line.INSIDE) == 1


def test_each_row_is_where_a_click_finds_it(en: Words) -> None:
    canvas = Canvas(81, 12)
    found = user_pane_rows(canvas, observed.users(observed.NOBODY), en)
    assert found[:4] == (None, None, Line.INSIDE, Line.HOST)
    assert Line.SECCOMP not in found


async def test_the_widget_shows_what_it_is_given_and_moves_its_cursor(stand: type, en: Words, lang: Lang) -> None:
    widget = UserPane(en)
    async with stand(widget).run_test(size=(81, 12)) as pilot:
        assert "once the lab is up" in screen(widget)
        widget.view = observed.users(observed.NOBODY)
        widget.focus()
        await pilot.press("down")
        assert "uid on host ▸" in screen(widget)
        assert screen(widget).endswith("\n0 ← /proc/{2,8}/status Uid")
        widget.speak(words_for(lang))
        assert words_for(lang)("pane.users") in screen(widget)


async def test_a_map_that_is_written_stands_out_and_settles(
    stand: type, en: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nslab.tui.panes.pane.SETTLE_S", 0.02)
    widget = UserPane(en)
    async with stand(widget).run_test(size=(81, 12)) as pilot:
        widget.view = observed.users(observed.NOBODY)
        widget.view = observed.users(observed.MAPPED)
        at_once = solid_in_box(widget)
        await pilot.pause(0.1)
        assert (at_once, solid_in_box(widget)) == (False, True)


def screen(widget: Widget) -> str:
    return "\n".join(widget.render_line(y).text.rstrip() for y in range(widget.size.height))


def solid_in_box(widget: UserPane) -> bool:
    return widget._rows[2][51][1].solid


def test_a_view_without_processes_names_every_row(words: Words) -> None:
    view = UserView((NamespaceColumn("box", "A", None, None),), (None,), observed.EVERY_CAPABILITY, 65534, 0.0)
    assert words("pane.users.effective") in pane(view, words, (81, 19)).text()
