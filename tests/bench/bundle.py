"""The container that all contenders make, as an OCI bundle: what nslab makes, in the words of config.json."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from nslab.engine.profiles import CONTAINER_RULES
from nslab.engine.spec import DEFAULT_CAPABILITIES, OCI_NAMES
from nslab.kernel.capabilities import Capability
from nslab.kernel.namespaces import Kind
from nslab.kernel.seccomp import Deny

SYSTEM = ("usr", "opt")
# What docker makes by default.
NAMESPACES = (Kind.PID, Kind.UTS, Kind.MNT, Kind.NET, Kind.IPC, Kind.CGROUP)
LINKS = ("bin", "sbin", "lib", "lib64")
MASKED = tuple(f"/proc/{name}" for name in ("acpi", "asound", "kcore", "keys", "scsi", "timer_list"))
READ_ONLY = tuple(f"/proc/{name}" for name in ("bus", "fs", "irq", "sys", "sysrq-trigger"))
NOSUID = ["nosuid", "noexec", "nodev"]


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
    """config.json and rootfs in `folder`."""
    make_rootfs(folder / "rootfs")
    (folder / "config.json").write_text(json.dumps(config(command, network=network), indent=1))


def config(command: tuple[str, ...], *, network: bool) -> dict[str, object]:
    """As `runc spec` writes it, with nslab's capabilities, masks, and filter."""
    names = [f"CAP_{Capability(number).name}" for number in DEFAULT_CAPABILITIES]
    return {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": 0, "gid": 0},
            "args": list(command),
            "env": ["PATH=/usr/bin:/bin"],
            "cwd": "/",
            "capabilities": {"bounding": names, "effective": names, "permitted": names},
            "noNewPrivileges": True,
        },
        "root": {"path": "rootfs"},
        "hostname": "box",
        "mounts": mounts(),
        "linux": {
            "namespaces": [{"type": OCI_NAMES[kind]} for kind in namespaces(network=network)],
            "maskedPaths": list(MASKED),
            "readonlyPaths": list(READ_ONLY),
            "seccomp": {
                "defaultAction": "SCMP_ACT_ALLOW",
                "syscalls": [rule for deny in CONTAINER_RULES for rule in rules(deny)],
            },
        },
    }


def mounts() -> list[dict[str, object]]:
    """The kernel's file systems, and the machine's programs read-only."""
    return [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {
            "destination": "/dev",
            "type": "tmpfs",
            "source": "tmpfs",
            "options": ["nosuid", "strictatime", "mode=755", "size=64k"],
        },
        {
            "destination": "/dev/pts",
            "type": "devpts",
            "source": "devpts",
            "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"],
        },
        {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": [*NOSUID, "mode=1777", "size=64m"]},
        {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": NOSUID},
        {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": [*NOSUID, "ro"]},
        *(
            {"destination": f"/{name}", "type": "bind", "source": f"/{name}", "options": ["rbind", "ro"]}
            for name in SYSTEM
        ),
    ]


def rules(deny: Deny) -> Iterator[dict[str, object]]:
    """One of our seccomp rules as the runtime specification writes it: "any bit of the mask" takes a rule a bit."""
    told = {"names": [deny.call], "action": "SCMP_ACT_ERRNO", "errnoRet": deny.errno}
    if deny.argument is None:
        yield told
    elif deny.mask is None:
        yield told | {"args": [{"index": deny.argument, "value": deny.equals, "op": "SCMP_CMP_EQ"}]}
    else:
        for bit in (1 << place for place in range(32) if deny.mask >> place & 1):
            argument = {"index": deny.argument, "value": bit, "valueTwo": bit, "op": "SCMP_CMP_MASKED_EQ"}
            yield told | {"args": [argument]}
