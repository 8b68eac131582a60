"""The steps that give a container a file tree of its own, from its room in the lab to the moment it leaves the lab's tree."""

from __future__ import annotations

import errno

from nslab.engine.devices import devices
from nslab.engine.ground import (
    KERNEL_FS,
    MASKED_DIRECTORIES,
    MASKED_FILES,
    RBIND,
    READ_ONLY,
    SKELETON,
    WORKSPACE_BYTES,
    Ground,
    place,
)
from nslab.engine.spec import Spec
from nslab.engine.steps import Fd, Plan, Step
from nslab.kernel.mounts import MNT_DETACH, MOUNT_ATTR_RDONLY, MountFlag
from nslab.kernel.namespaces import Kind


def make_room(spec: Spec) -> Plan:
    """A file system of its own for what the container writes, so that deleting it never walks a tree."""
    options = f"size={WORKSPACE_BYTES},mode=755"
    return (
        Step("room", "lab", "mkdir", (place(spec), 0o755)),
        Step(
            "space", "lab", "mount", ("tmpfs", place(spec), "tmpfs", int(MountFlag.NOSUID | MountFlag.NODEV), options)
        ),
        *(Step(part, "lab", "mkdir", (place(spec, part), 0o755)) for part in ("upper", "work", "root")),
    )


def make_root(spec: Spec, ground: Ground) -> Plan:
    """The container's file tree: an overlay over a skeleton, the system's programs, and the kernel's own file systems."""
    root = place(spec, "root")
    layers = f"lowerdir={SKELETON},upperdir={place(spec, 'upper')},workdir={place(spec, 'work')},userxattr"
    return (
        # Before any mount, or it would show in the lab: the lab's root is shared.
        Step("private", "init", "mount", (None, "/", None, int(MountFlag.REC | MountFlag.PRIVATE), None)),
        Step("overlay", "init", "mount", ("overlay", root, "overlay", 0, layers)),
        *(bind(name, f"/{name}", f"{root}/{name}") for name in ground.system),
        *kernel_filesystems(spec, root),
        *devices(f"{root}/dev", ground.ids, "init"),
        *(mask(root, ground.proc) if shows_another(spec, Kind.PID) else ()),
    )


def bind(name: str, source: str, target: str) -> Step:
    """A recursive bind of one of the lab's directories. What is read-only there stays so: the flag is locked."""
    return Step(name, "init", "mount", (source, target, None, RBIND, None))


def shows_another(spec: Spec, kind: Kind) -> bool:
    """Whether a file system that shows a namespace of this kind has another to show than the lab's, and may be mounted.

    A new one always. One that is joined only without a user namespace below the lab's, for that one would have to own it; but a
    PID namespace all the same: better refused by the kernel than the lab's processes shown in its place.
    """
    below = spec.has(Kind.USER) or spec.joined(Kind.USER) is not None
    return spec.has(kind) or (spec.joined(kind) is not None and (kind is Kind.PID or not below))


def kernel_filesystems(spec: Spec, root: str) -> Plan:
    """proc, sysfs, cgroup2: new ones where the namespace that they show is not the lab's, else those of the lab.

    A proc shows the PID namespace of its mounting, sysfs the network namespace, cgroup2 the cgroup namespace; with a user
    namespace of its own a container may mount only those whose namespace it owns.
    """
    read_only = KERNEL_FS | MountFlag.RDONLY
    proc = Step("proc", "init", "mount", ("proc", f"{root}/proc", "proc", KERNEL_FS, None))
    sysfs = Step("sys", "init", "mount", ("sysfs", f"{root}/sys", "sysfs", int(read_only), None))
    cgroup = Step(
        "cgroup",
        "init",
        "mount",
        ("cgroup2", f"{root}/sys/fs/cgroup", "cgroup2", int(read_only), None),
        tolerates=(errno.ENODEV, errno.EBUSY),  # no cgroup v2 in this kernel, or a v1 hierarchy has all of it
    )
    came_along = not shows_another(spec, Kind.NET)  # a new sysfs has nothing mounted in it
    own_groups = shows_another(spec, Kind.CGROUP) and shows_another(spec, Kind.NET)
    return (
        proc if shows_another(spec, Kind.PID) else bind("proc", "/proc", f"{root}/proc"),
        sysfs if shows_another(spec, Kind.NET) else bind("sys", "/sys", f"{root}/sys"),
        *((cgroup,) if own_groups else (freeze_groups(root),) if came_along and spec.resources is not None else ()),
    )


def freeze_groups(root: str) -> Step:
    """The lab's control groups, come with its /sys, made read-only: their files belong to the lab's root, which is the same user
    as the container's, who could lift its own limits."""
    return Step("cgroup_read_only", "init", "mount_setattr", (f"{root}/sys/fs/cgroup", MOUNT_ATTR_RDONLY))


def mask(root: str, there: tuple[str, ...]) -> Plan:
    """Hide and freeze what a fresh proc would tell or let change. The cover is an fd proved to be /dev/null (CVE-2025-31133)."""
    proc, read_only = f"{root}/proc", int(MountFlag.RDONLY | MountFlag.BIND | MountFlag.REMOUNT) | KERNEL_FS
    absent = (errno.ENOENT,)
    return (
        Step("null", "init", "open_device", ("null", "/dev/null", 1, 3)),
        *(
            Step(f"mask_{name}", "init", "bind_fd", (Fd("null"), f"{proc}/{name}"), absent)
            for name in MASKED_FILES
            if name in there
        ),
        *(
            Step(
                f"mask_{name}",
                "init",
                "mount",
                ("tmpfs", f"{proc}/{name}", "tmpfs", read_only & ~int(MountFlag.BIND | MountFlag.REMOUNT), "size=0"),
                absent,
            )
            for name in MASKED_DIRECTORIES
            if name in there
        ),
        *(
            Step(f"hold_{name}", "init", "mount", (f"{proc}/{name}", f"{proc}/{name}", None, RBIND, None), absent)
            for name in READ_ONLY
            if name in there
        ),
        *(
            Step(
                f"freeze_{name}",
                "init",
                "mount",
                (None, f"{proc}/{name}", None, read_only, None),
                (errno.ENOENT, errno.EINVAL),
            )
            for name in READ_ONLY
            if name in there
        ),
    )


def enter_root(spec: Spec) -> Plan:
    """Leave the lab's file tree for good. With the old root unmounted nothing of it can be reached by any path."""
    return (
        # pivot_root(".", "."): the old root comes to lie on top of the new one, and "." then names it.
        Step("chdir_root", "init", "chdir", (place(spec, "root"),)),
        Step("pivot", "init", "pivot_root", (".", ".")),
        Step("drop_old", "init", "umount2", (".", MNT_DETACH)),
        Step("chdir_new", "init", "chdir", ("/",)),
    )
