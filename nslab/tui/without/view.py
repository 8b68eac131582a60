"""What the ablation board shows, as one frozen value: the trials that were made, seen from where a person's hand is."""

from __future__ import annotations

from collections.abc import Mapping, Set

from msgspec import Struct

from nslab.course.ablation import BASES, PRIMITIVES, blind, standing
from nslab.course.attacks import ATTACKS, Attack
from nslab.course.trials import Cell, Result


class Row(Struct, frozen=True):
    """One attack with the primitives of the board left out; `result` is None until it was run.

    `standing` are the locks that are whole, `blind` what the attack itself would need and is left out; `asked` says that it is to
    be run, or was.
    """

    attack: Attack
    result: Result | None
    standing: tuple[tuple[str, ...], ...]
    blind: str | None = None
    asked: bool = True


class Side(Struct, frozen=True):
    """One side of the open cell: the selected attack with these primitives left out."""

    off: frozenset[str]
    result: Result | None
    asked: bool = True


class WithoutView(Struct, frozen=True):
    """The board: `off` is what is left out, `at` the row and the column at hand.

    `pair` are the cell's two sides: the selected attack with the selected primitive, and without it.
    """

    off: frozenset[str]
    base: str
    at: tuple[int, int]
    rows: tuple[Row, ...]
    pair: tuple[Side, Side]

    @property
    def attack(self) -> Attack:
        """The selected one."""
        return self.rows[self.at[0]].attack

    @property
    def primitive(self) -> str:
        """The selected one."""
        return PRIMITIVES[self.at[1]]


def pair(off: frozenset[str], at: tuple[int, int]) -> tuple[Cell, Cell]:
    """The open cell's two trials: without the primitive at hand, and with it."""
    attack, primitive = ATTACKS[at[0]].id, PRIMITIVES[at[1]]
    return (attack, off | {primitive}), (attack, off - {primitive})


def cells(off: frozenset[str], at: tuple[int, int]) -> list[Cell]:
    """The trials that a board needs, in the order of their need: the open cell's first, then those of all rows."""
    return list(dict.fromkeys([*pair(off, at), *((one.id, off) for one in ATTACKS)]))


def without_view(
    off: frozenset[str], at: tuple[int, int], results: Mapping[Cell, Result], asked: Set[Cell] = frozenset()
) -> WithoutView:
    """The board as the trials made so far have it; `asked` are those that are to be made."""

    def row(attack: Attack) -> Row:
        cell = (attack.id, off)
        return Row(attack, results.get(cell), standing(attack, off), blind(attack, off), cell in asked)

    def side(off: frozenset[str]) -> Side:
        cell = (ATTACKS[at[0]].id, off)
        return Side(off, results.get(cell), cell in asked)

    primitive = PRIMITIVES[at[1]]
    return WithoutView(
        off, base_of(off), at, tuple(map(row, ATTACKS)), (side(off - {primitive}), side(off | {primitive}))
    )


def base_of(off: frozenset[str]) -> str:
    """The base on which the board stands: the last one whose primitives are all left out."""
    return [name for name, left_out in BASES.items() if left_out <= off][-1]


def next_base(off: frozenset[str]) -> frozenset[str]:
    """What is left out on the base after this one, what was left out besides still among it."""
    names = list(BASES)
    following = names[(names.index(base_of(off)) + 1) % len(names)]
    return (off - BASES[base_of(off)]) | BASES[following]
