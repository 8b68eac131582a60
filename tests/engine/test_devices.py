"""The /dev of a lab and of a container: one recipe, made by either."""

from __future__ import annotations

import pytest

from nslab.engine.devices import devices
from nslab.engine.steps import Plan


def options(plan: Plan) -> str:
    (mounted,) = (step.args[4] for step in plan if step.id == "devpts")
    return str(mounted)


@pytest.mark.parametrize(("ids", "there"), [(1, False), (5, False), (6, True), (65536, True)])
def test_terminals_are_the_tty_groups_where_it_is_mapped_for_else_the_kernel_refuses_it(ids: int, there: bool) -> None:
    assert ("gid=5" in options(devices("/dev", ids, "init"))) == there


def test_the_labs_and_a_containers_differ_in_who_makes_the_calls_only() -> None:
    lab, box = (devices("/x/dev", 10, who) for who in ("lab", "init"))
    assert [step.who for step in lab] == ["lab"] * len(lab)
    assert [(step.id, step.call, step.args) for step in lab] == [(step.id, step.call, step.args) for step in box]
