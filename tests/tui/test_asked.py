"""The bar above a board before a room: three rows, or as many as its words need, and what the boards say in it."""

from __future__ import annotations

import pytest
from explored import machine
from msgspec.structs import replace

from nslab.course.ablation import PRIMITIVES
from nslab.course.composing import PRESETS
from nslab.course.ordering import CARDS
from nslab.course.trials import Result
from nslab.kernel.namespaces import Kind
from nslab.observe.machine.worlds import Arrangement
from nslab.tui.asked import ROWS, Asked, asked_rows
from nslab.tui.birth.board_rows import Hand, call_asked
from nslab.tui.canvas import Canvas
from nslab.tui.explore.about import row_asked
from nslab.tui.explore.sight import sight
from nslab.tui.faces import Role
from nslab.tui.order.outcome import order_asked
from nslab.tui.panes.compose import hand_for
from nslab.tui.panes.compose_rows import compose_asked
from nslab.tui.without.asked import attack_asked
from nslab.words import Words
from tests import born, order_views, without_views
from tests.compose_views import composed, headless, preset

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
    words: Words, result: Result | None, ink: Role, said: str
) -> None:
    at = (list(without_views.BY_ID).index("escape"), PRIMITIVES.index("pivot"))
    view = without_views.view(frozenset({"pivot"}), {"escape": result}, at)
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


def test_a_composed_container_says_what_is_so_of_the_kind_at_hand_and_who_is_there(words: Words) -> None:
    pod = preset("pod")
    facts = {"name": "web", "others": "pause, log", "all": "pause, web, log"}
    for kind, state in ((Kind.NET, "shared"), (Kind.PID, "own"), (Kind.TIME, "host")):
        asked = compose_asked(pod, hand_for(pod, "web"), kind, words)
        assert asked.tag == f"web · {kind.value}"
        assert asked.lines[0] == words(f"compose.so.{kind.value}.{state}", **facts)
        assert "sleep 31" in asked.lines[1]
        bar(asked)


def test_a_composed_container_that_ended_or_was_refused_says_so(words: Words) -> None:
    dead = headless()
    assert compose_asked(dead, hand_for(dead, "pause"), Kind.NET, words).lines == (
        words("compose.so.ended", name="pause"),
    )
    late = composed(PRESETS["pod"], failed={"web": 3})
    refused = compose_asked(late, hand_for(late, "web"), Kind.NET, words)
    assert (refused.ink, "ESRCH" in refused.lines[0]) == (Role.BAD, True)


def test_before_the_first_container_the_bar_says_which_key_makes_some(words: Words) -> None:
    none = composed(())
    assert compose_asked(none, hand_for(none, None), Kind.NET, words).lines == (words("compose.none"),)
