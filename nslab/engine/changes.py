"""What can be done to a plan before it is executed: leave steps out, move them, add some, give them other arguments.

The ablation board, the ordering puzzle, injected faults, and a lesson's variants are all this one thing, a tuple of changes over
`plan(spec)`. The engine has no flag for any of them: what a changed plan comes to is the kernel's answer. Changes are data, so
that they cross to the lab, which makes the plan: its owner doesn't know the ground.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, structs

from nslab.engine.failures import NoSuchStep
from nslab.engine.steps import Argument, Plan, Step


class Without(Struct, frozen=True, tag=True):
    """Leave these steps out. `mask_*` are all whose ids begin with `mask_`, however many there are on this machine."""

    ids: tuple[str, ...]


class Move(Struct, frozen=True, tag=True):
    """Make step `id` right after another one, or first of all."""

    id: str
    after: str | None = None


class Put(Struct, frozen=True, tag=True):
    """Make these steps too, right after another one, or right before one, or first of all."""

    steps: tuple[Step, ...]
    after: str | None = None
    before: str | None = None


class Args(Struct, frozen=True, tag=True):
    """Make step `id` with other arguments, such as clone3 with fewer flags."""

    id: str
    args: tuple[Argument, ...]


class Order(Struct, frozen=True, tag=True):
    """Make these steps in this order, at the places that they hold between them; all others stay where they are."""

    ids: tuple[str, ...]


Change = Without | Move | Put | Args | Order


def changed(plan: Plan, changes: Iterable[Change]) -> Plan:
    """The plan with one change after another applied. Raises NoSuchStep where one names a step that is not there by then."""
    for change in changes:
        plan = _apply(plan, change)
    return plan


def _apply(plan: Plan, change: Change) -> Plan:
    match change:
        case Without(ids):
            gone = {_at(plan, id_) for id_ in ids if not id_.endswith("*")}
            prefixes = tuple(id_[:-1] for id_ in ids if id_.endswith("*"))
            kept = (step for at, step in enumerate(plan) if at not in gone)
            return tuple(step for step in kept if not (prefixes and step.id.startswith(prefixes)))
        case Move(id_, after):
            moved = plan[_at(plan, id_)]
            return _put(tuple(step for step in plan if step is not moved), (moved,), after)
        case Put(steps, _, str(before)):
            at = _at(plan, before)
            return (*plan[:at], *steps, *plan[at:])
        case Put(steps, after):
            return _put(plan, steps, after)
        case Args(id_, args):
            at = _at(plan, id_)
            return (*plan[:at], structs.replace(plan[at], args=args), *plan[at + 1 :])
        case Order(ids):
            return _order(plan, ids)


def _put(plan: Plan, steps: tuple[Step, ...], after: str | None) -> Plan:
    at = 0 if after is None else _at(plan, after) + 1
    return (*plan[:at], *steps, *plan[at:])


def _order(plan: Plan, ids: tuple[str, ...]) -> Plan:
    places = sorted(_at(plan, id_) for id_ in ids)
    there = dict(zip(places, (plan[_at(plan, id_)] for id_ in ids), strict=True))
    return tuple(there.get(at, step) for at, step in enumerate(plan))


def _at(plan: Plan, id_: str) -> int:
    for at, step in enumerate(plan):
        if step.id == id_:
            return at
    raise NoSuchStep(step=id_)
