"""Which answer to a prediction is right: the machine decides, after the learner has done the step's tasks."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from nslab.course.look import Look
from nslab.course.model import Choice
from nslab.course.told import Absent, Told, equal


class Decided(Struct, frozen=True):
    """Exactly one choice holds."""

    choice: str


class Undecided(Struct, frozen=True):
    """No choice holds, or several do, or one could not be observed: told as it is, nobody's prediction is judged."""

    holding: tuple[str, ...]
    reason: Told


Judgement = Decided | Undecided


def judge(choices: Sequence[Choice], look: Look) -> Judgement:
    """The one choice that holds on the machine as `look` sees it."""
    holding: list[str] = []
    bare: list[str] = []
    for choice in choices:
        holds = _holds(choice, look)
        if isinstance(holds, Absent):
            return Undecided((), holds.reason)
        if holds is None:
            bare.append(choice.id)
        elif holds:
            holding.append(choice.id)
    holding = holding or bare
    if len(holding) == 1:
        return Decided(holding[0])
    reason = "predict.undecided.several" if holding else "predict.undecided.none"
    return Undecided(tuple(holding), Told(reason, {"choices": ", ".join(holding)}))


def _holds(choice: Choice, look: Look) -> bool | Absent | None:
    """None for a choice without a predicate. Absent only where a check could not observe.

    A comparison with a value that is absent is false, so that a choice beside it can say just that.
    """
    if choice.when is not None:
        verdict = choice.when.judge(look)
        return verdict.passed if verdict.observed else Absent(verdict.found)
    if choice.equals is not None:
        left, right = choice.equals
        return equal(look.operand(left), look.operand(right))
    if choice.absent is not None:
        return isinstance(look.operand(choice.absent), Absent)
    return None
