"""Refusals as errors: which words a refused write to a control group gets."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from nslab.engine.failures import LabError, limit_refused, refusal
from nslab.engine.resources import Resources, make_group
from nslab.engine.stages import divide_group
from nslab.engine.steps import Done, Step


def refused(step: Step, number: int) -> LabError:
    return refusal(step, Done(step.id, number, 1.0, 1, -1))


def test_only_a_limit_that_is_refused_is_told_as_one() -> None:
    (limit,) = (step for step in make_group("box", Resources(pids_max=7)) if step.call == "write_group")
    assert refused(limit, errno.EINVAL).code == "limit-refused"
    for step in divide_group(("memory",)):
        assert refused(step, errno.EBUSY).code == "step-refused"


@pytest.mark.parametrize(
    ("file", "remedy"), [("memory.swap.max", "file"), ("io.max", "controller"), ("cpu.max", "controller")]
)
def test_a_file_that_is_not_there_is_its_controller_s_absence_only_where_that_was_not_handed_on(
    file: str, remedy: str, tmp_path: Path
) -> None:
    (tmp_path / "cgroup.subtree_control").write_text("memory pids\n")
    error = limit_refused(str(tmp_path / "box"), file, "0", number=errno.ENOENT)
    assert str(error.facts["remedy"]) == f"error.limit-refused.remedy.{remedy}"


def test_where_nobody_can_tell_it_is_the_controller(tmp_path: Path) -> None:
    error = limit_refused(str(tmp_path / "box"), "memory.max", "0", number=errno.ENOENT)
    assert str(error.facts["remedy"]) == "error.limit-refused.remedy.controller"
