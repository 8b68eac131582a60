"""A container's plan as each of the five views: what `--explain` prints and a screen shows."""

from __future__ import annotations

import os
import shlex
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from nslab.engine.amounts import OPTIONS
from nslab.engine.changes import Change, changed
from nslab.engine.ground import Ground
from nslab.engine.ids import own_maps
from nslab.engine.inventory import Inventory, take_inventory
from nslab.engine.plan import plan
from nslab.engine.resources import Resources
from nslab.engine.rosetta import listing
from nslab.engine.rosetta.config import config
from nslab.engine.rosetta.docker_run import docker_run
from nslab.engine.rosetta.frame import script_ground
from nslab.engine.rosetta.json_text import laid_out
from nslab.engine.rosetta.script import script
from nslab.engine.spec import Spec
from nslab.engine.stages import Found, ground
from nslab.engine.steps import Plan
from nslab.errors import NslabError
from nslab.kernel.cgroup2.cpu import CpuMax
from nslab.kernel.idmap import IdMaps
from nslab.kernel.namespaces import Kind
from nslab.words import Words

View = Literal["plan", "calls", "shell", "docker", "oci"]
VIEWS: tuple[View, ...] = get_args(View)


LIMIT_OPTIONS = {option.file: f"--{option.name}" for option in OPTIONS} | {"io.max": "--io-max"}


class ScriptOfOne(NslabError):
    """A script makes one container, and this one shares namespaces with another."""

    code = "script-of-one"


class Machine(Struct, frozen=True):
    """What a view needs to know of the machine, and of who is asking there. `maps` are those that this user's lab gets."""

    inventory: Inventory
    maps: IdMaps
    root: bool


def this_machine() -> Machine:
    """Look at it. Raises NoIds."""
    return Machine(take_inventory(), own_maps(), os.geteuid() == 0)


def steps_of(view: View, spec: Spec, machine: Machine, changes: tuple[Change, ...] = ()) -> Plan:
    """The plan that a view is of: a script makes a ground of its own. Raises NoSuchStep."""
    here = script_ground(machine.inventory) if view == "shell" else lab_ground(machine)
    return changed(plan(spec, here), changes)


def lab_ground(machine: Machine) -> Ground:
    """What a container of this user's lab stands on."""
    return ground(Found(machine.inventory, machine.maps.count))


def text_of(
    view: View,
    spec: Spec,
    machine: Machine,
    title: str,
    words: Words,
    *,
    width: int | None,
    changes: tuple[Change, ...] = (),
) -> str:
    """The view as text. `title` says in a line what the container is of; the lists are folded at `width` cells.

    Raises NoSuchStep, NoMountNamespace of an OCI bundle without, ScriptOfOne.
    """
    if view == "shell" and spec.joins:
        raise ScriptOfOne(of=spec.joins[0].of)
    steps = steps_of(view, spec, machine, changes)
    match view:
        case "plan":
            return listing.steps(steps, words, width)
        case "calls":
            return listing.calls(steps, words, width)
        case "shell":
            return script(steps, machine.inventory, title, words)
        case "docker":
            return docker_run(steps, title, words)
        case "oci":
            return bundle_text(steps, spec, machine)


def bundle_text(steps: Plan, spec: Spec, machine: Machine) -> str:
    """config.json: with a user namespace where the container has one, and for everybody but root."""
    maps = machine.maps if spec.has(Kind.USER) or not machine.root else None
    return laid_out(msgspec.json.decode(msgspec.json.encode(config(steps, machine.inventory, maps)))) + "\n"


def command_for(spec: Spec, command: str, *program: str) -> str:
    """The command line that asks for `spec`: nslab's `command`, and the program where it takes one."""
    namespaces = ",".join(spec.namespaces) or "none"
    hostname = ["--hostname", spec.hostname] if spec.hostname is not None else []
    network = ["--network", spec.network.address] if spec.network is not None else []
    share = [word for join in spec.joins for word in ("--share", f"{join.kind}={join.of}")]
    limits = limit_options(spec.resources) if spec.resources is not None else []
    options = ["--ns", namespaces, *share, *hostname, *network, *limits]
    return shlex.join(["nslab", command, *options, *(["--", *program] if program else [])])


def limit_options(resources: Resources) -> list[str]:
    """The options of `nslab run` that ask for these limits."""
    options: list[str] = []
    for file, value in resources.knobs:
        if file == "io.max":
            device, *amounts = value.split()
            options += [LIMIT_OPTIONS[file], f"{device}:{','.join(amounts)}"]
        else:
            options += [LIMIT_OPTIONS[file], cpus(resources.cpu_max) if file == "cpu.max" else value]
    return options


def cpus(most: CpuMax | None) -> str:
    """How many processors' time that is."""
    return "max" if most is None or most.quota_usec is None else f"{most.quota_usec / most.period_usec:g}"
