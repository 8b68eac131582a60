"""Checks of what was made on a board: how far a birth has come, what an attack came to, and what an order did."""

from __future__ import annotations

import errno
from typing import Literal

from nslab.course.attacks import ATTACKS
from nslab.course.checks.verdict import Found, Observation
from nslab.course.look import Look
from nslab.course.ordering import CALLS, Attempt
from nslab.course.roles import AttackName, CardName, ErrnoName, PrimitiveName
from nslab.course.subjects import listed
from nslab.course.told import Absent, Fact, Told
from nslab.engine.steps import Done
from nslab.observe.birth_view import BirthView

LineName = Literal[
    "pid", "uts", "mnt", "net", "ipc", "user", "cgroup", "time",
    "who", "leak", "root", "ps", "hostname", "rights", "locks", "program",
]  # fmt: skip
"""A line of the score: a kind of namespace, or a fact."""


class BirthObservation(Observation, frozen=True, forbid_unknown_fields=True):
    """Something about the birth on the board."""

    def observe(self, look: Look) -> Found | Absent:
        view = look.world.birth()
        return Absent(Told("absent.no-birth")) if view is None else self.of(view)

    def of(self, view: BirthView) -> Found:
        """How it is with a birth that there is."""
        raise NotImplementedError


class BirthMade(BirthObservation, frozen=True, forbid_unknown_fields=True, tag="birth_made"):
    """A call of the birth was made, and the kernel agreed. `step` is its id in the plan."""

    step: str

    def of(self, view: BirthView) -> Found:
        made = [call.step for call in view.calls[: view.made] if not call.ended_the_plan]
        facts: dict[str, Fact] = {"made": view.made, "all": len(view.calls), "last": made[-1] if made else "–"}
        return Found(self.step in made, Told("check.found.birth", facts))


class BirthChanged(BirthObservation, frozen=True, forbid_unknown_fields=True, tag="birth_changed"):
    """A line of the score has changed with this very call."""

    line: LineName
    by: str

    def of(self, view: BirthView) -> Found:
        line = next((one for one in view.lines if one.name == self.line), None)
        by = [view.calls[stretch.since - 1].step for stretch in line.stretches if stretch.since] if line else []
        told = Told("check.found.changed-by", {"calls": listed(by)}) if by else Told("check.found.unchanged")
        return Found(self.by in by, told)


class AttackThrough(Observation, frozen=True, forbid_unknown_fields=True, tag="attack_through"):
    """An attack gets through where these primitives are left out, and no others."""

    attack: AttackName
    without: tuple[PrimitiveName, ...] = ()

    def facts(self, look: Look) -> dict[str, Fact]:
        without = primitives_told(self.without)
        return {"attack": Told(f"without.attack.{self.attack}"), "without": without}

    def observe(self, look: Look) -> Found | Absent:
        trial = look.world.trial(self.attack, frozenset(self.without))
        if trial is None:
            return Absent(Told("absent.not-tried"))
        if trial.refused is not None:
            return Found(False, Told("check.found.plan-refused", {"step": trial.refused.step.id}))
        told = "check.found.through" if trial.through else "check.found.held"
        return Found(trial.through, Told(told, self.facts(look)))


class AttacksThrough(Observation, frozen=True, forbid_unknown_fields=True, tag="attacks_through"):
    """Every attack was tried where these primitives are left out, and no others; exactly those listed get through."""

    without: tuple[PrimitiveName, ...]
    exactly: tuple[AttackName, ...]

    def facts(self, look: Look) -> dict[str, Fact]:
        return {"exactly": attacks_told(self.exactly), "without": primitives_told(self.without)}

    def observe(self, look: Look) -> Found | Absent:
        off = frozenset(self.without)
        trials = [look.world.trial(attack.id, off) for attack in ATTACKS]
        tried = [trial for trial in trials if trial is not None]
        if len(tried) < len(ATTACKS):
            return Absent(Told("absent.not-all-tried", {"tried": len(tried), "all": len(ATTACKS)}))
        through = tuple(trial.attack for trial in tried if trial.through)
        told = Told("check.found.attacks-through", {"through": attacks_told(through)})
        return Found(set(through) == set(self.exactly), told)


def primitives_told(primitives: tuple[str, ...]) -> Fact:
    """Primitives by the names of their sheets."""
    return in_a_row([Told(f"without.sheet.{name}") for name in primitives] or [Told("check.without.nothing")])


def attacks_told(attacks: tuple[str, ...]) -> Fact:
    """Attacks by their names, one after another."""
    return in_a_row([Told(f"without.attack.{attack}") for attack in attacks] or [Told("check.through.nothing")])


class OrderRight(Observation, frozen=True, forbid_unknown_fields=True, tag="order_right"):
    """The order that was run last is one that the kernel agreed to and that isolates."""

    def observe(self, look: Look) -> Found | Absent:
        tries = look.world.attempts()
        if not tries:
            return Absent(Told("absent.not-tried"))
        return Found(tries[-1].right, told_end(tries[-1]))


class OrderEnded(Observation, frozen=True, forbid_unknown_fields=True, tag="order_ended"):
    """A card of the order that was run last ended the run with this errno."""

    card: CardName
    errno: ErrnoName

    def facts(self, look: Look) -> dict[str, Fact]:
        return {"card": CALLS[self.card], "errno": self.errno}

    def observe(self, look: Look) -> Found | Absent:
        tries = look.world.attempts()
        if not tries:
            return Absent(Told("absent.not-tried"))
        ended = tries[-1].ended
        number = ended.outcome.errno if ended is not None and isinstance(ended.outcome, Done) else None
        name = errno.errorcode.get(number or 0)
        holds = ended is not None and (ended.card, name) == (self.card, self.errno)
        return Found(holds, told_end(tries[-1]))


class OrderLacks(Observation, frozen=True, forbid_unknown_fields=True, tag="order_lacks"):
    """No call of the order that was run last was refused, and yet its container lacks something."""

    fact: Literal["leak", "masks", "devices", "old-root", "hostname", "host-renamed", "rights", "nnp", "filter", "ps"]

    def facts(self, look: Look) -> dict[str, Fact]:
        return {"fact": Told(f"order.missing.{self.fact}")}

    def observe(self, look: Look) -> Found | Absent:
        tries = look.world.attempts()
        if not tries:
            return Absent(Told("absent.not-tried"))
        last = tries[-1]
        return Found(last.ended is None and self.fact in last.missing, told_end(last))


def told_end(attempt: Attempt) -> Told:
    """How an order ended, in a sentence."""
    ended = attempt.ended
    if ended is None:
        lacks = listed_told(attempt.missing)
        return Told("check.found.order-right") if attempt.right else Told("check.found.order-lacks", {"lacks": lacks})
    number = ended.outcome.errno if isinstance(ended.outcome, Done) else 0
    facts: dict[str, Fact] = {"card": CALLS[ended.card], "errno": errno.errorcode.get(number, ended.state)}
    return Told("check.found.order-ended", facts)


def listed_told(names: tuple[str, ...]) -> Fact:
    """What an order lacks, one after another."""
    return in_a_row([Told(f"order.missing.{name}") for name in names] or [Told("check.found.order-right")])


def in_a_row(told_each: list[Told]) -> Fact:
    """Several things told as one."""
    first, *others = told_each
    told: Fact = first
    for item in others:
        told = Told("check.found.more", {"before": told, "item": item})
    return told
