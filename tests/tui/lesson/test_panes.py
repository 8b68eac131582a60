"""Which panes there are, and what of a moment each one shows."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from nslab.course.boards import AttemptsView
from nslab.course.markdown import Prose
from nslab.course.model import Highlight
from nslab.course.play import Play
from nslab.course.player import Predicted, Stage
from nslab.course.snapshot import Snapshot, snapshot
from nslab.kernel.namespaces import Kind
from nslab.observe.views import Gone
from nslab.tui.lesson.panes import PANES, AnyPane, Lit, lit, show_panes
from nslab.tui.lesson.parts import Parts
from nslab.tui.lesson.places import STORY, Size
from nslab.tui.story.view import Loading, StoryView
from nslab.words import words_for
from tests import order_views
from tests.stage import Stage as Hands
from tests.stage import lesson

EN = words_for("en")


@pytest.fixture
def play() -> Iterator[Play]:
    play = Play(lesson("pid"))
    yield play
    play.close()


@pytest.fixture
def panes() -> dict[str, AnyPane]:
    return {name: kind.make(EN, name) for name, kind in PANES.items()}


def test_every_pane_has_its_name_in_both_languages_and_its_own_part_of_a_moment(play: Play) -> None:
    seen = snapshot(play)
    assert {"namespaces", "processes"} <= PANES.keys()
    for name, kind in PANES.items():
        assert EN(f"pane.{name}")
        assert kind.view(seen) is not None


def test_the_row_that_decides_lights_up_only_at_observe_and_explain(play: Play, panes: dict[str, AnyPane]) -> None:
    play.tell(Predicted("one"))
    for stage in Stage:
        show_panes(panes, snapshot_at(play, stage))
        decided = stage in (Stage.OBSERVE, Stage.EXPLAIN)
        assert panes["namespaces"].highlight == (Kind.PID if decided else None)
        assert panes["processes"].highlight is None


def test_a_card_is_pointed_at_where_it_stands_in_the_order_that_was_run_last(play: Play) -> None:
    at, seen = PANES["order"].row, snapshot(play)
    tried = replace(seen, attempts=AttemptsView((order_views.right(), order_views.early())))
    assert at(Highlight("order", card="program"), tried) == 8
    assert at(Highlight("order", card="program"), seen) is None


def test_what_a_step_points_at_is_kept_for_the_card_once_it_is_passed_and_while_it_can_be_seen(play: Play) -> None:
    seen = snapshot(play)
    assert lit(seen) is None
    passed = replace(seen, player=replace(play.player, records=(replace(play.player.records[0], passed=True),)))
    assert lit(passed) == Lit("namespaces", seen.namespaces, Kind.PID)
    assert lit(replace(passed, lab_alive=False)) is None


def snapshot_at(play: Play, stage: Stage) -> Snapshot:
    return replace(snapshot(play), player=replace(play.player, stage=stage))


def test_a_process_that_is_pointed_at_lights_up_by_its_number(play: Play, panes: dict[str, AnyPane]) -> None:
    ids = [step.id for step in play.player.steps]
    at = ids.index("other-number")
    play.move_to(replace(play.player, at=at, frontier=at, stage=Stage.OBSERVE))
    made = Hands(play.session).box()
    play.session.look()
    show_panes(panes, snapshot(play))
    assert panes["processes"].highlight == made
    assert panes["namespaces"].highlight is None


def test_a_call_that_is_pointed_at_lights_up_by_its_container_and_step(play: Play) -> None:
    pointed = Highlight("calls", process="web", call="clone")
    assert PANES["calls"].row(pointed, snapshot(play)) == ("web", "clone")


def test_a_path_that_is_pointed_at_lights_up_in_the_mounts(panes: dict[str, AnyPane]) -> None:
    play = Play(lesson("mnt"))
    try:
        play.session.look()
        show_panes(panes, snapshot_at(play, Stage.OBSERVE))
        assert panes["mounts"].highlight == "/"
        assert panes["namespaces"].highlight is None
    finally:
        play.close()


def test_once_the_lab_has_ended_panes_keep_what_was_last_seen(play: Play, panes: dict[str, AnyPane]) -> None:
    show_panes(panes, snapshot(play))
    last = panes["namespaces"].view
    os.kill(play.session.lab.pid, signal.SIGKILL)
    Hands(play.session).until(lambda: not play.session.world.seen.host_alive)
    for _ in range(2):
        show_panes(panes, snapshot(play))
        assert panes["namespaces"].view == Gone(last)


def test_a_pane_that_would_tell_the_answer_appears_once_it_is_predicted() -> None:
    play = Play(lesson("vm"))
    try:
        seen, parts = snapshot(play), Parts(EN, play.pack, StoryView("", Prose(), Loading("")))
        at = next(i for i, step in enumerate(seen.player.steps) if step.reveals)

        def shown(stage: Stage) -> tuple[str, ...]:
            player = replace(seen.player, frontier=at, at=at, stage=stage)
            return parts.shown(replace(seen, player=player), Size.MEDIUM, STORY, enlarged=False).panes

        assert shown(Stage.PREDICT) == ("processes",)
        assert shown(Stage.DO) == ("calls", "processes")
    finally:
        play.close()
