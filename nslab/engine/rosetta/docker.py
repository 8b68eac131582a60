"""A step as `docker run` has it.

The words are `run` alone for what docker does for every container, `run` with flags where it wants to be asked, and "" for what
it can't be asked for. Sources: docker-run(1); moby, daemon/pkg/oci/defaults.go and caps/defaults.go.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable

from nslab.engine.arguments import capabilities_in, number
from nslab.engine.calls import SIBLING
from nslab.engine.joins import whose
from nslab.engine.resources import MAKE
from nslab.engine.rosetta.inside import inside
from nslab.engine.rosetta.limits import docker_limit
from nslab.engine.spec import DEFAULT_CAPABILITIES
from nslab.engine.steps import Fd, Step
from nslab.kernel.mounts import MountFlag
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import PR_SET_NO_NEW_PRIVS

RUN = "run"
KERNELS_OWN = ("/proc", "/sys", "/dev")
SHM_SIZE = "size=64m"

HOST_FLAGS = {
    Kind.PID: "--pid=host",
    Kind.UTS: "--uts=host",
    Kind.NET: "--network=host",
    Kind.IPC: "--ipc=host",
    Kind.CGROUP: "--cgroupns=host",
}
"""How docker is told to leave a namespace out. A mount namespace can't be left out; user and time have no flag that makes one."""

BY_ITSELF = {
    *(
        "clone3",
        "open_group",
        "pivot_root",
        "umount2",
        "link_up",
        "drop_bounding",
        "capset",
        "seccomp",
        "chdir_inside",
        "execve",
    ),
}
"""Calls that every container of docker's has behind it, wherever they lead."""

IMAGE = "debian"
"""Of what is started: something with a shell."""

NO_LINKS = "--network=none"
"""An own network namespace with nothing but lo in it; docker would plug it into its bridge."""


def docker_words(step: Step) -> str:
    """The step in docker's words; "" where it has none."""
    flags = docker_flags(step)
    return " ".join((RUN, *flags)) if flags or by_itself(step) else ""


def docker_flags(step: Step) -> tuple[str, ...]:
    """What must be said to docker for this step; () where nothing must, or nothing can."""
    said = FLAGS.get(step.call)
    return said(step) if said else ()


def by_itself(step: Step) -> bool:
    """Whether `docker run` does the same for every container, unasked."""
    if step.call in ("mount", "bind_fd", "create", "symlink"):
        return any(inside(arg) is not None or arg == "/" for arg in step.args)
    return step.call in BY_ITSELF or step.who == "net" or step.id == MAKE


JOIN_FLAGS = {Kind.NET: "--network", Kind.PID: "--pid", Kind.IPC: "--ipc"}
"""What docker can share with another container, by `container:NAME`. A host name it can not: docker-run(1), --uts."""


def join_flags(step: Step) -> tuple[str, ...]:
    """A flag for each namespace of another container's that docker can share."""
    handle, *kinds = step.args
    name = whose(handle) if isinstance(handle, Fd) else None
    return tuple(f"{flag}=container:{name}" for kind, flag in JOIN_FLAGS.items() if name and kind in kinds)


def namespace_flags(step: Step) -> tuple[str, ...]:
    """A flag for each namespace that docker would make and this plan does not, or would make with more in it.

    Where a joiner came before, what this step does not ask for may be shared with another container: only the whole plan tells.
    """
    left_out = () if SIBLING in step.args else tuple(flag for kind, flag in HOST_FLAGS.items() if kind not in step.args)
    return (*left_out, NO_LINKS) if Kind.NET in step.args else left_out


def mount_flags(step: Step) -> tuple[str, ...]:
    """The machine's directories, the cgroup namespace's tree, and the size of /dev/shm; docker mounts the rest by itself."""
    source, target, _, flags, data = step.args
    place = inside(target)
    if place is None:
        return ()
    if source == place and number(flags) & MountFlag.BIND:
        return () if place.startswith(KERNELS_OWN) else (f"--volume={shlex.quote(f'{source}:{place}:ro')}",)
    if place == "/dev/shm":
        sizes = (option for option in str(data).split(",") if option.startswith("size="))
        return tuple(f"--shm-{size}" for size in sizes if size != SHM_SIZE)
    return ("--cgroupns=private",) if place == "/sys/fs/cgroup" else ()


def capability_flags(step: Step) -> tuple[str, ...]:
    """None for docker's own fourteen."""
    if set(step.args) == set(DEFAULT_CAPABILITIES):
        return ()
    return ("--cap-drop=ALL", *(f"--cap-add={one.name}" for one in capabilities_in(step.args)))


def directory_flags(step: Step) -> tuple[str, ...]:
    """None for /, where docker starts a program whose image says nothing else."""
    return () if step.args[0] == "/" else (f"--workdir={shlex.quote(str(step.args[0]))}",)


def option(flag: str) -> Callable[[Step], tuple[str, ...]]:
    """A flag that takes the call's first argument."""
    return lambda step: (f"{flag}={shlex.quote(str(step.args[0]))}",)


FLAGS: dict[str, Callable[[Step], tuple[str, ...]]] = {
    "clone3": namespace_flags,
    "drop_bounding": capability_flags,
    "mount": mount_flags,
    "open_master": lambda _: ("--tty",),
    "prctl": lambda step: ("--security-opt=no-new-privileges",) if step.args[0] == PR_SET_NO_NEW_PRIVS else (),
    "sethostname": option("--hostname"),
    "setns": join_flags,
    "write_group": docker_limit,
    "chdir_inside": directory_flags,
}
