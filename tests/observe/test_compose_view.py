"""The compose board, as values: who touches whom, and the calls by which a container came in."""

from __future__ import annotations

import pytest

from nslab.course.composing import PRESETS
from nslab.course.model import Container
from nslab.engine.decode import decoded
from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.spec import Join, Process, Spec
from nslab.kernel.namespaces import Kind
from nslab.observe.compose_view import ComposeView, brief
from tests.compose_views import composed, headless, preset


def names(view: ComposeView) -> list[str]:
    return [column.name for column in view.sides.columns]


def test_those_that_share_stand_side_by_side() -> None:
    between = (
        PRESETS["pod"][0],
        Container("web", (Kind.NET, Kind.PID)),
        Container("log", (), share={Kind.NET: "pause", Kind.IPC: "pause"}),
    )
    assert names(composed(between)) == ["host", "web", "log", "pause"]
    assert names(preset("pod")) == ["host", "pause", "web", "log"]


def test_who_has_ended_stands_between_nobody() -> None:
    assert names(headless()) == ["host", "web", "log", "pause"]
    assert [column.alive for column in headless().sides.columns] == [True, True, True, False]


def test_rows_keep_their_cells_when_columns_are_moved() -> None:
    view = headless()
    for row in view.sides.rows:
        for column, cell in zip(view.sides.columns, row.cells, strict=True):
            assert cell is not None
            assert f"/proc/{column.pid}/" in cell.source


def test_a_container_is_told_by_the_calls_that_got_it_in_and_no_others() -> None:
    web = preset("pod").container("web")
    assert web is not None
    assert [(row.who, row.call) for row in web.calls] == [
        ("lab", "clone3(PIDFD)"),
        ("joiner", "setns(<pidfd of pause>, NEWUTS|NEWNET|NEWIPC)"),
        ("joiner", "clone3(PARENT|NEWPID|NEWNS|NEWCGROUP|PIDFD)"),
    ]
    assert (web.letter, web.refused) == ("C", None)


def test_what_kept_it_from_being_is_told() -> None:
    web = composed(PRESETS["pod"], failed={"web": 3}).container("web")
    assert web is not None
    assert web.refused is not None
    assert web.refused.step == "join_pause"


@pytest.mark.parametrize("kinds", [(), (Kind.PID,), tuple(Kind)])
def test_brief_is_what_was_asked_without_what_every_flag_begins_with(kinds: tuple[Kind, ...]) -> None:
    joins = (Join(Kind.NET, "a"),) if Kind.NET not in kinds else ()
    for step in plan(Spec("box", Process(("sh",)), kinds, joins=joins), Ground((), 1)):
        if step.call in ("clone3", "setns"):
            assert brief(decoded(step)).endswith(")")
            assert "CLONE_" not in brief(decoded(step))
            assert all(str(word).upper() in brief(decoded(step)) for word in step.args if word in ("pid", "net"))
