"""Arguments of steps as their readers need them: the program apart from its environment, kinds apart from other words."""

from __future__ import annotations

import pytest

from nslab.engine.arguments import Program, capabilities_in, new_kinds, number, program_of
from nslab.engine.calls import SIBLING
from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Fd, Step
from nslab.kernel.capabilities import Capability
from nslab.kernel.namespaces import Kind

SPEC = Spec("box", Process(("echo", "A=b"), env=("HOME=/", "TERM=dumb"), pipes=()), (Kind.UTS, Kind.MNT))
PLAN = plan(SPEC, Ground(("usr",), 65536))


def test_a_programs_words_and_its_environment_are_told_apart_by_their_count_alone() -> None:
    assert program_of(next(step for step in PLAN if step.call == "execve")) == Program(
        ("echo", "A=b"), ("HOME=/", "TERM=dumb")
    )


def test_the_kinds_that_a_plan_makes_are_those_of_its_spec() -> None:
    assert new_kinds(PLAN) == set(SPEC.namespaces)


def test_a_sibling_is_no_kind_of_namespace() -> None:
    assert new_kinds((Step("clone", "joiner", "clone3", (SIBLING, "net")),)) == {Kind.NET}


def test_capabilities_are_listed_by_number() -> None:
    assert capabilities_in((0, 5)) == (Capability.CHOWN, Capability.KILL)


@pytest.mark.parametrize("argument", ["4096", None, Fd("root")])
def test_what_is_no_number_is_not_taken_for_one(argument: str | Fd | None) -> None:
    with pytest.raises(TypeError):
        number(argument)
