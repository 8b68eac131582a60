"""The ordering puzzle, as data: cards that are the chapters of a creation, and what became of each in a run.

The engine runs exactly the learner's order. An order is right if the kernel agreed to every call and the container is isolated, as
the world then shows; so there are many right ones, and orders that no call complains of and that are wrong.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, structs

from nslab.engine.changes import Change, Order, Without
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import STREAMS, Done, NeverRun, Outcome, Plan, Step, Unborn, agreed
from nslab.kernel.namespaces import Kind
from nslab.observe.scenes import scene_of

SPEC = Spec(
    "box",
    Process(("sleep", "1000"), pipes=()),
    (Kind.PID, Kind.UTS, Kind.MNT, Kind.NET, Kind.IPC, Kind.CGROUP),
    "box",
)

GIVEN = "room"
"""The scene that stands first and is no card: directories in the lab."""

SPLIT = {"drop_old": "umount", "chdir_new": "umount", "nnp": "nnp", "seccomp": "seccomp"}
"""Steps that are a card of their own within their scene."""

CARDS = (
    "clone",
    "private",
    "tree",
    "kernel",
    "dev",
    "masks",
    "pivot",
    "umount",
    "names",
    "rights",
    "nnp",
    "seccomp",
    "program",
)
"""The cards in the engine's own order."""

CALLS = {
    "clone": "clone3",
    "private": "mount private",
    "tree": "mount overlay",
    "kernel": "mount proc",
    "dev": "mount dev",
    "masks": "mask proc",
    "pivot": "pivot_root",
    "umount": "umount2",
    "names": "sethostname",
    "rights": "capset",
    "nnp": "no_new_privs",
    "seccomp": "seccomp",
    "program": "execve",
}
"""What is written on the cards: the call that each is about, in the kernel's words."""

State = Literal["agreed", "refused", "lost", "unborn", "never-run", "not-tried"]


class Played(Struct, frozen=True):
    """What became of a card. `step` and `outcome` are of its call that ended the run, `calls` how many it has."""

    card: str
    state: State
    calls: int
    microseconds: float
    step: Step | None = None
    outcome: Outcome | None = None


class Attempt(Struct, frozen=True):
    """An order, and what it came to.

    `missing` are facts that a container has and this one lacks, as `verdict` finds them: ids below `order.missing.`.
    """

    order: tuple[str, ...]
    played: tuple[Played, ...]
    missing: tuple[str, ...]

    @property
    def ended(self) -> Played | None:
        """The card at which the kernel, or the end of a process, ended the run; None where all calls were made."""
        return next((one for one in self.played if one.state in ("refused", "lost", "unborn")), None)

    @property
    def right(self) -> bool:
        """Whether the kernel agreed to all of it and the container is isolated."""
        return all(one.state == "agreed" for one in self.played) and not self.missing


def moved(order: tuple[str, ...]) -> int:
    """How many cards, at least, must have been moved to come from the engine's own order to this one."""
    longest: list[int] = []  # for each card, how many in the engine's order end with it
    for at, card in enumerate(order):
        before = (longest[i] for i in range(at) if CARDS.index(order[i]) < CARDS.index(card))
        longest.append(1 + max(before, default=0))
    return len(order) - max(longest, default=0)


def card_of(step: Step) -> str:
    """The card that a step is on."""
    return SPLIT.get(step.id) or scene_of(step)


def change(plan: Plan, order: tuple[str, ...]) -> tuple[Change, ...]:
    """How the plan of SPEC comes into the learner's order; within a card the calls stay in theirs."""
    kept = [step for step in plan if step.id not in STREAMS]
    by_card: dict[str, list[str]] = {card: [] for card in (GIVEN, *order)}
    for step in kept:
        by_card[card_of(step)].append(step.id)
    return (Without(STREAMS), Order(tuple(id_ for ids in by_card.values() for id_ in ids)))


def played(plan: Plan, outcomes: tuple[Outcome, ...], order: tuple[str, ...]) -> tuple[Played, ...]:
    """What became of each card of an order that was run."""
    made = {step.id: outcome for step, outcome in zip(plan, outcomes, strict=False)}
    found = tuple(_played(card, [step for step in plan if card_of(step) == card], made) for card in order)
    executed = next((at for at, one in enumerate(found) if one.card == "program" and one.state == "agreed"), len(found))
    return tuple(structs.replace(one, state="never-run") if at > executed else one for at, one in enumerate(found))


def _played(card: str, steps: list[Step], made: dict[str, Outcome]) -> Played:
    took = sum(outcome.microseconds for step in steps if isinstance(outcome := made.get(step.id), Done))
    for step in steps:
        outcome = made.get(step.id)
        state = _state(step, outcome)
        if state != "agreed":
            return Played(card, state, len(steps), took, step, outcome)
    return Played(card, "agreed", len(steps), took)


def _state(step: Step, outcome: Outcome | None) -> State:
    match outcome:
        case None:
            return "not-tried"
        case Done():
            return "agreed" if agreed(step, outcome) else "refused"
        case Unborn():
            return "unborn"
        case NeverRun():
            return "never-run"
    return "lost"
