"""What the ablation board shows, as one frozen value: the trials that were made, seen from where a person's hand is."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from nslab.course.ablation import ATTACKS, BARE, PRIMITIVES, Attack, standing
from nslab.course.trials import Cell, Result


class Row(Struct, frozen=True):
    """One attack with the primitives of the board left out; `result` is None until it was run."""

    attack: Attack
    result: Result | None
    standing: tuple[tuple[str, ...], ...]


class WithoutView(Struct, frozen=True):
    """The board: `off` is what is left out, `at` the row and the column at hand.

    `pair` are the cell's two sides: the selected attack with the selected primitive, and without it.
    """

    off: frozenset[str]
    bare: bool
    at: tuple[int, int]
    rows: tuple[Row, ...]
    pair: tuple[Result | None, Result | None]

    @property
    def attack(self) -> Attack:
        """The selected one."""
        return self.rows[self.at[0]].attack

    @property
    def primitive(self) -> str:
        """The selected one."""
        return PRIMITIVES[self.at[1]]


def cells(off: frozenset[str], at: tuple[int, int], *, every: bool) -> list[Cell]:
    """The trials that a board needs, in the order of their need: the open cell's first; with `every` those of all rows."""
    attack, primitive = ATTACKS[at[0]].id, PRIMITIVES[at[1]]
    rows = [(one.id, off) for one in ATTACKS] if every else [(attack, off)]
    return list(dict.fromkeys([(attack, off | {primitive}), (attack, off - {primitive}), *rows]))


def without_view(off: frozenset[str], at: tuple[int, int], results: Mapping[Cell, Result]) -> WithoutView:
    """The board as the trials made so far have it."""
    rows = tuple(Row(attack, results.get((attack.id, off)), standing(attack, off)) for attack in ATTACKS)
    attack, primitive = ATTACKS[at[0]].id, PRIMITIVES[at[1]]
    pair = (results.get((attack, off - {primitive})), results.get((attack, off | {primitive})))
    return WithoutView(off, off >= BARE, at, rows, pair)
