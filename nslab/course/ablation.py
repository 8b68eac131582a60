"""What each piece of a container buys, as data: primitives that can be left out of its plan, and attacks that find out.

An attack is steps of the same plan, made by the container's first process once it is as hardened as the plan hardens it; so what
a cell of the board shows are calls and answers like any other. `locks` say what stands in its way: each lock alone stops it, a
lock of two primitives only with both. They are what the board draws; whether an attack gets through is the kernel's answer.
"""

from __future__ import annotations

import os
import signal
from typing import Literal

from msgspec import Struct

from nslab.engine.changes import Args, Change, Order, Put, Without
from nslab.engine.ground import RBIND, SKELETON, place
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Fd, Step
from nslab.kernel.namespaces import Kind

SPEC = Spec(
    "box",
    Process(("sleep", "1000"), pipes=()),
    (Kind.PID, Kind.UTS, Kind.MNT, Kind.NET, Kind.IPC, Kind.CGROUP),
    "box",
)

PRIMITIVES = (
    "caps",
    "secc",
    "nnp",
    "masks",
    "pid",
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

BARE = frozenset({"caps", "secc", "nnp", "masks"})
"""Left out together on the bare base: second locks, which hide what the others do."""

NAMESPACES = {"pid": Kind.PID, "ipc": Kind.IPC, "net": Kind.NET, "uts": Kind.UTS}

LEFT_OUT: dict[str, tuple[str, ...]] = {
    "caps": ("bounding", "capset"),
    "secc": ("seccomp",),
    "nnp": ("nnp",),
    "masks": ("null", "mask_*", "hold_*", "freeze_*"),
    "private": ("private",),
    "pivot": ("pivot", "drop_old"),
    "umnt": ("drop_old",),
    "fds": ("close", "cloexec"),
    "tty": ("session",),
}
"""The steps that a primitive consists of. Namespaces are flags of one step, and the overlay gives way to a bind."""

SECRET, VICTIM = "<secret>", "<victim>"
"""In arguments: the number that only the host knows, and the number of a process of the host's. A trial fills them in."""

SECRET_FILE = "/root/secret"
KEY = 0x1234
PORT = 8000
ADDRESS = "127.0.0.1"
ABSTRACT = "nslab-host"
MARK = "/etc/box-was-here"
MORE_THAN_ITSELF = 2

Gain = Literal["done", "secret", "others", "rights"]
"""How an attack that got through is told: its last call was agreed to, or read the secret, or saw other processes; or the program
that it executes has capabilities again."""


class Attack(Struct, frozen=True):
    """What a container tries. `bait` is laid out by the lab before its birth, `moves` are made before its program starts."""

    id: str
    moves: tuple[Step, ...]
    locks: tuple[tuple[str, ...], ...]
    gain: Gain = "done"
    bait: tuple[Step, ...] = ()


def init(id_: str, call: str, *args: int | str | Fd | None) -> Step:
    """A move of the container's first process. Its id is none of the plan's own."""
    return Step(f"try_{id_}", "init", call, args)


def lab(id_: str, call: str, *args: int | str | Fd | None) -> Step:
    """What the lab does, as the host under attack, or to look what has become of it."""
    return Step(f"try_{id_}", "lab", call, args)


JAIL = "/tmp/jail"
ESCAPE = (
    init("hold_root", "open", "root", "/", os.O_RDONLY | os.O_DIRECTORY),
    init("make_jail", "mkdir", JAIL, 0o755),
    init("jail", "chroot", JAIL),
    init("leave_jail", "fchdir", Fd("root")),
    init("climb", "climb", 64),
    init("own_root", "chroot", "."),
    init("steal", "read_number", SECRET_FILE),
)
TERMINAL = (
    lab("host_master", "open_master", "host_master", "/dev/pts/ptmx"),
    lab("host_slave", "open_slave", "host_slave", Fd("host_master")),
    lab("host_terminal", "set_controlling_terminal", Fd("host_slave")),
)

ATTACKS = (
    Attack("kill", (init("kill", "kill", VICTIM, int(signal.SIGKILL)),), (("pid",),)),
    Attack("list", (init("list", "count_processes", "/proc"),), (("pid",),), "others"),
    Attack("shm", (init("shm", "shm_read", KEY),), (("ipc",),), "secret", (lab("shm_put", "shm_put", KEY, SECRET),)),
    Attack(
        "tcp",
        (init("tcp", "connect", ADDRESS, PORT),),
        (("net",),),
        bait=(lab("serve", "listen", "tcp", ADDRESS, PORT),),
    ),
    Attack(
        "abstract",
        (init("abstract", "connect_abstract", ABSTRACT),),
        (("net",),),
        bait=(lab("serve", "listen_abstract", ABSTRACT),),
    ),
    Attack("rename", (lab("renamed", "is_named", "box"),), (("uts",),)),
    Attack("escape", ESCAPE, (("pivot", "umnt"),), "secret"),
    Attack(
        "image",
        (init("touch", "create", MARK, 0o644), lab("touched", "try_open", f"{SKELETON}{MARK}", os.O_RDONLY)),
        (("overlay",),),
    ),
    Attack(
        "leak",
        (init("steal", "read_number_at", Fd("leak"), "../root/secret"),),
        (("fds",),),
        "secret",
        (lab("leak", "open", "leak", "/run", os.O_RDONLY | os.O_DIRECTORY),),
    ),
    Attack("tty", (init("type", "write_text", "/dev/tty", "box was here\r\n"),), (("tty",),), bait=TERMINAL),
    Attack("mount", (init("mount", "mount", "own", "/mnt", "tmpfs", 0, None),), (("caps",), ("secc",))),
    Attack(
        "propagate",
        (
            init("mount", "mount", "own", "/mnt", "tmpfs", 0, None),
            lab("arrived", "is_mounted", place(SPEC, "root", "mnt")),
        ),
        (("caps",), ("secc",), ("private",), ("pivot",)),  # which the kernel refuses where the root is shared
    ),
    Attack(
        "forward",
        (init("forward", "write_text", "/proc/sys/net/ipv4/ip_forward", "1"),),
        (("caps",), ("masks",)),
    ),
    Attack("nest", (init("nest", "unshare", Kind.USER),), (("secc",),)),
    Attack("regain", (), (("nnp",),), "rights"),
)


def changes(attack: Attack, off: frozenset[str]) -> tuple[Change, ...]:
    """How the plan of SPEC becomes that attack's, with the primitives `off` left out."""
    own = tuple(kind for kind in SPEC.namespaces if kind not in {NAMESPACES.get(name) for name in off})
    left_out = tuple(dict.fromkeys(step for name in PRIMITIVES if name in off for step in LEFT_OUT.get(name, ())))
    made: list[Change] = [Without(("stdin", "stdout", "stderr")), Args("clone", own)]
    if "pivot" in off:
        made.append(Put((init("chroot", "chroot", "."),), after="chdir_root"))
    if "overlay" in off:
        made.append(Args("overlay", (SKELETON, place(SPEC, "root"), None, RBIND, None)))
    if "nnp" in off and not off & {"secc", "caps"}:
        made.append(Order(("seccomp", "bounding", "capset")))  # without it a filter asks for CAP_SYS_ADMIN
    if attack.gain == "rights" and "caps" not in off:
        made.append(Args("capset", ()))
    return (*made, Without(left_out), *_assault(attack))


def _assault(attack: Attack) -> tuple[Change, ...]:
    return (Put(attack.bait), Put(attack.moves, before="exec"))


def standing(attack: Attack, off: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """The locks that are whole with the primitives `off` left out."""
    return tuple(lock for lock in attack.locks if not off & set(lock))
