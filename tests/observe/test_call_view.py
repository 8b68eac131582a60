"""A plan's steps as the calls pane has them: each with the answer that the kernel gave, or why there is none."""

from __future__ import annotations

import errno

from nslab.engine.decode import decoded
from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Done, Lost, NeverRun, Step
from nslab.kernel.namespaces import Kind
from nslab.kernel.syscalls import NAMESPACE_LIMIT
from nslab.observe.call_view import call_rows_of, start_us
from nslab.observe.views import Birth, Refused, Returned, Unanswered

PROC = Step("proc", "init", "mount", ("proc", "/proc", "proc", 0, None))
QUEUES = Step("mqueue", "init", "mount", ("mqueue", "/q", "mqueue", 0, None), tolerates=(errno.ENODEV,))
CLONE = Step("clone", "lab", "clone3", ("pid",))
EXEC = Step("exec", "init", "execve", (1, "sh"))


def done(step: Step, number: int = 0, value: int = 0) -> Done:
    return Done(step.id, number, 12.5, 1, value)


def test_a_call_says_who_made_it_what_came_back_and_how_long_it_took() -> None:
    (row,) = call_rows_of((CLONE,), (done(CLONE, value=8),))
    assert (row.step, row.who, row.answer, row.microseconds) == ("clone", "lab", Returned(8), 12.5)
    assert row.call == decoded(CLONE)


def test_a_call_keeps_what_it_is_in_other_words() -> None:
    (row,) = call_rows_of((PROC,), (done(PROC),))
    assert row.elsewhere.shell == "mount -t proc proc /proc"


def test_a_refused_call_says_what_its_errno_means_there_and_that_it_ended_the_plan() -> None:
    (row,) = call_rows_of((CLONE,), (done(CLONE, errno.ENOSPC, -1),))
    assert row.answer == Refused("ENOSPC", NAMESPACE_LIMIT, tolerated=False)
    assert row.ended_the_plan


def test_an_errno_that_the_plan_allows_for_has_ended_nothing() -> None:
    (row,) = call_rows_of((QUEUES,), (done(QUEUES, errno.ENODEV, -1),))
    assert row.answer == Refused("ENODEV", "No such device", tolerated=True)
    assert not row.ended_the_plan


def test_what_stands_behind_the_call_that_ended_the_plan_was_not_tried() -> None:
    rows = call_rows_of((CLONE, PROC, EXEC), (done(CLONE), done(PROC, errno.EPERM, -1)))
    assert rows[2].answer == Unanswered("not-tried")
    assert rows[2].microseconds is None
    assert Birth("box", None, None, rows).failure is rows[1]


def test_a_call_in_which_its_process_died_is_lost_and_ended_the_plan() -> None:
    (row,) = call_rows_of((PROC,), (Lost("proc"),))
    assert (row.answer, row.microseconds, row.ended_the_plan) == (Unanswered("lost"), None, True)


def test_a_call_behind_execve_is_never_run() -> None:
    rows = call_rows_of((EXEC, PROC), (done(EXEC), NeverRun("proc")))
    assert rows[1].answer == Unanswered("never-run")


def test_an_execve_that_was_agreed_to_has_no_duration_for_it_does_not_come_back() -> None:
    agreed, refused = (call_rows_of((EXEC,), (done(EXEC, number),))[0] for number in (0, errno.ENOENT))
    assert (agreed.answer, agreed.microseconds) == (Returned(0), None)
    assert refused.microseconds == 12.5


def test_every_step_of_a_real_plan_is_one_row() -> None:
    steps = plan(Spec("box", Process(("sh",)), tuple(Kind)), Ground(("usr",), 65536))
    rows = call_rows_of(steps, ())
    assert [row.step for row in rows] == [step.id for step in steps]
    assert {row.answer for row in rows} == {Unanswered("not-tried")}


def test_a_start_lasts_from_the_beginning_of_clone3_to_the_beginning_of_execve() -> None:
    at = {CLONE.id: 5_000_000, PROC.id: 6_000_000, EXEC.id: 8_712_999}
    outcomes = tuple(Done(step.id, 0, 12.5, at[step.id], 0) for step in (CLONE, PROC, EXEC))
    assert start_us((CLONE, PROC, EXEC), outcomes) == 3712
    assert start_us((CLONE, PROC, EXEC), outcomes[:2]) is None
    assert start_us((CLONE, EXEC), (outcomes[0], Done("exec", errno.ENOENT, 1.0, 9_000_000, -1))) is None


def test_of_two_births_in_an_attach_the_first_is_the_beginning() -> None:
    fork = Step("fork", "joiner", "clone3")
    times = ((CLONE, 1_000_000), (fork, 2_000_000), (EXEC, 4_000_000))
    assert start_us((CLONE, fork, EXEC), tuple(Done(step.id, 0, 1.0, at, 0) for step, at in times)) == 3000
