"""The ablation board without a lab: trials as a kernel would answer them."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from nslab.course.ablation import PRIMITIVES, blind, standing
from nslab.course.attacks import ATTACKS, Attack
from nslab.course.boards import TrialsView
from nslab.course.told import Told
from nslab.course.trial import Refusal, Rights, Trial
from nslab.course.trials import Failed, Result
from nslab.engine.steps import Done, Step
from nslab.tui.without.view import Row, Side, WithoutView, base_of

BY_ID = {attack.id: attack for attack in ATTACKS}


def through(attack: str, seen: int) -> Trial:
    moves = BY_ID[attack].moves
    outcomes = tuple(Done(move.id, 0, 9.0, 0, seen if move is moves[-1] else 0) for move in moves)
    return Trial(attack, frozenset(), moves, outcomes, None, True, seen, Rights(0, 14), 8.71)


def stopped(attack: str) -> Trial:
    moves = BY_ID[attack].moves
    outcomes = (
        *(Done(move.id, 0, 9.0, 0, 0) for move in moves[:-1]),
        *(Done(move.id, errno.ENOENT, 9.0, 0, -1) for move in moves[-1:]),
    )
    return Trial(attack, frozenset(), moves, outcomes, None, False, None, Rights(0, 0), 8.71)


def refused(attack: str, number: int) -> Trial:
    step = Step("pivot", "init", "pivot_root", (".", "."))
    plan = Refusal(step, Done("pivot", number, 9.0, 0, -1))
    return Trial(attack, frozenset(), BY_ID[attack].moves, (), plan, False, None, None, 8.71)


def failed() -> Failed:
    return Failed(Told("error.lab-silent.why", {"seconds": 15}))


def trials(off: frozenset[str], results: Mapping[str, Result | None]) -> TrialsView:
    """The trials of a board with these primitives left out; an attack without a result was stopped."""
    cells = {(attack.id, off): results.get(attack.id, stopped(attack.id)) for attack in ATTACKS}
    return TrialsView({cell: result for cell, result in cells.items() if result is not None})


def view(
    off: frozenset[str],
    results: Mapping[str, Result | None],
    at: tuple[int, int] = (0, 4),
    pair: tuple[Result | None, Result | None] | None = None,
) -> WithoutView:
    """The board with these primitives left out; an attack without a result was stopped."""

    def result(attack: Attack) -> Result | None:
        return results[attack.id] if attack.id in results else stopped(attack.id)

    rows = tuple(Row(attack, result(attack), standing(attack, off), blind(attack, off)) for attack in ATTACKS)
    chosen = ATTACKS[at[0]].id
    sides = pair or (stopped(chosen), through(chosen, 4711))
    primitive = PRIMITIVES[at[1]]
    pair_of = (Side(off - {primitive}, sides[0]), Side(off | {primitive}, sides[1]))
    return WithoutView(off, base_of(off), at, rows, pair_of)
