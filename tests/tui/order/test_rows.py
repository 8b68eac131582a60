"""The puzzle arranged: how far the thread runs, what broke it, all tries as strips; whole words at every size."""

from __future__ import annotations

import pytest

from nslab.course.ordering import CALLS
from nslab.tui.canvas import Canvas
from nslab.tui.order.cards import Hand, OrderView
from nslab.tui.order.rows import order_rows
from nslab.words import LANGS, Lang
from tests.order_views import broken_at, early, right, silent, view
from tests.stage import screen_words

SIZES = [(76, 21), (116, 33), (196, 47)]
VIEWS = [view(), view(right()), view(silent()), view(broken_at("kernel")), view(broken_at("dev"), early())]


def text(shown: OrderView, hand: Hand | None = None, size: tuple[int, int] = (116, 33), lang: Lang = "en") -> str:
    canvas = Canvas(*size)
    order_rows(canvas, shown, hand or Hand(), screen_words(lang))
    assert [lost for lost in canvas.lost if lost.startswith("outside")] == []
    return canvas.text()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("why", [False, True])
@pytest.mark.parametrize("shown", VIEWS)
def test_nothing_is_lost(size: tuple[int, int], lang: Lang, shown: OrderView, *, why: bool) -> None:
    assert text(shown, Hand(3, why=why), size, lang)


def test_the_thread_is_heavy_as_far_as_the_kernel_agreed_and_dashed_after() -> None:
    drawn = text(view(broken_at("kernel")))
    assert drawn.count("┃") == 3
    assert drawn.count("╎") == 9


def test_the_card_that_broke_it_tells_its_errno_and_the_panel_why() -> None:
    drawn = text(view(broken_at("kernel")))
    row = next(line for line in drawn.splitlines() if CALLS["kernel"] in line and "✗" in line)
    assert "✗ ENOENT" in row
    assert "✗ ENOENT at 4" in drawn
    assert "The directory is in the container" in drawn
    assert "source  mount(2)" in drawn


@pytest.mark.parametrize(("card", "made"), [("tree", True), ("kernel", False), ("pivot", False)])
def test_a_card_that_was_refused_or_not_reached_is_not_told_as_done(card: str, *, made: bool) -> None:
    shown = view(broken_at("kernel"))
    assert shown.made(card) is made
    assert ("not made; if it were:" in text(shown, Hand(shown.order.index(card)))) is not made


def test_an_order_that_nothing_complains_of_tells_what_the_container_lacks() -> None:
    drawn = text(view(silent()))
    assert "no error, yet not isolated" in drawn
    assert "✗ its mounts have travelled to the host" in drawn


@pytest.mark.parametrize("size", [*SIZES, (78, 33), (100, 22), (104, 24)])
@pytest.mark.parametrize("shown", VIEWS)
def test_why_the_card_under_the_cursor_stands_where_it_stands_is_told_at_every_size(
    size: tuple[int, int], shown: OrderView
) -> None:
    at = shown.order.index("private")
    assert "why the engine has it there" in text(shown, Hand(at, why=True), size)
    assert "shared" in text(shown, Hand(at, why=True), size)
    assert "why the engine has it there" not in text(shown, Hand(at), size)


def test_where_there_is_room_the_answer_stays_beside_the_reason() -> None:
    drawn = text(view(broken_at("kernel")), Hand(1, why=True))
    assert "why the engine has it there" in drawn
    assert "The directory is in the container" in drawn
    assert "your tries" in drawn


def test_a_low_window_gives_up_the_cards_for_it_and_then_nothing_can_be_clicked() -> None:
    canvas = Canvas(76, 21)
    grid = order_rows(canvas, view(right()), Hand(1, why=True), screen_words("en"))
    assert "your order" not in canvas.text()
    assert grid.first == canvas.height


def test_an_order_that_is_right_says_so() -> None:
    assert "✓ isolated" in text(view(right()))


def test_what_stands_behind_execve_is_never_run() -> None:
    assert text(view(early(), order=early().order)).count("NEVER RUN") == 4


def test_tries_stand_one_above_the_other_and_the_last_ones_are_kept_in_sight() -> None:
    strips = [line for line in text(view(*[broken_at("dev")] * 20)).splitlines() if "━━━━✗╌" in line]
    assert 5 <= len(strips) < 20
    assert "20" in strips[-1]


def test_before_the_first_run_it_says_what_counts() -> None:
    assert "Any order the kernel accepts" in text(view())
