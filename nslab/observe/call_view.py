"""The calls pane's values: a plan and what became of its steps, as calls with their answers."""

from __future__ import annotations

from itertools import zip_longest

from nslab.engine.decode import decoded
from nslab.engine.rosetta.elsewhere import elsewhere
from nslab.engine.steps import Done, Lost, Outcome, Plan, Step, Unborn
from nslab.kernel.syscalls import errno_name, meaning
from nslab.observe.views import CallRow, Refused, Returned, Unanswered


def call_rows_of(plan: Plan, outcomes: tuple[Outcome, ...]) -> tuple[CallRow, ...]:
    """Every step of the plan; `outcomes` may end before it does, after the step that ended it."""
    return tuple(_row(step, outcome) for step, outcome in zip_longest(plan, outcomes) if step is not None)


def start_us(plan: Plan, outcomes: tuple[Outcome, ...]) -> int | None:
    """How long a process took to be, by CLOCK_MONOTONIC: from the beginning of its first clone3(2) to that of execve(2).

    None where it did not come to that.
    """
    at_ns: dict[str, int] = {}
    for step, outcome in zip(plan, outcomes, strict=False):
        if isinstance(outcome, Done) and outcome.errno == 0:
            at_ns.setdefault(step.call, outcome.at_ns)
    began, executed = at_ns.get("clone3"), at_ns.get("execve")
    return None if began is None or executed is None else (executed - began) // 1000


def _row(step: Step, outcome: Outcome | None) -> CallRow:
    return CallRow(step.id, step.who, decoded(step), _answer(step, outcome), _took_us(step, outcome), elsewhere(step))


def _took_us(step: Step, outcome: Outcome | None) -> float | None:
    """None also for an execve(2) that was agreed to: it never comes back to be timed."""
    if not isinstance(outcome, Done) or (step.call == "execve" and outcome.errno == 0):
        return None
    return outcome.microseconds


def _answer(step: Step, outcome: Outcome | None) -> Returned | Refused | Unanswered:
    if isinstance(outcome, Done):
        if outcome.errno == 0:
            return Returned(outcome.value)
        number = outcome.errno
        return Refused(errno_name(number), meaning(step.call, number), number in step.tolerates)
    if outcome is None:
        return Unanswered("not-tried")
    if isinstance(outcome, Unborn):
        return Unanswered("unborn")
    return Unanswered("lost" if isinstance(outcome, Lost) else "never-run")
