"""The ordering puzzle, as data: cards that are the chapters of a creation, and what an order of them came to.

The engine runs exactly the learner's order. An order is right if the kernel agreed to every call and the container is isolated, as
the world then shows; so there are many right ones, and orders that no call complains of and that are wrong.
"""

from __future__ import annotations

import errno
from typing import Literal

from msgspec import Struct, structs

from nslab.engine.changes import Change, Order, Without
from nslab.engine.ground import place
from nslab.engine.spec import DEFAULT_CAPABILITIES, Process, Spec
from nslab.engine.steps import STREAMS, Done, NeverRun, Outcome, Plan, Step, Unborn, agreed
from nslab.kernel.namespaces import Kind
from nslab.observe.moment import Moment
from nslab.observe.namespaces import Unread
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
    """An order, and what it came to. `missing` are facts that a container has and this one lacks, ids below `order.missing.`."""

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


def missing(host: Moment, host_now: Moment, box: Moment, paths: dict[str, str | Unread]) -> tuple[str, ...]:
    """What a container has and this one lacks, looked at from outside. `host` is the lab before, `host_now` after the birth.

    `paths` are what the container finds at PROOFS.
    """
    status = box.status
    if isinstance(status, Unread) or isinstance(host.status, Unread):
        return ("unread",)
    filters = (status.seccomp_filters or 0) - (host.status.seccomp_filters or 0)
    mounts, hosts = box.root_mount, host.root_mount
    leaked = not isinstance(host_now.mounts, Unread) and any(
        mount.point.startswith(place(SPEC, "root")) for mount in host_now.mounts
    )
    # After pivot_root(".", ".") the old root lies on "/", where no path of the container's leads to it, but chroot(2) may.
    roots = 0 if isinstance(box.mounts, Unread) else sum(mount.point == "/" for mount in box.mounts)
    facts = {
        "host-renamed": host_now.hostname != host.hostname,
        "leak": leaked,
        "root": mounts is None or hosts is None or (mounts.device, mounts.root) == (hosts.device, hosts.root),
        "old-root": paths[PROOFS["old-root"]] != Unread(errno.ENOENT) or roots > 1,
        "ps": box.shown != (1,),
        "devices": paths[PROOFS["devices"]] != "device 1:3",
        "masks": paths[PROOFS["masks"]] == "file",
        "hostname": box.hostname != SPEC.hostname,
        "rights": status.cap_effective.bit_count() != len(DEFAULT_CAPABILITIES),
        "nnp": not status.no_new_privs,
        "filter": filters < 1,
        "program": isinstance(box.program, Unread) or not box.program.endswith("sleep"),
    }
    return tuple(name for name, lacks in facts.items() if lacks)


PROOFS = {"old-root": "/run/nslab", "devices": "/dev/null", "masks": "/proc/keys"}
"""Paths in the container that tell whether the old root is out of sight, /dev is there, and /proc is masked."""


IN_THE_OLD_TREE = ("tree", "kernel", "dev", "masks")
"""Cards whose calls name places by paths of the lab."""

NEED_A_RIGHT = ("private", "tree", "kernel", "dev", "masks", "pivot", "umount", "names")


def reason(order: tuple[str, ...], ended: Played) -> str:
    """Why a card ended the run, an id below `order.reason.`; "other" where only the errno's own meaning is known."""
    if ended.state != "refused" or not isinstance(ended.outcome, Done):
        return str(ended.state)
    before = set(order[: order.index(ended.card)])
    match ended.card, ended.outcome.errno:
        case card, errno.ENOENT if card in IN_THE_OLD_TREE:
            return "path" if "pivot" in before else "no-tree"
        case card, errno.EPERM if card in NEED_A_RIGHT and before & {"rights", "seccomp"}:
            return "no-right" if "rights" in before else "filter"
        case "kernel", errno.EPERM:
            return "no-proc"
        case "pivot", errno.EINVAL:
            return "no-mount" if "private" in before else "shared"
        case "umount", errno.EINVAL:
            return "no-old-root"
        case "seccomp", errno.EACCES:
            return "needs-nnp"
    return "other"
