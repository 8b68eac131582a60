"""The /dev of a lab and of a container, as a plan. Pure.

A fresh tmpfs: an image's could be a link. Its nodes are those of the tree that is left, bound one by one, for mknod(2) is refused
in a user namespace.
"""

from __future__ import annotations

import errno

from nslab.engine.ground import BIND, KERNEL_FS, NODES
from nslab.engine.steps import Plan, Step, Who
from nslab.kernel.mounts import MountFlag

TTY_GROUP = 5
LINKS = (
    ("pts/ptmx", "ptmx"),
    ("/proc/self/fd", "fd"),
    ("/proc/self/fd/0", "stdin"),
    ("/proc/self/fd/1", "stdout"),
    ("/proc/self/fd/2", "stderr"),
)

NO_QUEUES = (errno.ENODEV, errno.EPERM)  # not in this kernel; or a container's IPC namespace belongs to the lab


def devices(dev: str, ids: int, who: Who) -> Plan:
    """Make /dev at `dev`, for a world of `ids` ids; `who` makes the calls."""
    return (
        Step("dev", who, "mount", ("dev", dev, "tmpfs", int(MountFlag.NOSUID), "mode=755,size=256k")),
        *(Step(f"make_{name}", who, "create", (f"{dev}/{name}", 0o666)) for name in NODES),
        *(Step(f"dev_{name}", who, "mount", (f"/dev/{name}", f"{dev}/{name}", None, BIND, None)) for name in NODES),
        *(Step(f"link_{name}", who, "symlink", (target, f"{dev}/{name}")) for target, name in LINKS),
        *(Step(f"make_{name}", who, "mkdir", (f"{dev}/{name}", 0o755)) for name in ("pts", "shm", "mqueue")),
        terminals(f"{dev}/pts", ids, who),
        Step("shm", who, "mount", ("shm", f"{dev}/shm", "tmpfs", KERNEL_FS, "mode=1777,size=64m")),
        Step("mqueue", who, "mount", ("mqueue", f"{dev}/mqueue", "mqueue", KERNEL_FS, None), tolerates=NO_QUEUES),
    )


def terminals(pts: str, ids: int, who: Who) -> Step:
    """A devpts of its own: no terminal of another one shows in it. Its slaves are the tty group's, where that is mapped."""
    group = f",gid={TTY_GROUP}" if ids > TTY_GROUP else ""
    options = f"newinstance,ptmxmode=0666,mode=0620{group}"
    flags = int(MountFlag.NOSUID | MountFlag.NOEXEC)
    return Step("devpts", who, "mount", ("devpts", pts, "devpts", flags, options))
