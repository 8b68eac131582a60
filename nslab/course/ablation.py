"""What each piece of a container buys, as data: primitives that can be left out of its plan, and what is left of it then."""

from __future__ import annotations

import errno

from msgspec import structs

from nslab.course.attacks import HOST_USERS, SPEC, Attack, init
from nslab.engine.changes import Args, Change, Order, Put, Without
from nslab.engine.ground import RBIND, SKELETON, place
from nslab.engine.spec import Spec
from nslab.engine.steps import STREAMS
from nslab.kernel.namespaces import Kind

PRIMITIVES = (
    "caps",
    "bset",
    "secc",
    "nnp",
    "masks",
    "pid",
    "proc",
    "mnt",
    "ipc",
    "net",
    "uts",
    "private",
    "pivot",
    "umnt",
    "overlay",
    "fds",
    "tty",
)
"""The columns of the board, in the order in which an attack meets them."""

BASES: dict[str, frozenset[str]] = {
    "full": frozenset(),
    "bare": frozenset({"caps", "secc", "nnp", "masks"}),
    "own-user": frozenset({HOST_USERS}),
}
"""What each base leaves out. Bare: second locks, which hide what the others do."""

NAMESPACES = {"pid": Kind.PID, "mnt": Kind.MNT, "ipc": Kind.IPC, "net": Kind.NET, "uts": Kind.UTS}

LEFT_OUT: dict[str, tuple[str, ...]] = {
    "caps": ("bounding", "capset"),
    "bset": ("bounding",),
    "secc": ("seccomp",),
    "nnp": ("nnp",),
    "masks": ("null", "mask_*", "hold_*", "freeze_*"),
    "proc": ("proc",),
    "private": ("private",),
    "pivot": ("pivot", "drop_old"),
    "umnt": ("drop_old",),
    "fds": ("close", "cloexec"),
    "tty": ("session",),
}
"""The steps that a primitive consists of. Namespaces are flags of one step, and the overlay gives way to a bind."""


MADE_OF = {"overlay": "overlay", "hostname": "uts", "sys": "net", "cgroup": "net"}
"""Steps that stay when their primitive is left out, and may be refused then: they reach for what is the host's."""


def spec_without(off: frozenset[str]) -> Spec:
    """The container whose plan is to be changed: with a user namespace of its own on the base that has one."""
    return structs.replace(SPEC, namespaces=(*SPEC.namespaces, Kind.USER)) if HOST_USERS in off else SPEC


def changes(attack: Attack, off: frozenset[str]) -> tuple[Change, ...]:
    """How the plan of `spec_without(off)` becomes that attack's, with the primitives `off` left out."""
    own = tuple(kind for kind in spec_without(off).namespaces if kind not in {NAMESPACES.get(name) for name in off})
    left_out = tuple(dict.fromkeys(step for name in PRIMITIVES if name in off for step in LEFT_OUT.get(name, ())))
    made: list[Change] = [Without(STREAMS), Args("clone", own)]
    if "pivot" in off:
        made.append(Put((init("chroot", "chroot", "."),), after="chdir_root"))
    if "overlay" in off:
        made.append(Args("overlay", (SKELETON, place(SPEC, "root"), None, RBIND, None)))
    if "nnp" in off and not off & {"secc", "caps"}:
        made.append(Order(("seccomp", "bounding", "capset")))  # without it a filter asks for CAP_SYS_ADMIN
    if "caps" not in off:
        made.append(Args("capset", attack.keeps))
    return (*made, Without(left_out), Put(attack.bait), Put(attack.moves, before="exec"))


def standing(attack: Attack, off: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """The locks that are whole with the primitives `off` left out."""
    return tuple(lock for lock in attack.locks if not off & set(lock))


def blind(attack: Attack, off: frozenset[str]) -> str | None:
    """What the attack itself works with and is left out, if it is."""
    return next((name for name in attack.needs if name in off), None)


def primitive_of(step: str) -> str | None:
    """The primitive to which a step of the plan belongs; None for one that no primitive is about."""
    if step in MADE_OF:
        return MADE_OF[step]
    return next((name for name in PRIMITIVES if step in LEFT_OUT.get(name, ())), None)


REFUSALS = frozenset({("proc", errno.EPERM), ("sys", errno.EPERM), ("hostname", errno.EPERM), ("private", errno.EPERM)})
"""Refusals with a reason of our own: each reaches for what belongs to a namespace that the host's users own."""


def refusal(step: str, number: int) -> str | None:
    """Why the kernel refuses a plan at this step, as the last part of the words' id; None where its errno says enough."""
    if (step, number) == ("pivot", errno.EINVAL):
        return "shared"
    return "not-owned" if (step, number) in REFUSALS else None
