"""What was made on a lesson's boards: a birth that is held, attacks that were tried, orders that were run.

A birth is one of the lesson's own lab. Attacks and orders wreck what they touch, so each is made in a lab of its own; what stays is
what the kernel answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from nslab.course.attacks import ATTACKS, Attack
from nslab.course.attempt import run_order
from nslab.course.birth import Birth, path_of
from nslab.course.model import AllAttacked, Attacked, Born, Ordered
from nslab.course.ordering import Attempt
from nslab.course.trial import run_trial
from nslab.course.trials import AT_ONCE, Cell, Result, Trials
from nslab.engine.client import Lab
from nslab.engine.failures import NoSuchStep
from nslab.engine.spec import Process, Spec, checked
from nslab.observe.birth_view import BirthView, birth_view
from nslab.observe.score import at_path


class TrialsView(Struct, frozen=True, tag="trials"):
    """The attacks that were tried, by attack and by what was left out.

    `made` are those that a part of the lesson asked for, as *show me* does, in their order; of an "every", one that got through.
    """

    results: Mapping[Cell, Result] = {}
    made: tuple[Cell, ...] = ()


class AttemptsView(Struct, frozen=True, tag="attempts"):
    """The orders that were run, in their order."""

    tries: tuple[Attempt, ...] = ()


class Boards:
    """The boards of one lab. Raises LabError where a lab can't do what it is asked."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._birth: Birth | None = None
        self._view: BirthView | None = None
        self._trials = Trials(lambda: None)
        self._siege: set[Cell] = set()
        self._made: tuple[Cell, ...] = ()
        self._tries: tuple[Attempt, ...] = ()

    @property
    def birth(self) -> BirthView | None:
        """The birth on the board, as far as it has come."""
        return self._view

    @property
    def tried(self) -> TrialsView:
        """The attacks that were tried."""
        return TrialsView(self._trials.results(), self._made)

    @property
    def attempts(self) -> AttemptsView:
        """The orders that were run."""
        return AttemptsView(self._tries)

    def bear(self, born: Born) -> None:
        """Make the calls of a birth up to and with one of them. Another container than the one held is begun anew, and so is
        this one where none of its calls shall have been made. Raises NoSuchStep where the plan has no such call."""
        spec = spec_of(born)
        if self._birth is None or self._view is None or self._view.spec != spec or not born.until:
            self._let_go()
            self._birth = Birth(self._lab, spec)
        if born.until and born.until not in {step.id for step in self._birth.plan}:
            raise NoSuchStep(step=born.until)
        self._birth.step_to(born.until)
        self._view = view_of(self._birth, spec)

    def attack(self, attacked: Attacked | AllAttacked) -> None:
        """Try an attack, or every one, a few at a time, and wait for what comes of it."""
        off = frozenset(attacked.without)
        with ThreadPoolExecutor(AT_ONCE, "siege") as pool:
            made = list(pool.map(lambda attack: run_trial(attack, off), attacks_of(attacked)))
        for trial in made:
            self._trials.keep(trial)
        telling = next((trial for trial in made if trial.through), made[-1])
        self._made = (*self._made, (telling.attack, off))

    def want(self, attacked: Attacked | AllAttacked) -> None:
        """Have an attack tried meanwhile, or every one; what still waits of an earlier "every" is let go."""
        off = frozenset(attacked.without)
        if isinstance(attacked, AllAttacked):
            self._trials.drop(self._siege)
            self._siege = {(attack.id, off) for attack in ATTACKS}
        for attack in attacks_of(attacked):
            self._trials.want(attack, off)

    def run(self, ordered: Ordered) -> None:
        """Run an order."""
        self._tries = (*self._tries, run_order(ordered.order))

    def close(self) -> None:
        """Let the birth go, whatever it has come to, and wait for the attack that is being tried."""
        self._trials.close()
        self._let_go()

    def _let_go(self) -> None:
        if self._birth is not None:
            self._birth.close()
            self._birth = self._view = None


def attacks_of(attacked: Attacked | AllAttacked) -> list[Attack]:
    """The attacks that a part asks for."""
    return [one for one in ATTACKS if isinstance(attacked, AllAttacked) or one.id == attacked.attack]


def spec_of(born: Born) -> Spec:
    """The container that a lesson's birth is of. It has a terminal of its own, which nobody reads: its program waits."""
    return checked(Spec(born.birth, Process(born.args, pipes=(), terminal=True), born.namespaces, born.hostname))


def view_of(birth: Birth, spec: Spec) -> BirthView:
    """A birth as the time machine shows it."""
    paths = [
        at_path(path_of(step) or "", *found) if found else None
        for step, found in zip(birth.plan, birth.paths, strict=False)
    ]
    return birth_view(spec, birth.plan, birth.outcomes, birth.moments, paths)
