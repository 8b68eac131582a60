"""The network pane, by its exact text, and the widget that shows it."""

from __future__ import annotations

from textwrap import dedent

import pytest
import wired
from msgspec.structs import replace

from nslab.observe.namespaces import Unread
from nslab.observe.network_view import LinkEnd, NetworkView, SocketRow, WorldView
from nslab.observe.views import Gone, NotYet
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, Role
from nslab.tui.panes.network import (
    NOTHING_STANDS_OUT,
    NetworkPane,
    Shown,
    Spot,
    about,
    network_rows,
    shown_of,
    socket_label,
    spots,
)
from nslab.tui.panes.pane import Emphasis
from nslab.words import Words, words_for


def pane(
    view: Shown,
    words: Words,
    size: tuple[int, int] = (80, 12),
    emphasis: Emphasis[Spot, Spot] = NOTHING_STANDS_OUT,
    *,
    plain: bool = False,
) -> Canvas:
    canvas = Canvas(*size, plain=plain)
    network_rows(canvas, view, words, emphasis)
    assert canvas.lost == []
    return canvas


def text(picture: str) -> str:
    return dedent(picture).strip("\n")


def with_host(view: NetworkView, host: WorldView) -> NetworkView:
    return replace(view, worlds=(host, *view.worlds[1:]))


def test_worlds_stand_side_by_side_with_the_wires_through_them_and_the_one_with_most_in_the_middle(en: Words) -> None:
    assert pane(wired.two_containers(), en).text().rstrip() == text("""
        network ───────────────────────────────────────────── rtnetlink, /proc/<pid>/net
        ▌ c1  bash 21   net B      ▌ host  lab 1       net A      ▌ c2  bash 22   net C
        ▌ eth0 10.77.0.11/24 ●━━━━━▌● veth1 ━ br0 ━━━ veth2 ●━━━━━▌● eth0 10.77.0.12/24
        ▌ lo UP 127.0.0.1/8        ▌      10.77.0.1/24            ▌ lo UP 127.0.0.1/8
        ▌ :80 LISTEN serve 31      ▌ lo UP 127.0.0.1/8            ▌ :80 LISTEN serve 32
        ▌                          ▌ :80 LISTEN serve 9           ▌
    """)


def test_a_network_without_a_wire_stands_beside_the_host_and_its_lo_is_down(en: Words) -> None:
    assert pane(wired.apart(), en).text().rstrip() == text("""
        network ───────────────────────────────────────────── rtnetlink, /proc/<pid>/net
        ▌ host  lab 1                  net A      ▌ box  bash 12                  net B
        ▌ br0 UP 10.77.0.1/24                     ▌ lo DOWN
        ▌ lo UP 127.0.0.1/8                       ▌
        ▌                                         ▌
    """)


def test_where_there_is_no_room_side_by_side_worlds_stand_one_under_the_other(en: Words) -> None:
    assert pane(wired.two_containers(), en, (40, 16)).text().rstrip() == text("""
        network ───── rtnetlink, /proc/<pid>/net
        ▌ host  lab 1                     net A
        ▌ br0 UP 10.77.0.1/24
        ▌ veth1 UP ═ B eth0
        ▌ veth2 UP ═ C eth0
        ▌ lo UP 127.0.0.1/8
        ▌ :80 LISTEN serve 9
        ▌ c1  bash 21                     net B
        ▌ eth0 UP 10.77.0.11/24 ═ A veth1
        ▌ lo UP 127.0.0.1/8
        ▌ :80 LISTEN serve 31
        ▌ c2  bash 22                     net C
        ▌ eth0 UP 10.77.0.12/24 ═ A veth2
        ▌ lo UP 127.0.0.1/8
        ▌ :80 LISTEN serve 32
    """)


def row_of(canvas: Canvas, y: int) -> str:
    return "".join(glyph for glyph, _ in canvas.rows[y])


def test_a_third_container_stands_below_the_first_and_a_link_that_is_no_port_has_no_line_to_the_bridge(
    en: Words,
) -> None:
    ends = (wired.port(1, "B"), wired.port(2, "C"), wired.port(3, "D", master=None))
    view = NetworkView(
        (wired.host(*ends), wired.container("B", 1), wired.container("C", 2), wired.container("D", 3)), 0.0
    )
    canvas = pane(view, en)
    assert (
        row_of(canvas, 2).strip() == "▌ eth0 10.77.0.11/24 ●━━━━━▌● veth1 ━ br0 ━━━ veth2 ●━━━━━▌● eth0 10.77.0.12/24"
    )
    assert row_of(canvas, 6).startswith("▌ eth0 10.77.0.13/24 ●━━━━━▌● veth3                       ▌")


def test_a_cut_wire_has_a_cross_at_the_end_that_is_down(en: Words) -> None:
    ends = (wired.port(1, "B"), wired.port(2, "C", up=False))
    near = NetworkView((wired.host(*ends), wired.container("B", 1), wired.container("C", 2, carrier=False)), 0.0)
    canvas = pane(near, en)
    assert "━ br0 ╌╌╌ veth2 ●╌✗╌╌╌▌● eth0" in row_of(canvas, 2)
    assert BAD.ink in {face.ink for glyph, face in canvas.rows[2] if glyph == "✗"}
    ends = (wired.port(1, "B"), wired.port(2, "C", carrier=False))
    far = NetworkView((wired.host(*ends), wired.container("B", 1), wired.container("C", 2, up=False)), 0.0)
    assert "veth2 ●╌╌╌✗╌▌● eth0" in row_of(pane(far, en), 2)


def test_a_bridge_that_is_down_lets_nothing_through_though_the_wires_are_whole(en: Words) -> None:
    view = with_host(wired.two_containers(), wired.host(wired.port(1, "B"), wired.port(2, "C"), bridge_up=False))
    canvas = pane(view, en)
    assert "●━━━━━▌● veth1 ╌ br0 ╌╌╌ veth2 ●━━━━━▌●" in row_of(canvas, 2)
    at = row_of(canvas, 2).index("br0")
    assert not canvas.rows[2][at][1].solid
    assert pane(wired.two_containers(), en).rows[2][at][1].solid


def test_each_world_lies_on_its_tint_and_only_what_is_the_networks_has_its_hue(en: Words) -> None:
    rows = pane(wired.two_containers(), en).rows
    assert [rows[3][x][1].ground for x in (1, 24, 30, 60)] == [Role.B_TINT, None, Role.A_TINT, Role.C_TINT]
    assert {face.ink for glyph, face in rows[2] if glyph == "━" and face.ground is None} == {Role.TEXT}


def test_an_address_that_has_no_room_beside_its_wire_stands_below_it(en: Words) -> None:
    box = wired.container("B", 1)
    long = replace(box.links[1], addresses=("fd00:1234:567::1/64",))
    view = NetworkView(
        (
            wired.host(wired.port(1, "B"), wired.port(2, "C")),
            replace(box, links=(box.links[0], long)),
            wired.container("C", 2),
        ),
        0.0,
    )
    canvas = pane(view, en)
    assert row_of(canvas, 2).startswith("▌               eth0 ●━━━━━▌● veth1")
    assert row_of(canvas, 3).startswith("▌ fd00:1234:567::1/64 ")
    assert row_of(pane(view, en, (120, 12)), 2).startswith("▌        eth0 fd00:1234:567::1/64 ●━")


def test_what_has_no_room_is_counted(en: Words) -> None:
    box = replace(wired.container("B", 1), sockets=tuple(wired.server(port, 30) for port in range(80, 99)))
    view = NetworkView((wired.host(wired.port(1, "B")), box), 0.0)
    assert "▾ 13" in pane(view, en).text()
    assert [line[1] for line in shown_of([(None, str(at), BAD) for at in range(5)], 3)] == ["0", "1", "▾ 3"]
    assert shown_of([(None, "0", BAD)], 0) == []
    many = [wired.container(chr(ord("B") + at), at) for at in range(9)]
    assert "1 more, without room here" in pane(NetworkView((wired.host(), *many), 0.0), en, (80, 14)).text()


def test_a_network_that_could_not_be_read_says_why(en: Words) -> None:
    view = NetworkView((wired.host(), WorldView("B", 1, (), 7, "sh", unread=Unread(1))), 0.0)
    lines = pane(view, en).text()
    assert " sh  sh 7" in lines
    assert "? EPERM" in lines


def test_sockets_say_what_they_are(en: Words) -> None:
    assert socket_label(SocketRow("tcp", ":80", None, True, None, None)) == ":80"
    assert socket_label(SocketRow("udp", ":53", None, True, None, None)) == "udp :53"
    assert socket_label(SocketRow("unix", "@lesson", None, True, None, None)) == "@lesson"
    assert socket_label(SocketRow("tcp", "10.0.0.1:80", "10.0.0.2:9", False, None, None)) == "10.0.0.1:80 → 10.0.0.2:9"


def test_the_source_of_a_link_names_both_ends_and_of_a_socket_the_table(en: Words) -> None:
    view = wired.two_containers()
    wire = "A veth1 ifindex 4, iflink 2 ═ B eth0 ifindex 2, iflink 4 ← RTM_GETLINK"
    assert about(view, Spot("A", link=4), 80, en, more=False) == wire
    assert about(view, Spot("A", link=4), 60, en, more=False) == "A veth1 4→2 ═ B eth0 2→4 ← RTM_GETLINK"
    assert about(view, Spot("A", link=4), 20, en, more=False) == "A veth1 ═ B eth0"
    assert about(view, Spot("B", link=1), 80, en, more=False) == "B lo UP 127.0.0.1/8 ← RTM_GETLINK, RTM_GETADDR"
    assert about(view, Spot("B", socket="tcp :80"), 80, en, more=False) == "B tcp :80  serve 31 ← /proc/21/net/tcp"


def test_more_about_a_link_are_its_hardware_and_its_packets_and_about_a_socket_who_holds_it(en: Words) -> None:
    view = wired.two_containers()
    port = "A veth1 0a:00:00:00:00:04  port of br0  0 packets received, 0 sent"
    assert about(view, Spot("A", link=4), 80, en, more=True) == port
    assert about(view, Spot("A", link=4), 44, en, more=True) == "A veth1  0 packets received, 0 sent"
    assert about(view, Spot("B", socket="tcp :80"), 80, en, more=True) == "B tcp :80  serve 31 ← /proc/31/fd"


def test_a_link_whose_other_end_is_out_of_sight_says_so(en: Words) -> None:
    lost = wired.link(4, "veth9", to=LinkEnd(None, 2, None))
    view = NetworkView((wired.host(lost),), 0.0)
    assert "veth9 UP ═ ? ?" in pane(view, en).text()
    told = "A veth9 ifindex 4, iflink 2 ═ ? ? ifindex 2, iflink ? ← RTM_GETLINK"
    assert about(view, Spot("A", link=4), 80, en, more=False) == told


def test_every_link_and_every_socket_can_be_stood_on_and_is_marked(en: Words) -> None:
    view = wired.two_containers()
    assert len(spots(view)) == 11
    for spot in spots(view):
        for size in ((80, 12), (40, 20)):
            lines = pane(view, en, size, Emphasis(cursor=spot)).text().splitlines()
            assert sum(line.count("▸") for line in lines) == 1, spot
            assert lines[-1].startswith(f"{spot.letter} ")


def test_a_lessons_world_has_its_name_lit(en: Words) -> None:
    canvas = pane(wired.two_containers(), en, emphasis=Emphasis(highlight=Spot("C")))
    lit = [glyph for glyph, face in canvas.rows[1] if face.solid and face.ink is Role.TEXT]
    assert "".join(lit) == " c2 "


def test_a_click_finds_what_is_drawn_at_its_height(en: Words) -> None:
    found = network_rows(Canvas(80, 12), wired.apart(), en)
    assert found[2:5] == (Spot("A", link=3), Spot("A", link=1), None)


@pytest.mark.parametrize("size", [(24, 8), (38, 12), (59, 12), (60, 12), (78, 18), (80, 4), (150, 20), (200, 50)])
@pytest.mark.parametrize("plain", [False, True])
def test_no_size_loses_a_word(words: Words, size: tuple[int, int], plain: bool) -> None:
    four = tuple(wired.container(letter, at) for at, letter in enumerate("BCDE", 1))
    ports = tuple(wired.port(at, letter) for at, letter in enumerate("BCDE", 1))
    for view in (
        wired.two_containers(),
        wired.apart(),
        NetworkView((wired.host(*ports), *four), 0.0),
        NetworkView((wired.host(),), 0.0),
        NetworkView((), 0.0),
    ):
        pane(view, words, size, Emphasis(Spot("A", link=1), Spot("B"), frozenset({Spot("B", link=2)})), plain=plain)


def test_a_wire_stands_out_while_packets_pass_and_nothing_else_does(en: Words) -> None:
    before = wired.two_containers()
    after = replace(before, worlds=(before.worlds[0], wired.container("B", 1, packets=3), before.worlds[2]))
    widget = NetworkPane(en)
    assert widget.changed_cells(before, after) == {Spot("B", link=2)}
    assert widget.changed_cells(before, before) == frozenset()
    rows = pane(after, en, emphasis=Emphasis(changed=frozenset({Spot("B", link=2)}))).rows
    assert {face.solid for glyph, face in rows[2][22:27] if glyph == "━"} == {True}
    assert {face.solid for glyph, face in rows[2][53:58] if glyph == "━"} == {False}


def test_a_new_server_stands_out(en: Words) -> None:
    before = replace(wired.two_containers(), worlds=(wired.container("B", 1, serving=False),))
    after = replace(before, worlds=(wired.container("B", 1),))
    assert NetworkPane(en).changed_cells(before, after) == {Spot("B", socket="tcp :80")}


def test_no_view_yet_says_what_will_appear(words: Words) -> None:
    assert words("pane.network") in pane(NotYet("pane.nothing-yet"), words).text()


def test_a_dead_lab_keeps_its_words_and_loses_its_colours(en: Words) -> None:
    canvas = pane(Gone(wired.two_containers()), en)
    assert "as last seen" in canvas.text()
    assert "eth0 10.77.0.11/24 ●━" in canvas.text()
    assert {face.ink for row in canvas.rows[1:] for glyph, face in row if glyph.strip()} == {Role.MUTE}


async def test_the_widget_moves_its_cursor_through_links_and_sockets(stand: type, en: Words) -> None:
    widget = NetworkPane(en)
    async with stand(widget).run_test(size=(80, 12)) as pilot:
        widget.view = wired.two_containers()
        widget.focus()
        await pilot.press("end")
        assert widget.render_line(11).text.rstrip() == "C tcp :80  serve 32 ← /proc/22/net/tcp"
        await pilot.press("enter")
        assert widget.render_line(11).text.rstrip() == "C tcp :80  serve 32 ← /proc/32/fd"


def test_chinese_has_its_own_words(en: Words) -> None:
    zh = words_for("zh")
    canvas = pane(wired.two_containers(), zh, emphasis=Emphasis(cursor=Spot("A", link=4), more=True))
    assert row_of(canvas, 0).startswith("网络 ─")
    assert "接在 br0 上" in canvas.text()
