"""A plan as the config.json of an OCI bundle, complete enough for crun and runc.

The bundle's root directory may be an empty one: the machine's programs are among the mounts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from nslab.engine.arguments import capabilities_in, new_kinds, number, program_of
from nslab.engine.ground import MASKED_DIRECTORIES, MASKED_FILES, READ_ONLY
from nslab.engine.inventory import Inventory
from nslab.engine.joins import joined
from nslab.engine.profiles import CONTAINER_RULES, LAB
from nslab.engine.rosetta import runtime_spec as oci
from nslab.engine.rosetta.inside import inside
from nslab.engine.rosetta.limits import resources
from nslab.engine.rosetta.shell import mount_options
from nslab.engine.spec import OCI_NAMES
from nslab.engine.steps import Argument, Plan, Step
from nslab.errors import NslabError
from nslab.kernel.capabilities import Capability
from nslab.kernel.idmap import Extent, IdMaps
from nslab.kernel.mounts import MountFlag
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import PR_SET_NO_NEW_PRIVS
from nslab.kernel.seccomp import Deny


class NoMountNamespace(NslabError):
    """An OCI bundle was wanted for a container that shares its mounts.

    runc 1.1 takes such a configuration and then binds the new root over the machine's, for all: from then on nobody on the machine
    may make a user namespace any more.
    """

    code = "bundle-without-mnt"


LOCKED = ("rbind", "ro", "nosuid", "nodev")
OCI_TYPES = {"cgroup2": "cgroup"}


def config(plan: Plan, inventory: Inventory, maps: IdMaps | None) -> oci.Config:
    """The configuration; in the path of a namespace of another container's, that one's name stands for its first process.

    `maps` are the user namespace's, None where the container shall have none of its own.

    Who is not root outside needs one, whatever the plan says: only in a user namespace may their runtime mount.

    Raises NoMountNamespace.
    """
    own = new_kinds(plan)
    if Kind.MNT not in own:
        raise NoMountNamespace
    # In a user namespace an mqueue mounts only with queues of its own: there the plan goes on without it, and a runtime would not.
    unwanted = {"/dev/mqueue"} if maps and Kind.IPC not in own else set()
    return oci.Config(
        oci_version=oci.VERSION_WITH_TIME if Kind.TIME in (*own, *joined(plan)) else oci.VERSION,
        process=process(plan),
        root=oci.Root("rootfs"),
        hostname=next((str(step.args[0]) for step in plan if step.call == "sethostname"), None),
        mounts=(
            *(entry for step in plan for entry in mounts(step) if entry.destination not in unwanted),
            *links(inventory),
        ),
        linux=linux(plan, maps),
    )


def process(plan: Plan) -> oci.Process:
    """The program, and what it may."""
    made = {step.call: step.args for step in plan}
    program = next(program_of(step) for step in plan if step.call == "execve")
    size = made.get("set_size")
    return oci.Process(
        args=program.args,
        env=program.env,
        cwd=str(made.get("chdir_inside", ("/",))[0]),
        capabilities=capabilities(plan),
        user=oci.User(),
        terminal="open_master" in made,
        console_size=oci.Box(number(size[1]), number(size[2])) if size else None,
        no_new_privileges=any(step.call == "prctl" and step.args[0] == PR_SET_NO_NEW_PRIVS for step in plan),
    )


def capabilities(plan: Plan) -> oci.Capabilities:
    """The sets that the plan sets; those that it leaves alone stay root's, which are all."""
    sets = {step.call: names(step.args) for step in plan if step.call in ("drop_bounding", "capset")}
    every = names(tuple(Capability))
    kept = sets.get("capset", every)
    return oci.Capabilities(bounding=sets.get("drop_bounding", every), effective=kept, permitted=kept)


def names(numbers: Iterable[Argument]) -> tuple[str, ...]:
    """CAP_CHOWN for 0."""
    return tuple(f"CAP_{one.name}" for one in capabilities_in(numbers))


def mounts(step: Step) -> Iterator[oci.Mount]:
    """The entry for a mount that is no runtime's own affair: not the root's, no device's, no cover's."""
    place = inside(step.args[1]) if step.call == "mount" else None
    if place is None or place == "/" or place.startswith("/proc/"):
        return
    source, _, fstype, flags, data = step.args
    if number(flags) & MountFlag.BIND:
        if not place.startswith("/dev/"):
            yield bind(str(source), place)
        return
    options = (*mount_options(number(flags)), *(str(data).split(",") if data else ()))
    kind = OCI_TYPES.get(str(fstype), str(fstype))
    yield oci.Mount(place, kind, str(source) if kind == fstype else kind, options)


def bind(source: str, place: str) -> oci.Mount:
    """A directory of the machine, locked as the lab's are; not /proc, where a program may write its own files."""
    return oci.Mount(place, "bind", source, ("rbind",) if place == "/proc" else LOCKED)


def links(inventory: Inventory) -> Iterator[oci.Mount]:
    """What is a link on the machine is a mount here: an empty directory has no links."""
    for name, target in inventory.links:
        yield bind(os.path.join("/", target), f"/{name}")


def linux(plan: Plan, maps: IdMaps | None) -> oci.Linux:
    """What the specification has for Linux alone."""
    kinds = new_kinds(plan) - {Kind.USER}
    own = [kind for kind in Kind if kind in kinds or (maps and kind is Kind.USER)]
    shared = joined(plan)
    return oci.Linux(
        namespaces=(
            *(oci.Namespace(OCI_NAMES[kind]) for kind in own if kind not in shared),
            *(oci.Namespace(OCI_NAMES[kind], f"/proc/<{name}>/ns/{kind}") for kind, name in shared.items()),
        ),
        uid_mappings=mappings(maps.uids) if maps else (),
        gid_mappings=mappings(maps.gids) if maps else (),
        # Root is root outside, too, and may make nodes: but for the usual ones no device answers, as `runc spec` has it.
        resources=resources(plan, () if maps else (oci.DeviceRule(allow=False, access="rwm"),)),
        rootfs_propagation="private" if any(map(is_private, plan)) else None,
        masked_paths=covers(plan, is_mask, () if maps else (*MASKED_FILES, *MASKED_DIRECTORIES)),
        readonly_paths=covers(plan, is_frozen, () if maps else READ_ONLY),
        seccomp=seccomp((*LAB, *CONTAINER_RULES)) if any(step.call == "seccomp" for step in plan) else None,
    )


def mappings(extents: Iterable[Extent]) -> tuple[oci.IdMapping, ...]:
    """An id map."""
    return tuple(oci.IdMapping(one.inside, one.outside, one.count) for one in extents)


def is_private(step: Step) -> bool:
    """Whether the step cuts the mounts off from those of the machine."""
    return step.call == "mount" and step.args[1] == "/" and bool(number(step.args[3]) & MountFlag.PRIVATE)


def covers(plan: Plan, kind: Callable[[Step], bool], always: Iterable[str]) -> tuple[str, ...]:
    """Paths in /proc: those that the plan's steps of this kind are about, and some that are among them in any case."""
    found = {inside(step.args[1]) for step in plan if kind(step)}
    return tuple(sorted({*(place for place in found if place), *(f"/proc/{name}" for name in always)}))


def in_proc(step: Step) -> bool:
    """Whether the step mounts something in a container's /proc."""
    return (inside(step.args[1]) or "").startswith("/proc/")


def is_mask(step: Step) -> bool:
    """Whether the step lays something over a part of /proc."""
    return step.call == "bind_fd" or (step.call == "mount" and step.args[0] == "tmpfs" and in_proc(step))


def is_frozen(step: Step) -> bool:
    """Whether the step makes a part of /proc read-only."""
    return step.call == "mount" and bool(number(step.args[3]) & MountFlag.REMOUNT) and in_proc(step)


def seccomp(rules: Iterable[Deny]) -> oci.Seccomp:
    """Our rules, in libseccomp's words: all calls but these. Calls that get the same answer stand together."""
    answers: dict[tuple[int, tuple[oci.SeccompArgument, ...]], list[str]] = {}
    for rule in rules:
        for condition in conditions(rule):
            answers.setdefault((rule.errno, condition), []).append(rule.call)
    denied = (
        oci.SeccompRule(tuple(calls), "SCMP_ACT_ERRNO", errno, condition)
        for (errno, condition), calls in answers.items()
    )
    return oci.Seccomp("SCMP_ACT_ALLOW", tuple(denied))


def conditions(rule: Deny) -> Iterator[tuple[oci.SeccompArgument, ...]]:
    """What a rule holds under, each alone. "Any bit of the mask" is one a bit."""
    if rule.argument is None:
        yield ()
    elif rule.mask is None:
        yield (oci.SeccompArgument(rule.argument, rule.equals or 0, "SCMP_CMP_EQ"),)
    else:
        for bit in (1 << place for place in range(32) if rule.mask >> place & 1):
            yield (oci.SeccompArgument(rule.argument, bit, "SCMP_CMP_MASKED_EQ", bit),)
