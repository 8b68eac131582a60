"""Header, footer, tabs, the bar of the current question: each row at each width, nothing lost."""

from typing import Any

import gallery
import observed
import pytest

from nslab.course.player import Stage
from nslab.observe.kinds_view import KINDS
from nslab.observe.views import KindsView
from nslab.tui import keys
from nslab.tui.canvas import Canvas
from nslab.tui.faces import Role
from nslab.tui.panes.kinds import KindsPane
from nslab.tui.prose import told
from nslab.tui.wanted import PartWanted
from nslab.tui.widgets.footer import Footer, footer_row
from nslab.tui.widgets.header import Header, Where, header_row
from nslab.tui.widgets.nowbar import Now, nowbar_height, nowbar_rows
from nslab.tui.widgets.tabs import Tabs, tabs_row
from nslab.words import Lang, Words

WIDTHS = [80, 104, 120, 200]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_header_loses_nothing(lang: Lang, words: Words, width: int) -> None:
    canvas = Canvas(width, 1)
    header_row(canvas, gallery.where(lang), words)
    assert canvas.lost == []


def test_the_header_says_where_how_far_and_the_other_language(en: Words) -> None:
    canvas = Canvas(60, 1)
    header_row(canvas, Where("namespaces", "pid", 3, 7), en)
    assert canvas.text() == " nslab  namespaces ▸ pid           ━━━━━━──────── 3/7  中文"


def test_a_narrow_header_gives_up_the_chapter_first(en: Words) -> None:
    canvas = Canvas(44, 1)
    header_row(canvas, Where("control groups", "memory", 3, 7), en)
    assert canvas.lost == []
    assert " memory " in canvas.text()


@pytest.mark.parametrize("width", [40, *WIDTHS])
@pytest.mark.parametrize("table", [keys.LESSON, keys.MAP, keys.CARD, keys.GLOSSARY, keys.HELP_SCREEN])
def test_leaving_is_always_at_the_right_end(words: Words, width: int, table: tuple[keys.Key, ...]) -> None:
    canvas = Canvas(width, 1)
    places = footer_row(canvas, table, words)
    assert canvas.lost == []
    assert canvas.text().endswith(f"F10 {words('keys.leave')}")
    assert places[0].action == "leave"


def test_a_footer_without_room_keeps_the_keys_needed_most(en: Words) -> None:
    canvas = Canvas(80, 1)
    footer_row(canvas, keys.LESSON, en)
    assert canvas.text() == " F1 help  F2 hint  F3 show me  F5 check  F6 pane  F9 next  ^G keys    F10 leave"


async def test_a_click_in_the_footer_does_what_the_key_does(stand: type, en: Words) -> None:
    app = stand(Footer(en, keys.LESSON))
    done: list[str] = []
    async with app.run_test(size=(80, 5)) as pilot:
        app.screen.action_hint = lambda: done.append("hint")
        await pilot.click(Footer, offset=(12, 0))
    assert done == ["hint"]


async def test_a_footer_names_the_keys_of_a_board_too_and_a_click_presses_them_there(
    stand: type, en: Words, heard: Any
) -> None:
    footer, board = Footer(en, keys.LESSON), KindsPane(en)
    async with stand(board, footer).run_test(size=(80, 14), message_hook=heard.append) as pilot:
        board.view = KindsView(KINDS, observed.namespaces())
        board.focus()
        footer.show((*keys.KINDS, *keys.LESSON))
        await pilot.pause()
        assert footer.render_line(0).text.startswith(" ↑↓ move  ⏎ make one  F1 help")
        await pilot.click(Footer, offset=(12, 0))
        await pilot.pause()
    assert len(heard.of(PartWanted)) == 1


async def test_a_click_on_the_other_language_asks_for_it(stand: type, en: Words) -> None:
    app = stand(Header(en, gallery.where("en")))
    done: list[str] = []
    async with app.run_test(size=(80, 5)) as pilot:
        app.screen.action_language = lambda: done.append("language")
        await pilot.click(Header, offset=(77, 0))
    assert done == ["language"]


def test_the_tab_on_show_is_reversed_and_the_others_stand_beside_it() -> None:
    canvas = Canvas(40, 1)
    assert tabs_row(canvas, ("story", "宿主机", "box"), 1) == (9, 18, 24)
    assert canvas.text() == "  story   宿主机   box"
    assert [face.solid for _, face in canvas.rows[0]].count(True) == 8


async def test_a_click_chooses_a_tab(stand: type, en: Words, heard: Any) -> None:
    async with stand(Tabs(en, ("story", "host", "box"))).run_test(size=(80, 5), message_hook=heard.append) as pilot:
        await pilot.click(Tabs, offset=(11, 0))
    assert [message.at for message in heard.of(Tabs.Chosen)] == [1]


def test_the_current_question_in_one_row(en: Words) -> None:
    canvas = Canvas(80, 1)
    nowbar_rows(canvas, gallery.now("en"), en)
    assert canvas.text() == " $ DO  on the host, find this shell: pstree -p                            ▸ 3/3"


LONG = Now(Stage.OBSERVE, told("Which of the eight rows split in two, and why those?"))


def test_a_question_too_long_for_one_row_takes_two(en: Words) -> None:
    assert [nowbar_height(LONG, width, en) for width in (80, 44, 24)] == [1, 2, 2]
    canvas = Canvas(44, 2)
    nowbar_rows(canvas, LONG, en)
    assert canvas.lost == []
    assert canvas.text() == " ◉ OBSERVE  Which of the eight rows split\n            in two, and why those?"


def test_a_question_too_long_for_its_room_ends_in_dots(en: Words) -> None:
    canvas = Canvas(40, 1)
    nowbar_rows(canvas, LONG, en)
    assert canvas.lost == []
    assert canvas.text() == " ◉ OBSERVE  Which of the eight rows…"


def test_a_step_that_is_passed_says_so_where_its_stage_stood(en: Words) -> None:
    canvas = Canvas(60, 1)
    nowbar_rows(canvas, Now(Stage.OBSERVE, told("You are 1 in there."), "F9", passed=True), en)
    assert canvas.text() == " ✓ PASSED  You are 1 in there.                           F9"
    assert canvas.rows[0][1][1].ink is Role.OK
