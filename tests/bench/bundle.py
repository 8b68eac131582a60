"""The container that all contenders make, as an OCI bundle: what nslab makes, in the words of config.json."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import structs

from nslab.engine.ground import Ground
from nslab.engine.inventory import Inventory
from nslab.engine.plan import plan
from nslab.engine.rosetta.config import config
from nslab.engine.spec import Process, Spec
from nslab.kernel.namespaces import Kind

SYSTEM = ("usr", "opt")
# What docker makes by default.
NAMESPACES = (Kind.PID, Kind.UTS, Kind.MNT, Kind.NET, Kind.IPC, Kind.CGROUP)
LINKS = ("bin", "sbin", "lib", "lib64")
MASKED = tuple(f"/proc/{name}" for name in ("acpi", "asound", "kcore", "keys", "scsi", "timer_list"))
READ_ONLY = tuple(f"/proc/{name}" for name in ("bus", "fs", "irq", "sys", "sysrq-trigger"))


def namespaces(*, network: bool) -> tuple[Kind, ...]:
    """The kinds that a container gets."""
    return tuple(kind for kind in NAMESPACES if network or kind is not Kind.NET)


def make_rootfs(root: Path) -> None:
    """A tree of mount points and links; the programs are the machine's own, bound in."""
    for name in (*SYSTEM, "proc", "sys", "dev", "tmp", "etc", "root"):
        (root / name).mkdir(parents=True)
    for name in LINKS:
        if os.path.islink(f"/{name}"):
            (root / name).symlink_to(os.readlink(f"/{name}"))


def write_bundle(folder: Path, command: tuple[str, ...], *, network: bool) -> None:
    """config.json and rootfs in `folder`.

    Without the rule about devices, for which crun would load a program into the kernel, as no other contender does.
    """
    make_rootfs(folder / "rootfs")
    spec = Spec("box", Process(command), namespaces(network=network), "box")
    bare = Inventory(SYSTEM, links=())  # the links are in the rootfs
    told = config(plan(spec, Ground(SYSTEM, ids=65536)), bare, None)
    told = structs.replace(told, linux=structs.replace(told.linux, resources=None))
    (folder / "config.json").write_bytes(msgspec.json.encode(told))
