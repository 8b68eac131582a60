"""One cell of the ablation board: an attack, made from inside a real container in a lab of its own."""

from __future__ import annotations

import os
import secrets
import time

from msgspec import Struct, structs

from nslab.course.ablation import changes, spec_without
from nslab.course.attacks import MORE_THAN_ITSELF, SECRET, SECRET_FILE, VICTIM, Attack, Gain
from nslab.engine.changes import Change, Put
from nslab.engine.client import Lab
from nslab.engine.protocol import Advanced
from nslab.engine.spec import Process
from nslab.engine.steps import Argument, Done, Outcome, Plan, Step, agreed
from nslab.kernel import procfs

MOST_SECRET = 10**9


class Refusal(Struct, frozen=True):
    """The plan's own step that ended it before the attack began, and what became of that."""

    step: Step
    outcome: Outcome


class Rights(Struct, frozen=True):
    """How many capabilities the attacker had effective before it executed its program, and after."""

    before: int
    after: int


class Trial(Struct, frozen=True):
    """What became of an attack, the primitives `off` left out.

    `moves` are its calls, `outcomes` what the kernel answered to those that were made. `seen` is the number that it read;
    `rights` are told of an attack that is for them; None where it came to neither. `milliseconds` is how long the container
    took, from its conception.
    """

    attack: str
    off: frozenset[str]
    moves: Plan
    outcomes: tuple[Outcome, ...]
    refused: Refusal | None
    through: bool
    seen: int | None
    rights: Rights | None
    milliseconds: float

    @property
    def held(self) -> bool:
        """Whether it was tried and did not get through."""
        return self.refused is None and not self.through


def run_trial(attack: Attack, off: frozenset[str]) -> Trial:
    """Make a lab, a container in it without the primitives `off`, and the attack. Raises LabError; the lab is gone then too."""
    with Lab.start() as lab:
        secret = secrets.randbelow(MOST_SECRET)
        lab.put(SECRET_FILE, str(secret).encode())
        null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        victim = lab.spawn(Process(("sleep", "1000")), (null, null, null))
        os.close(null)
        os.close(victim.pidfd)
        told: dict[Argument, Argument] = {SECRET: secret, VICTIM: victim.pid}
        begun = time.perf_counter()
        spec = spec_without(off)
        plan = lab.conceive(spec, tuple(_filled(change, told) for change in changes(attack, off))).plan
        at_exec = [step.id for step in plan].index("exec")
        born = lab.advance(spec.name, at_exec)
        took = (time.perf_counter() - begun) * 1000
        rights = None
        if attack.gain == "rights" and len(born.outcomes) == at_exec and agreed(plan[at_exec - 1], born.outcomes[-1]):
            had = _rights(lab, born)
            born = lab.advance(spec.name, len(plan))
            rights = Rights(had, _rights(lab, born))
        return _told(attack, off, born, secret, rights, took)


def _filled(change: Change, told: dict[Argument, Argument]) -> Change:
    """A change with the secret and the victim in place of what stands for them."""
    if not isinstance(change, Put):
        return change
    return structs.replace(
        change,
        steps=tuple(
            structs.replace(step, args=tuple(told.get(value, value) for value in step.args)) for step in change.steps
        ),
    )


def _rights(lab: Lab, born: Advanced) -> int:
    """How many effective capabilities the container's first process has."""
    process = procfs.open_process(lab.proc, born.pid)
    try:
        return procfs.read_status(process).cap_effective.bit_count()
    finally:
        os.close(process)


def _told(
    attack: Attack, off: frozenset[str], born: Advanced, secret: int, rights: Rights | None, took: float
) -> Trial:
    moves = {move.id for move in attack.moves}
    told = moves | set(attack.shows)
    made = tuple(zip(born.plan, born.outcomes, strict=False))
    step, last = made[-1]
    refused = Refusal(step, last) if step.id not in moves and not agreed(step, last) else None
    seen = None if refused is not None or attack.gain == "rights" else _returned(last)
    return Trial(
        attack=attack.id,
        off=off,
        moves=tuple(step for step in born.plan if step.id in told),
        outcomes=tuple(outcome for step, outcome in made if step.id in told),
        refused=refused,
        through=_is_through(attack.gain, seen, secret, rights),
        seen=seen,
        rights=rights,
        milliseconds=took,
    )


def _returned(outcome: Outcome) -> int | None:
    """What a call returned that the kernel agreed to."""
    return outcome.value if isinstance(outcome, Done) and outcome.errno == 0 else None


def _is_through(gain: Gain, seen: int | None, secret: int, rights: Rights | None) -> bool:
    match gain:
        case "done":
            return seen is not None
        case "secret":
            return seen == secret
        case "others":
            return seen is not None and seen >= MORE_THAN_ITSELF
        case "rights":
            return rights is not None and rights.after > rights.before
