"""The two stages in which a lab is made, as plans. Pure; `keeper.py` executes them.

Stage A owns a user namespace and a mount namespace. There the machine's programs are bound, read-only, into a small tmpfs. Stage
B is cloned from it into a second user namespace and every other kind, and becomes the lab. Because its mounts came from A's
namespaces, the kernel *locks* them: with one stage only, the lab's root could remount them writable and overwrite the user's
real files.
"""

from __future__ import annotations

import errno
import os

from msgspec import Struct

from nslab.engine.devices import devices
from nslab.engine.ground import KERNEL_FS, RBIND, Ground
from nslab.engine.inventory import Inventory
from nslab.engine.resources import GROUPS, INIT, SHELLS
from nslab.engine.steps import Plan, Step
from nslab.kernel.mounts import (
    MNT_DETACH,
    MOUNT_ATTR_NODEV,
    MOUNT_ATTR_NOSUID,
    MOUNT_ATTR_RDONLY,
    MountFlag,
)
from nslab.kernel.process import PR_SET_DUMPABLE, PR_SET_PDEATHSIG

HOSTNAME = "lab"
ROOT_BYTES = 512 << 20
RUN_BYTES = 64 << 20
ROOT_INODES = 200_000
RUN_INODES = 20_000
MOST_PROCESSES = 1024  # a fork bomb in a host shell, where no cgroup limits it, must leave the machine some

# A daemon's sockets: that their mount is read-only keeps nobody from connecting to them, nor from having things built outside.
OUT_OF_REACH = {"nix": "var"}
EMPTY = ("proc", "sys", "dev", "tmp", "root", "run", "var", "mnt", "home")

COMPILER = "/cc/zig"

LOCKED_DOWN = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV


class Found(Struct, frozen=True):
    """What a lab stands on: the machine's programs, how many ids it got, and the controllers of its group, if it has one."""

    inventory: Inventory
    ids: int
    controllers: tuple[str, ...] = ()


def become_root() -> Plan:
    """Take id 0 of one's new user namespace. A change of ids makes a process undumpable, hence the second step."""
    return (
        Step("ids", "lab", "set_ids", (0, 0)),
        Step("dumpable", "lab", "prctl", (PR_SET_DUMPABLE, 1)),
    )


def stage_a(base: str, inventory: Inventory) -> Plan:
    """Bind the machine's programs into a tmpfs at `base`."""
    options = f"size={ROOT_BYTES},nr_inodes={ROOT_INODES},mode=755"
    return (
        *become_root(),
        Step("slave", "lab", "mount", (None, "/", None, int(MountFlag.REC | MountFlag.SLAVE), None)),
        Step("base", "lab", "mount", ("lab", base, "tmpfs", int(MountFlag.NOSUID | MountFlag.NODEV), options)),
        *(Step(f"make_{name}", "lab", "mkdir", (f"{base}/{name}", 0o755)) for name in (*inventory.directories, *EMPTY)),
        *(Step(f"link_{name}", "lab", "symlink", (target, f"{base}/{name}")) for name, target in inventory.links),
        *(
            Step(f"bind_{name}", "lab", "mount", (f"/{name}", f"{base}/{name}", None, RBIND, None))
            for name in inventory.directories
        ),
        *(cover(base, name) for name in inventory.directories if name in OUT_OF_REACH),
        *(
            Step(f"lock_{name}", "lab", "mount_setattr", (f"{base}/{name}", LOCKED_DOWN))
            for name in inventory.directories
        ),
        *(bring_compiler(base, inventory.compiler) if inventory.compiler else ()),
    )


def bring_compiler(base: str, source: str) -> Plan:
    """The extra's compiler at /cc/zig, as the system's programs are: read-only. `skeleton.py` gives it the usual names."""
    place = base + COMPILER
    return (
        Step("make_cc", "lab", "mkdir", (os.path.dirname(place), 0o755)),
        Step("make_zig", "lab", "mkdir", (place, 0o755)),
        Step("bind_zig", "lab", "mount", (source, place, None, RBIND, None)),
        Step("lock_zig", "lab", "mount_setattr", (place, LOCKED_DOWN)),
    )


def cover(base: str, name: str) -> Step:
    """An empty directory over one that is more than programs; locked with the bind that it lies in."""
    return Step(
        f"cover_{name}",
        "lab",
        "mount",
        ("none", f"{base}/{name}/{OUT_OF_REACH[name]}", "tmpfs", int(MountFlag.RDONLY), "size=4k"),
        (errno.ENOENT,),
    )


def stage_b(base: str, ids: int) -> Plan:
    """Turn A's tree into a machine of its own: its root, its kernel file systems, its name."""
    return (
        *become_root(),
        # Away from the keeper's process group, or kill(0, …) in here would reach a process of the machine.
        Step("session", "lab", "setsid"),
        # After become_root, for a change of ids clears it. A bonus: the lab also sees the keeper's end itself, as a pipe's.
        Step("with_keeper", "lab", "prctl", (PR_SET_PDEATHSIG, 9)),
        Step("base", "lab", "mount", (base, base, None, RBIND, None)),
        *kernel_filesystems(base),
        *devices(f"{base}/dev", ids, "lab"),
        Step("chdir_base", "lab", "chdir", (base,)),
        Step("pivot", "lab", "pivot_root", (".", ".")),
        Step("drop_old", "lab", "umount2", (".", MNT_DETACH)),
        Step("chdir_root", "lab", "chdir", ("/",)),
        # As systemd leaves a machine's root; else nothing about propagation could be seen.
        Step("shared", "lab", "mount", (None, "/", None, int(MountFlag.REC | MountFlag.SHARED), None)),
        Step("hostname", "lab", "sethostname", (HOSTNAME,)),
        Step("processes", "lab", "limit_processes", (MOST_PROCESSES,)),
        Step("lo", "lab", "link_up", ("lo",)),
        Step("comm", "lab", "set_name", (HOSTNAME,)),
    )


def divide_group(controllers: tuple[str, ...]) -> Plan:
    """Make the lab's group one that others are made in: its PID 1 leaves it for the leaf that the keeper made, for a group that
    hands controllers on may hold no process. There is another leaf for shells. One controller a write: of several, nobody could say
    which was refused."""
    return (
        Step("make_shells", "lab", "mkdir", (f"{GROUPS}/{SHELLS}", 0o755)),
        Step("into_leaf", "lab", "write_group", (f"{GROUPS}/{INIT}", "cgroup.procs", "0")),
        *(
            Step(f"hand_on_{name}", "lab", "write_group", (GROUPS, "cgroup.subtree_control", f"+{name}"))
            for name in controllers
        ),
    )


def kernel_filesystems(base: str) -> Plan:
    """proc, sysfs, cgroup2, and the writable places. The second sysfs is for `ip netns exec`, which unmounts /sys and then may
    mount a new one only if another is fully visible."""
    run = f"{base}/run"
    return (
        Step("proc", "lab", "mount", ("proc", f"{base}/proc", "proc", KERNEL_FS, None)),
        Step("sys", "lab", "mount", ("sysfs", f"{base}/sys", "sysfs", KERNEL_FS, None)),
        Step(
            "cgroup",
            "lab",
            "mount",
            ("cgroup2", f"{base}/sys/fs/cgroup", "cgroup2", KERNEL_FS, None),
            (errno.ENODEV, errno.EBUSY, errno.ENOENT),
        ),
        Step(
            "run",
            "lab",
            "mount",
            (
                "run",
                run,
                "tmpfs",
                int(MountFlag.NOSUID | MountFlag.NODEV),
                f"size={RUN_BYTES},nr_inodes={RUN_INODES},mode=755",
            ),
        ),
        Step("make_sysfs", "lab", "mkdir", (f"{run}/.sysfs", 0o755)),
        Step("sysfs", "lab", "mount", ("sysfs", f"{run}/.sysfs", "sysfs", KERNEL_FS, None)),
        Step(
            "tmp",
            "lab",
            "mount",
            (
                "tmp",
                f"{base}/tmp",
                "tmpfs",
                int(MountFlag.NOSUID | MountFlag.NODEV),
                f"size={ROOT_BYTES},nr_inodes={ROOT_INODES},mode=1777",
            ),
        ),
    )


def ground(found: Found) -> Ground:
    """What a container without an image stands on: the lab's directories but /etc, of which it has its own."""
    system = tuple(name for name in found.inventory.directories if name != "etc")
    return Ground(system, found.ids, found.inventory.proc, bool(found.controllers))
