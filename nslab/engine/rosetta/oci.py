"""A step as the OCI runtime specification has it: the field of config.json that asks for it.

Source: opencontainers/runtime-spec, config.md, config-linux.md, runtime-linux.md.
"""

from __future__ import annotations

from collections.abc import Callable

from nslab.engine.arguments import number
from nslab.engine.calls import SIBLING
from nslab.engine.joins import whose
from nslab.engine.resources import MAKE
from nslab.engine.rosetta.inside import inside
from nslab.engine.rosetta.limits import oci_limit
from nslab.engine.spec import OCI_NAMES
from nslab.engine.steps import Fd, Step
from nslab.kernel.mounts import MountFlag
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import PR_SET_NO_NEW_PRIVS

MASKED, READ_ONLY = "linux.maskedPaths", "linux.readonlyPaths"
PRCTL_FIELDS = {PR_SET_NO_NEW_PRIVS: "process.noNewPrivileges"}
WRITTEN_FIELDS = {"uid_map": "linux.uidMappings", "gid_map": "linux.gidMappings"}


def oci_field(step: Step) -> str:
    """The field behind the step; "" where the specification has none."""
    said = FIELDS.get(step.call, "")
    return said if isinstance(said, str) else said(step)


def namespaces_field(step: Step) -> str:
    """The kinds by the specification's names; "" for a process that gets none of its own."""
    kinds = [OCI_NAMES[Kind(word)] for word in step.args if isinstance(word, str) and word != SIBLING]
    return f"linux.namespaces: {', '.join(kinds)}" if kinds else ""


def path_field(step: Step) -> str:
    """The kinds that are not new: beside the type stands the path of one that is there."""
    handle, *kinds = step.args
    name = whose(handle) if isinstance(handle, Fd) else None
    paths = (f"{OCI_NAMES[Kind(str(kind))]} /proc/<{name}>/ns/{kind}" for kind in kinds)
    return f"linux.namespaces, path: {', '.join(paths)}" if name else ""


def mount_field(step: Step) -> str:
    """`mounts` for most; a cover in /proc is a masked path, a second bind of a part of /proc a read-only one."""
    source, target, _, flags, _ = step.args
    place = inside(target)
    if place is None:
        return "linux.rootfsPropagation" if number(flags) & MountFlag.PRIVATE else ""
    if place.startswith("/proc/"):
        return f"{MASKED if source == 'tmpfs' else READ_ONLY}: {place}"
    if source == place and place.startswith("/dev/"):
        return f"default devices: {place}"
    return "root.path" if place == "/" else f"mounts: {place}"


def device_field(step: Step) -> str:
    """What every runtime makes in /dev, asked or not."""
    place = inside(step.args[-1] if step.call == "symlink" else step.args[0])
    return f"default devices: {place}" if place else ""


FIELDS: dict[str, str | Callable[[Step], str]] = {
    "bind_fd": lambda step: f"{MASKED}: {inside(step.args[1])}",
    "capset": "process.capabilities.permitted, .effective",
    "chdir_inside": "process.cwd",
    "clone3": namespaces_field,
    "create": device_field,
    "drop_bounding": "process.capabilities.bounding",
    "execve": "process.args, process.env",
    "mount": mount_field,
    "mkdir": lambda step: "linux.cgroupsPath" if step.id == MAKE else "",
    "open_master": "process.terminal",
    "pivot_root": "root.path",
    "prctl": lambda step: PRCTL_FIELDS.get(number(step.args[0]), ""),
    "seccomp": "linux.seccomp",
    "set_size": "process.consoleSize",
    "setns": path_field,
    "sethostname": "hostname",
    "symlink": device_field,
    "write_group": oci_limit,
    "write_proc": lambda step: WRITTEN_FIELDS.get(str(step.args[0]), ""),
}
