"""The bar above a board before a room: three rows, or as many as its words need, and what the boards say in it."""

from __future__ import annotations

import pytest
from explored import machine
from msgspec.structs import replace

from nslab.course.ablation import PRIMITIVES
from nslab.course.ordering import CARDS
from nslab.kernel.namespaces import Kind
from nslab.observe.machine.worlds import Arrangement
from nslab.tui.asked import ROWS, Asked, asked_rows
from nslab.tui.birth.board_rows import Hand, call_asked
from nslab.tui.canvas import Canvas
from nslab.tui.explore.about import row_asked
from nslab.tui.explore.sight import sight
from nslab.tui.faces import Role
from nslab.tui.order.outcome import order_asked
from nslab.tui.without.asked import attack_asked
from nslab.words import Words
from tests import born, order_views, without_views

WIDTH = 100


def bar(asked: Asked, width: int = WIDTH) -> Canvas:
    canvas = Canvas(width, 12)
    assert asked_rows(canvas, asked) >= ROWS + 1
    assert canvas.lost == []
    return canvas


def test_one_line_stands_in_the_middle_of_three_rows() -> None:
    rows = bar(Asked("66/73", ("clone3(…)  = 9",))).text().split("\n")
    assert rows[0] == rows[2] == ""
    assert rows[1].split() == ["66/73", "clone3(…)", "=", "9"]


def test_words_that_are_longer_have_the_rows_they_need_and_what_is_below_moves() -> None:
    asked = Asked("?", ("word " * 40, "another " * 20))
    canvas = Canvas(WIDTH, 20)
    below = asked_rows(canvas, asked)
    assert canvas.text().count("word") == 40
    assert below > ROWS + 1
    assert canvas.lost == []


@pytest.mark.parametrize("made", [1, 30, 72])
@pytest.mark.parametrize("why", [False, True])
def test_a_birth_says_its_call_what_it_does_and_on_demand_why(words: Words, made: int, why: bool) -> None:
    view = born.birth(made)
    text = bar(call_asked(view, Hand(made - 1, why=why), words)).text()
    assert f"{made}/{len(view.calls)}" in text
    topic = view.topics[made - 1]
    lead = words(f"birth.why.{topic}")[:12]
    assert (lead in text) is why


def test_before_the_first_call_a_birth_says_how_to_begin(words: Words) -> None:
    view = born.birth(1)
    hint = words("birth.nothing-yet", name=view.name, calls=len(view.calls), scenes=len(view.scenes))[:10]
    assert hint in bar(call_asked(view, Hand(-1), words)).text()


@pytest.mark.parametrize(
    ("result", "ink", "said"),
    [
        (without_views.through("escape", 52078413), Role.BAD, "asked-through"),
        (without_views.stopped("escape"), Role.OK, "asked-held"),
        (without_views.refused("escape", 1), Role.BAD, "asked-refused"),
        (without_views.failed(), Role.BAD, "title"),
        (None, Role.TEXT, "running"),
    ],
    ids=["through", "held", "refused", "failed", "running"],
)
def test_an_attack_says_what_is_left_out_and_what_came_of_it(
    words: Words, result: object, ink: Role, said: str
) -> None:
    at = (list(without_views.BY_ID).index("escape"), PRIMITIVES.index("pivot"))
    view = without_views.view(frozenset({"pivot"}), {"escape": result}, at)  # type: ignore[dict-item]  # a result or None
    asked = attack_asked(view, words)
    text = bar(asked).text()
    assert asked.ink is ink
    assert words("without.attack.escape") in text
    assert words("without.sheet.pivot") in text
    if said != "title":
        assert words(f"without.{said}") in text


def test_an_order_says_what_ended_it_and_why_or_what_it_lacks_or_that_it_isolates(words: Words) -> None:
    broken = order_asked(order_views.view(order_views.broken_at("kernel")), words)
    assert broken.ink is Role.BAD
    assert "ENOENT" in broken.tag
    assert len(broken.lines) == 2
    silent = order_asked(order_views.view(order_views.silent()), words)
    assert silent.lines == (words("order.missing.leak"), words("order.missing.masks"))
    assert order_asked(order_views.view(order_views.right()), words).ink is Role.OK
    running = replace(order_views.view(order=CARDS), running=True)
    assert order_asked(running, words).lines[1] == words("order.running")


def test_every_row_of_a_machine_says_something(words: Words) -> None:
    seen = sight(machine(), Arrangement.OWNER)
    for row in seen.rows:
        for kind in Kind:
            asked = row_asked(seen, row, kind, words)
            bar(asked)
            assert asked.lines
