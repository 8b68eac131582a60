"""The last ping below the worlds: each crossing a row, its arrow between the columns of the wires."""

from __future__ import annotations

import pytest
import wired
from msgspec.structs import replace

from nslab.observe.network_view import NetworkView
from nslab.observe.pings import Crossing, PingView
from nslab.tui.canvas import Canvas
from nslab.tui.faces import BAD, Role
from nslab.tui.panes.network import network_rows
from nslab.words import Words

REQUEST = (Crossing(0.0, "veth1", False, False), Crossing(3.2, "veth2", True, False))
REPLY = (Crossing(20.1, "veth2", False, True), Crossing(23.0, "veth1", True, True))


def ping(*crossings: Crossing) -> PingView:
    return PingView("10.77.0.11", "10.77.0.12", crossings)


def drawn(view: NetworkView, words: Words, *crossings: Crossing, size: tuple[int, int] = (80, 12)) -> Canvas:
    canvas = Canvas(*size)
    network_rows(canvas, replace(view, ping=ping(*crossings)), words)
    assert canvas.lost == []
    return canvas


def test_a_ping_from_one_container_to_the_other_goes_down_in_steps_and_comes_back(en: Words) -> None:
    canvas = drawn(wired.two_containers(), en, *REQUEST, *REPLY)
    lines = canvas.text().splitlines()
    assert lines[7] == "        0 µs          ━━━━►                                 to 10.77.0.12"
    assert lines[8] == "        3                  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━►"
    assert lines[9] == "       20                                            ◂━━━━  reply"
    assert lines[10] == "       23             ◂━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━"


def test_the_request_has_the_hue_of_who_sent_it_and_the_reply_that_of_the_other(en: Words) -> None:
    canvas = drawn(wired.two_containers(), en, *REQUEST, *REPLY)
    inks = [{face.ink for glyph, face in canvas.rows[y] if glyph in "━►◂"} for y in range(7, 11)]
    assert inks == [{Role.B}, {Role.B}, {Role.C}, {Role.C}]


def test_a_request_that_nobody_answers_ends_in_a_cross_where_it_was_last_seen(en: Words) -> None:
    lines = drawn(wired.two_containers(), en, REQUEST[0]).text().splitlines()
    assert lines[7] == "        0 µs          ━━━━►                                 to 10.77.0.12"
    assert lines[8] == "                           ✗                                no reply"
    canvas = drawn(wired.two_containers(), en, *REQUEST)
    assert [(x, face.ink) for x, (glyph, face) in enumerate(canvas.rows[9]) if glyph == "✗"] == [(58, BAD.ink)]


def test_a_ping_of_the_hosts_own_sets_out_in_its_middle(en: Words) -> None:
    out, back = Crossing(0.0, "veth1", True, False), Crossing(9.0, "veth1", False, True)
    through = Crossing(1.0, "br0", True, False)  # no wire, and so no row
    lines = drawn(wired.two_containers(), en, through, out, back).text().splitlines()
    assert lines[7] == "        0 µs          ◂━━━━━━━━━━━━━━━━━                    to 10.77.0.12"
    assert lines[8] == "        9             ━━━━►                                 reply"


def test_what_has_no_room_is_not_drawn_in_part(en: Words) -> None:
    for height in range(4, 11):
        assert "µs" not in drawn(wired.two_containers(), en, *REQUEST, *REPLY, size=(80, height)).text()


def test_a_ping_over_links_that_are_gone_is_not_drawn(en: Words) -> None:
    assert "µs" not in drawn(wired.apart(), en, *REQUEST, *REPLY).text()


@pytest.mark.parametrize("size", [(60, 12), (78, 18), (80, 12), (150, 20)])
def test_no_size_loses_a_word(words: Words, size: tuple[int, int]) -> None:
    four = tuple(wired.container(letter, at) for at, letter in enumerate("BCDE", 1))
    ports = tuple(wired.port(at, letter) for at, letter in enumerate("BCDE", 1))
    for view in (wired.two_containers(), NetworkView((wired.host(*ports), *four), 0.0)):
        drawn(view, words, *REQUEST, *REPLY, size=size)
        drawn(view, words, *REQUEST, size=size)
        drawn(view, words, *(Crossing(2e6, link, True, False) for link in ("veth3", "veth1", "nosuch")), size=size)
