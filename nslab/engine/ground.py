"""The ground that a container stands on, as plans see it: where things lie in the lab, and what differs between machines."""

from __future__ import annotations

from msgspec import Struct

from nslab.engine.spec import Spec
from nslab.kernel.mounts import MountFlag

RUN = "/run/nslab"
SKELETON = f"{RUN}/.skeleton"
WORKSPACE_BYTES = 256 << 20

BIND = int(MountFlag.BIND)
RBIND = int(MountFlag.BIND | MountFlag.REC)
KERNEL_FS = int(MountFlag.NOSUID | MountFlag.NODEV | MountFlag.NOEXEC)

NODES = ("null", "zero", "full", "random", "urandom", "tty")

# The runtime specification's maskedPaths and readonlyPaths as moby fills them; what a kernel lacks answers ENOENT.
MASKED_FILES = ("kcore", "keys", "latency_stats", "timer_list", "sched_debug")
MASKED_DIRECTORIES = ("acpi", "scsi", "asound")
READ_ONLY = ("bus", "fs", "irq", "sys", "sysrq-trigger")
COVERED = (*MASKED_FILES, *MASKED_DIRECTORIES, *READ_ONLY)


class Ground(Struct, frozen=True):
    """The machine a container stands on: what the lab found when it was made.

    `system` are the directories of the lab's root that a container gets as read-only binds (usr, opt …); `ids` is how many ids
    the lab has, `proc` what of COVERED this kernel's /proc has. `divided`: the lab has a control group that it may divide.
    """

    system: tuple[str, ...]
    ids: int
    proc: tuple[str, ...] = COVERED
    divided: bool = False


def place(spec: Spec, *parts: str) -> str:
    """A path in the lab where the container keeps its things."""
    return "/".join((RUN, spec.name, *parts))
