"""A container's creation as data: `plan(spec)` is the ordered list of what the kernel is asked.

Pure: nothing here looks at the machine. What differs between machines comes in as a `Ground`. The order is the kernel's own
demand in most places; where it is not obvious, the reason stands beside the step.
"""

from __future__ import annotations

from nslab.engine.ground import Ground, place
from nslab.engine.handover import hand_over, harden, open_terminal
from nslab.engine.joins import born
from nslab.engine.resources import make_group
from nslab.engine.rootfs import enter_root, make_room, make_root
from nslab.engine.spec import Network, Spec
from nslab.engine.steps import Plan, Step
from nslab.kernel import idmap
from nslab.kernel.links import LONGEST_NAME
from nslab.kernel.namespaces import Kind
from nslab.kernel.process import PR_SET_DUMPABLE

INSIDE = "eth0"


def plan(spec: Spec, ground: Ground) -> Plan:
    """The steps that create `spec` on `ground`, from the first directory to execve(2)."""
    own_root = spec.has(Kind.MNT)
    return (
        *(make_room(spec) if own_root else ()),
        *(make_group(spec.name, spec.resources) if spec.resources is not None else ()),
        *make_namespaces(spec, ground),
        *(make_root(spec, ground) if own_root else ()),
        *open_terminal(spec.process, place(spec, "root", "dev/pts") if own_root else "/dev/pts"),
        *(enter_root(spec) if own_root else ()),
        *settle(spec),
        *harden(spec.process),
        *hand_over(spec.process),
    )


def make_namespaces(spec: Spec, ground: Ground) -> Plan:
    """The first process, born into its namespaces, and the maps without which it has no ids in a user namespace."""
    kinds = tuple(kind for kind in Kind if spec.has(kind))
    maps = (idmap.format_map(idmap.identity(ground.ids)),)
    own_ids = (
        Step("setgroups", "lab", "write_proc", ("setgroups", "deny")),
        Step("uid_map", "lab", "write_proc", ("uid_map", *maps)),
        Step("gid_map", "lab", "write_proc", ("gid_map", *maps)),
        Step("ids", "init", "set_ids", (0, 0)),
        # A change of ids makes a process undumpable, and then nobody may read its /proc/PID/ns.
        Step("dumpable", "init", "prctl", (PR_SET_DUMPABLE, 1)),
    )
    return (
        *born(spec, kinds),
        Step("comm", "init", "set_name", (spec.name[:15],)),
        Step("session", "init", "setsid"),
        *(own_ids if spec.has(Kind.USER) else ()),
    )


def settle(spec: Spec) -> Plan:
    """What the first process does for the namespaces that it alone is in, while it still has the right."""
    steps: list[Step] = []
    if spec.hostname is not None:
        steps.append(Step("hostname", "init", "sethostname", (spec.hostname,)))
    if spec.has(Kind.NET):
        steps.append(Step("lo", "init", "link_up", ("lo",)))
    return (*steps, *(wire(spec.name, spec.network) if spec.network else ()))


def wire(name: str, network: Network) -> Plan:
    """A veth pair between the container and a bridge, as docker has it. One end is the lab's, so the first process of a container
    with a user namespace of its own could not make it."""
    prefix = network.address.partition("/")[2]
    near = f"v-{name}"[:LONGEST_NAME]
    return (
        Step("bridge", "net", "net_bridge", (network.bridge, f"{network.gateway}/{prefix}")),
        Step("veth", "net", "net_veth", (near, INSIDE)),
        Step("port", "net", "net_port", (near, network.bridge)),
        Step("address", "net", "net_address", (INSIDE, network.address)),
        Step("up", "net", "net_up", (INSIDE,)),
        Step("route", "net", "net_route", (network.gateway,)),
    )
