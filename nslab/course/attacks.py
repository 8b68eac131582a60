"""The attacks that the ablation board makes, as data: what a container tries, and which primitives stand in its way.

An attack is steps of the container's own plan, made by its first process once it is as hardened as the plan hardens it; so what a
cell of the board shows are calls and answers like any other. `locks` say what stands in its way: each lock alone stops it, a
lock of two primitives only with both. They are what the board draws; whether an attack gets through is the kernel's answer.
"""

from __future__ import annotations

import os
import signal
from typing import Literal

from msgspec import Struct

from nslab.engine.ground import SKELETON, place
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Fd, Step
from nslab.kernel.namespaces import Kind

SPEC = Spec(
    "box",
    Process(("sleep", "1000"), pipes=()),
    (Kind.PID, Kind.UTS, Kind.MNT, Kind.NET, Kind.IPC, Kind.CGROUP),
    "box",
)
"""The container from which all attacks come, with nothing left out."""

HOST_USERS = "hostuser"
"""The host's user namespace, which docker's containers share. Without it the container has one of its own: a base, no column."""

SECRET, VICTIM = "<secret>", "<victim>"
"""In arguments: the number that only the host knows, and the number of a process of the host's. A trial fills them in."""

SECRET_FILE = "/root/secret"
KEY = 0x1234
PORT = 8000
ADDRESS = "127.0.0.1"
ABSTRACT = "nslab-host"
MARK = "/etc/box-was-here"
JAIL = "/tmp/jail"
MORE_THAN_ITSELF = 2

Gain = Literal["done", "secret", "others", "rights"]
"""How an attack that got through is told: its last call was agreed to, or read the secret, or saw other processes; or the program
that it executes has more capabilities than the process had (see `keeps`)."""


class Attack(Struct, frozen=True):
    """What a container tries. `bait` is laid out by the lab before its birth, `moves` are made before its program starts.

    `shows` are steps of the plan itself that belong to it. `needs` are primitives that it works with: without them it fails too,
    though nothing stands in its way. `keeps` are the capabilities that its process has when it executes its program: by default
    those of the container.
    """

    id: str
    moves: tuple[Step, ...]
    locks: tuple[tuple[str, ...], ...]
    gain: Gain = "done"
    bait: tuple[Step, ...] = ()
    shows: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    keeps: tuple[int, ...] = tuple(int(number) for number in SPEC.process.capabilities)


def init(id_: str, call: str, *args: int | str | Fd | None) -> Step:
    """A move of the container's first process. Its id is none of the plan's own."""
    return Step(f"try_{id_}", "init", call, args)


def lab(id_: str, call: str, *args: int | str | Fd | None) -> Step:
    """What the lab does, as the host under attack, or to look what has become of it."""
    return Step(f"try_{id_}", "lab", call, args)


ESCAPE = (
    init("hold_root", "open", "root", "/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC),
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
RIGHTS = ("bounding", "capset", "nnp", "exec")
OWN_TMPFS = init("mount", "mount", "own", "/mnt", "tmpfs", 0, None)

ATTACKS = (
    Attack("kill", (init("kill", "kill", VICTIM, int(signal.SIGKILL)),), (("pid",),)),
    Attack("list", (init("list", "count_processes", "/proc"),), (("pid",),), "others", needs=("proc",)),
    Attack(
        "enter",
        (init("enter", "read_number", f"/proc/1/root{SECRET_FILE}"),),
        (("caps",), ("pid",)),
        "secret",
        needs=("proc", HOST_USERS),
    ),
    Attack("lost", (lab("lost", "is_gone", SECRET_FILE),), (("mnt",),)),
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
    Attack("rename", (lab("renamed", "is_named", "box"),), (("uts",),), shows=("hostname",)),
    Attack("escape", ESCAPE, (("pivot", "umnt"),), "secret"),
    Attack(
        "image",
        (init("touch", "create", MARK, 0o644), lab("touched", "look_for", f"{SKELETON}{MARK}")),
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
    Attack("mount", (OWN_TMPFS,), (("caps",), ("secc",))),
    Attack(
        "propagate",
        (OWN_TMPFS, lab("arrived", "is_mounted", place(SPEC, "root", "mnt"))),
        (("caps",), ("secc",), ("private",), ("pivot",)),  # which the kernel refuses where the root is shared
        needs=(HOST_USERS,),  # between two user namespaces mounts travel one way, in
    ),
    Attack(
        "forward",
        (init("forward", "write_text", "/proc/sys/net/ipv4/ip_forward", "1"),),
        (("caps",), ("masks",)),
        needs=("proc",),
    ),
    Attack("nest", (init("nest", "unshare", Kind.USER),), (("secc",),)),
    Attack("regain", (), (("nnp",),), "rights", shows=RIGHTS, needs=("caps",), keeps=()),
    Attack("widen", (), (("bset",), ("nnp",)), "rights", shows=RIGHTS, needs=("caps",)),
)
