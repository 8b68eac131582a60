"""One cell of the ablation board: an attack, made from inside a real container in a lab of its own."""

from __future__ import annotations

import os
import secrets
import time

from msgspec import Struct, structs

from nslab.course.ablation import changes, spec_without
from nslab.course.attacks import MORE_THAN_ITSELF, SECRET, SECRET_FILE, VICTIM, Attack
from nslab.engine.changes import Change, Put
from nslab.engine.client import Lab
from nslab.engine.protocol import Advanced
from nslab.engine.spec import Process
from nslab.engine.steps import Argument, Done, Outcome, Plan, Step, agreed
from nslab.kernel import procfs

MOST_SECRET = 10**9


class Trial(Struct, frozen=True):
    """What became of an attack, the primitives `off` left out.

    `moves` are its calls and what the kernel answered to those that were made. `refused` is the plan's own step that the kernel
    refused before the attack began, if it did. `seen` is the number that it read; `rights` are how many capabilities its process
    had before it executed its program, and after; None where it came to neither. `milliseconds` is how long the container took,
    from its conception.
    """

    attack: str
    off: frozenset[str]
    moves: Plan
    outcomes: tuple[Outcome, ...]
    refused: tuple[Step, Outcome] | None
    through: bool
    seen: int | None
    rights: tuple[int, int] | None
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
            rights = (had, _rights(lab, born))
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
    attack: Attack, off: frozenset[str], born: Advanced, secret: int, rights: tuple[int, int] | None, took: float
) -> Trial:
    ids = {*(move.id for move in attack.moves), *attack.shows}
    made = list(zip(born.plan, born.outcomes, strict=False))
    moves = tuple(step for step in born.plan if step.id in ids)
    outcomes = tuple(outcome for step, outcome in made if step.id in ids)
    last_step, last = made[-1]
    moved = {move.id for move in attack.moves}
    refused = (last_step, last) if not agreed(last_step, last) and last_step.id not in moved else None
    read = refused is None and attack.gain != "rights" and isinstance(last, Done) and last.errno == 0
    value = last.value if read and isinstance(last, Done) else None
    through = {
        "done": value is not None,
        "secret": value == secret,
        "others": value is not None and value >= MORE_THAN_ITSELF,
        "rights": rights is not None and rights[1] > rights[0],
    }[attack.gain]
    return Trial(attack.id, off, moves, outcomes, refused, through, value, rights, took)
