"""The compose board, by its text, and the widget whose switches ask for containers."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
from msgspec.structs import replace

from nslab.course.composing import PRESETS
from nslab.course.model import Container, Kill, Preset
from nslab.kernel.namespaces import Kind
from nslab.observe.compose_view import ComposeView
from nslab.observe.views import Gone, NotYet
from nslab.tui.canvas import Canvas
from nslab.tui.faces import Role
from nslab.tui.panes.compose import ComposePane, compose_rows, hand_for
from nslab.tui.panes.compose_rows import ORDER, ChangedCell, Hand, container_of, draft_of
from nslab.tui.panes.pane import Emphasis
from nslab.tui.wanted import PartWanted
from nslab.words import Words
from tests.compose_views import composed, headless, preset

MIDDLE, SMALL, LARGE = (116, 33), (76, 21), (151, 46)


def board(
    view: ComposeView | NotYet | Gone[ComposeView],
    words: Words,
    size: tuple[int, int] = MIDDLE,
    emphasis: Emphasis[Kind, ChangedCell] | None = None,
    hand: Hand | None = None,
    *,
    plain: bool = False,
) -> Canvas:
    canvas = Canvas(*size, plain=plain)
    compose_rows(canvas, view, words, emphasis or Emphasis(), hand)
    assert canvas.lost == []
    return canvas


def grounds(canvas: Canvas, role: Role) -> int:
    return sum(face.ink is role and face.solid for row in canvas.rows for _, face in row)


def test_what_the_pod_shares_is_three_long_bars(en: Words) -> None:
    assert board(preset("pod"), en, emphasis=Emphasis(cursor=Kind.NET)).text() == dedent("""\
        compose: who shares what? ─────────────────────────────────────────────────────────────────────────── /proc/<pid>/ns
        preset   docker   podman   pod   host                                        three containers: net, ipc, uts are one
                web's switch      host lab 1             pause sleep 21         web sleep 31           log sleep 42

        net     ◂ joins pause ▸    A  4026532180          B                          4026532603



        ipc       joins pause      A  4026532181          B                          4026532604



        uts       joins pause      A  4026532178          B                          4026532601


        pid       its own          A  4026532177          B  4026532600          C  4026532620          D   4026532640
        mnt       its own          A  4026532179          B  4026532602          C  4026532622          D   4026532642
        cgroup    its own          A  4026532183          B  4026532606          C  4026532626          D   4026532646

        user      the host's       A                                      4026532182
        time      the host's       A                                      4026532184

        how web came in ────────────────────────────────────────    so, for net ────────────────────────────────────────────
         A  clone3(PIDFD)                                   = 30    127.0.0.1 is one place for pause, web, log: a port that
         C  setns(<pidfd of pause>, NEWUTS|NEWNET|NEWIPC)    = 0    one takes is taken for all.
         C  clone3(PARENT|NEWPID|NEWNS|NEWCGROUP|PIDFD)     = 31    B 4026532603: sleep 21, sleep 31, sleep 42




        nslab   run --name web --pod pause --ns pid,mnt,cgroup -- sh
        docker  run -it --name web --network=container:pause --ipc=container:pause debian  no flag for uts, time
        podman  run -it --name web --uts=container:pause --network=container:pause --ipc=container:pause debian""")


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE, (60, 14), (100, 20)])
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_finds_room_at_every_size_in_both_languages(
    words: Words, name: Any, size: tuple[int, int]
) -> None:
    for plain in (False, True):
        for kind in (None, *Kind):
            shown = board(preset(name), words, size, Emphasis(cursor=kind), plain=plain).text()
            assert all(kind.value in shown for kind in Kind)


def test_only_what_containers_share_with_each_other_is_solid(en: Words) -> None:
    assert grounds(board(preset("docker"), en), Role.B) == 3 * 7  # the tags of what is its own
    assert grounds(board(preset("pod"), en), Role.B) > 3 * 3 * 60


def test_the_end_of_pause_leaves_the_bars_to_the_others(en: Words) -> None:
    shown = board(headless(), en)
    net = next(row for row in shown.text().splitlines() if row.startswith("net"))
    assert net.count("4026532603") == 2  # one bar across those that live, and what pause had, as last seen
    assert "ended" in shown.text()


def test_what_follows_is_told_of_the_kind_under_the_cursor(words: Words) -> None:
    for kind, state in ((Kind.UTS, "shared"), (Kind.PID, "own"), (Kind.TIME, "host")):
        facts = {"name": "web", "others": "pause, log", "all": "pause, web, log"}
        sentence = words(f"compose.so.{kind}.{state}", **facts)
        assert sentence[:12] in board(preset("pod"), words, emphasis=Emphasis(cursor=kind)).text()


def test_a_refused_call_is_shown_where_the_container_did_not_come_in(en: Words) -> None:
    shown = board(composed(PRESETS["pod"], failed={"web": 3}), en).text()
    assert "setns(<pidfd of pause>, NEWUTS|NEWNET|" in shown
    assert "NEWIPC)" in shown
    assert "✗ ESRCH: No such process" in shown
    assert "NEWPID" not in shown.partition("how web came in")[2].partition("nslab")[0]


def test_a_turned_switch_changes_the_command_lines_before_anything_is_made(en: Words) -> None:
    view = preset("pod")
    web = view.container("web")
    assert web is not None
    turned = Hand("web", {**draft_of(web), Kind.NET: "host", Kind.UTS: ""})
    shown = board(view, en, hand=turned).text()
    assert "nslab   run --name web --share ipc=pause --ns pid,uts,mnt,cgroup -- sh" in shown
    assert "docker  run -it --name web --network=host --ipc=container:pause debian" in shown


def test_before_the_first_container_it_says_which_key_makes_some(words: Words) -> None:
    assert words("compose.none")[:6] in board(composed(()), words).text()


def test_a_lab_that_is_gone_leaves_what_was_last_seen(words: Words) -> None:
    canvas = board(Gone(preset("pod")), words)
    assert words("pane.as-last-seen") in canvas.text()
    assert grounds(canvas, Role.B) == 0


def test_what_the_switches_ask_for_is_what_the_container_was_made_of() -> None:
    for name in PRESETS:
        for container in PRESETS[name]:
            one = composed(PRESETS[name]).container(container.container)
            assert one is not None
            asked = container_of(one.name, draft_of(one))
            assert (set(asked.namespaces), asked.share) == (set(container.namespaces), container.share)


def test_below_a_bar_the_bars_come_first_then_the_calls_if_all_fit_then_the_command_lines(en: Words) -> None:
    view = preset("pod")
    below = replace(hand_for(view, "web"), told=True)
    low, high = board(view, en, (100, 23), hand=below).text(), board(view, en, (100, 30), hand=below).text()
    for shown in (low, high):
        assert "compose: who shares what?" not in shown
        assert "127.0.0.1 is one place" not in shown
        assert "docker  run -it --name web" in shown
        assert shown.count("4026532603") == 1
    assert "how web came in" not in low
    assert high.count("setns(") == 1


@pytest.fixture
def pane(en: Words) -> ComposePane:
    return ComposePane(en, preset("pod"))


async def test_left_and_right_turn_the_switch_through_own_host_and_the_living(pane: ComposePane, stand: Any) -> None:
    async with stand(pane).run_test(size=(120, 36)) as pilot:
        pane.focus()
        seen = []
        for _ in range(4):
            seen.append(pane.hand.draft[Kind.NET])
            await pilot.press("right")
        assert seen == ["pause", "log", "", "host"]
        await pilot.press("left", "down", "left")
    assert (pane.hand.draft[Kind.NET], pane.hand.draft[Kind.IPC]) == ("host", "host")


async def test_enter_asks_for_the_container_as_its_switches_stand(pane: ComposePane, stand: Any, heard: Any) -> None:
    async with stand(pane).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        pane.focus()
        await pilot.press("down", "down", "right", "right", "enter")
        await pilot.pause()
    (asked,) = heard.of(PartWanted)
    assert asked.part == Container(
        "web", (Kind.PID, Kind.UTS, Kind.MNT, Kind.CGROUP), "web", share={Kind.NET: "pause", Kind.IPC: "pause"}
    )


async def test_tab_takes_up_the_next_container_and_x_ends_it(pane: ComposePane, stand: Any, heard: Any) -> None:
    async with stand(pane).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        pane.focus()
        await pilot.press("tab", "tab", "x")
        await pilot.pause()
        pane.view = headless()
        await pilot.pause()
        await pilot.press("x", "tab", "right")
        await pilot.pause()
    assert [asked.part for asked in heard.of(PartWanted)] == [Kill("pause")]
    assert pane.hand.chosen == "web"
    assert pane.hand.draft[Kind.NET] == ""  # pause is dead, and nobody can join it


async def test_p_asks_for_the_next_preset(pane: ComposePane, stand: Any, heard: Any) -> None:
    async with stand(pane).run_test(size=(120, 36), message_hook=heard.append) as pilot:
        pane.focus()
        await pilot.press("p")
        pane.view = composed(PRESETS["docker"][:0])
        await pilot.press("p")
        await pilot.pause()
    assert [asked.part for asked in heard.of(PartWanted)] == [Preset("host"), Preset("docker")]


async def test_turned_switches_stay_while_others_change_and_go_with_what_they_asked_for(
    pane: ComposePane, stand: Any
) -> None:
    async with stand(pane).run_test(size=(120, 36)) as pilot:
        pane.focus()
        await pilot.press("right")
        pane.view = headless()
        assert pane.hand.draft[Kind.NET] == "log"
        pane.view = preset("docker")
        await pilot.pause()
    assert pane.hand == hand_for(preset("docker"), "web")


def test_the_board_has_every_kind() -> None:
    assert set(ORDER) == set(Kind)


async def test_before_a_room_a_click_below_the_bar_is_still_a_click_on_its_row(en: Words, stand: Any) -> None:
    pane = ComposePane(en, preset("pod"), whole=True)
    app = stand(pane)
    async with app.run_test(size=(104, 30)) as pilot:
        app.screen.presenting = True
        pane.redraw()
        await pilot.pause()
        pane.focus()
        rows = [pane.render_line(y).text for y in range(pane.size.height)]
        y = next(at for at, row in enumerate(rows) if row.startswith("mnt"))
        await pilot.click(pane, offset=(2, y))
        await pilot.pause()
        assert "web · mnt" in pane.render_line(0).text + pane.render_line(1).text
