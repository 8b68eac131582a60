"""The board of kinds, by its exact text, and the widget that asks for containers."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import observed
import pytest
from msgspec.structs import replace

from nslab.course.model import Container
from nslab.engine.rosetta.elsewhere import Elsewhere
from nslab.errors import Because
from nslab.kernel.namespaces import Kind
from nslab.observe.kinds_view import KINDS
from nslab.observe.views import CallRow, Gone, KindsView, NotYet, Refused
from nslab.tui.canvas import Canvas
from nslab.tui.faces import Role
from nslab.tui.panes.kinds import NOTHING_STANDS_OUT, ChangedCell, KindsPane, Shown, kinds_rows
from nslab.tui.panes.pane import Emphasis
from nslab.tui.wanted import PartWanted
from nslab.words import Words

UTS = KindsView(KINDS, observed.namespaces(Kind.UTS))
ALONE = KindsView(KINDS, observed.namespaces(columns=(observed.HOST,)))
FULL = CallRow(
    "clone",
    "lab",
    "clone3({flags=CLONE_NEWUTS})",
    Refused("ENOSPC", Because("error.meaning.namespace-limit"), tolerated=False),
    1.0,
    Elsewhere(),
)


def board(
    view: Shown,
    words: Words,
    size: tuple[int, int] = (81, 11),
    emphasis: Emphasis[Kind, ChangedCell] = NOTHING_STANDS_OUT,
    *,
    plain: bool = False,
) -> Canvas:
    canvas = Canvas(*size, plain=plain)
    kinds_rows(canvas, view, words, emphasis)
    assert canvas.lost == []
    return canvas


def text(picture: str) -> str:
    return dedent(picture).strip("\n")


def test_the_row_of_its_kind_is_two_bars_and_the_seven_others_are_one(en: Words) -> None:
    assert board(UTS, en, emphasis=Emphasis(cursor=Kind.UTS)).text() == text("""
        kinds of namespace ─────────────────────────────────────────────── /proc/<pid>/ns
                flag             since Linux        host bash 2          box bash 8
        mnt     CLONE_NEWNS      2.4.19        2002  A           4026532178
        uts    ▸CLONE_NEWUTS     2.6.19        2006  A 4026532179     ≠   B 4026532261
        ipc     CLONE_NEWIPC     2.6.19–2.6.30 2006  A           4026532180
        user    CLONE_NEWUSER    2.6.23–3.8    2007  A           4026532177
        pid     CLONE_NEWPID     2.6.24        2008  A           4026532181
        net     CLONE_NEWNET     2.6.24–2.6.29 2008  A           4026532183
        cgroup  CLONE_NEWCGROUP  4.6           2016  A           4026532182
        time    CLONE_NEWTIME    5.6           2020  A           4026532184
        A 4026532179 ≠ B 4026532261 ← readlink /proc/{2,8}/ns/uts
    """)


def test_with_more_room_each_row_says_what_it_isolates(words: Words) -> None:
    for size in ((81, 19), (81, 33), (150, 40)):
        lines = board(UTS, words, size).text()
        assert all(words(f"kind.{kind}") in lines for kind in Kind), size


def test_before_the_first_container_the_empty_side_says_what_enter_does(words: Words) -> None:
    canvas = board(ALONE, words)
    assert "≠" not in canvas.text()
    assert words("pane.kinds-none")[:3] in canvas.text()
    assert not any(face.solid for row in canvas.rows for _, face in row)


def test_a_container_that_was_refused_is_told_with_its_errno_and_meaning(en: Words) -> None:
    canvas = board(replace(ALONE, refused=FULL), en, (120, 12))
    last = canvas.text().splitlines()[-1]
    assert last == "✗ ENOSPC: a limit on namespaces, not a full disk ← clone3({flags=CLONE_NEWUTS})"
    assert canvas.rows[-1][0][1].ink is Role.BAD


@pytest.mark.parametrize("size", [(45, 11), (58, 18), (78, 18), (81, 33), (118, 20), (150, 46)])
@pytest.mark.parametrize("plain", [False, True])
def test_no_size_loses_a_word(words: Words, size: tuple[int, int], plain: bool) -> None:
    emphasis: Emphasis[Kind, ChangedCell] = Emphasis(Kind.PID, Kind.MNT, frozenset({(Kind.UTS, 1)}))
    for view in (UTS, ALONE, replace(UTS, refused=FULL)):
        board(view, words, size, emphasis, plain=plain)


def test_no_view_yet_and_a_dead_lab_have_faces_of_their_own(words: Words) -> None:
    assert words("pane.kinds") in board(NotYet("pane.nothing-yet"), words).text()
    dead = board(Gone(UTS), words)
    assert words("pane.as-last-seen") in dead.text()
    assert {face.ink for row in dead.rows[1:] for glyph, face in row if not glyph.isspace()} == {Role.MUTE}


async def test_enter_and_a_second_click_ask_for_a_container_of_the_row_s_kind(
    stand: type, en: Words, heard: Any
) -> None:
    pane = KindsPane(en)
    async with stand(pane).run_test(size=(81, 14), message_hook=heard.append) as pilot:
        pane.view = UTS
        pane.focus()
        await pilot.pause()
        await pilot.press("down", "enter")
        await pilot.click(KindsPane, offset=(10, 6), times=2)
        await pilot.pause()
    asked = [message.part for message in heard.of(PartWanted)]
    assert asked == [Container("box", (Kind.UTS,)), Container("box", (Kind.PID,))]


async def test_a_dead_lab_s_board_asks_for_nothing(stand: type, en: Words, heard: Any) -> None:
    pane = KindsPane(en)
    async with stand(pane).run_test(size=(81, 14), message_hook=heard.append) as pilot:
        pane.view = Gone(UTS)
        pane.focus()
        await pilot.press("enter")
    assert heard.of(PartWanted) == []


async def test_what_is_new_stands_out_for_a_moment(stand: type, en: Words) -> None:
    pane = KindsPane(en)
    async with stand(pane).run_test(size=(81, 14)) as pilot:
        pane.view = KindsView(KINDS, observed.namespaces(Kind.MNT))
        pane.view = UTS
        await pilot.pause()
        assert {kind for kind, _ in pane._changed} == {Kind.MNT, Kind.UTS}
