"""`--explain VIEW`: a container's plan in five tongues, instead of the container."""

from __future__ import annotations

import os
import shlex
import shutil
import sys

import msgspec

from nslab.cli.output import print_json
from nslab.engine.changes import Change, changed
from nslab.engine.decode import decoded
from nslab.engine.ground import Ground
from nslab.engine.ids import own_maps
from nslab.engine.inventory import Inventory, take_inventory
from nslab.engine.plan import plan
from nslab.engine.rosetta import listing
from nslab.engine.rosetta.config import config
from nslab.engine.rosetta.docker_run import docker_run
from nslab.engine.rosetta.elsewhere import elsewhere
from nslab.engine.rosetta.json_text import laid_out
from nslab.engine.rosetta.script import script, script_ground
from nslab.engine.spec import Spec
from nslab.engine.stages import Found, ground
from nslab.engine.steps import Plan
from nslab.errors import NslabError
from nslab.kernel.namespaces import Kind
from nslab.words import Words

VIEWS = ("plan", "calls", "shell", "docker", "oci")


class ScriptOfOne(NslabError):
    """A script makes one container, and this one shares namespaces with another."""

    code = "script-of-one"


def explain(view: str, spec: Spec, title: str, words: Words, *, changes: tuple[Change, ...] = (), json: bool) -> None:
    """Print what would be asked of the kernel for `spec`, its plan changed by `changes`. Runs nothing.

    Raises NoSuchStep, NoIds, NoMountNamespace (an OCI bundle without), ScriptOfOne.
    """
    if view == "shell" and spec.joins:
        raise ScriptOfOne(of=spec.joins[0].of)
    inventory = take_inventory()
    steps = changed(plan(spec, here(view, inventory)), changes)
    if view == "oci":
        maps = own_maps() if os.geteuid() != 0 or spec.has(Kind.USER) else None
        print(laid_out(msgspec.json.decode(msgspec.json.encode(config(steps, inventory, maps)))))
    elif json and view in ("plan", "calls"):
        print_json([{**msgspec.to_builtins(step), "decoded": decoded(step), "say": elsewhere(step)} for step in steps])
    else:
        text = as_text(view, steps, inventory, title, words)
        if json:
            print_json(text.splitlines())
        else:
            sys.stdout.write(text)


def here(view: str, inventory: Inventory) -> Ground:
    """The ground of this machine and this user; a script makes its own."""
    return script_ground(inventory) if view == "shell" else ground(Found(inventory, own_maps().count))


def as_text(view: str, steps: Plan, inventory: Inventory, title: str, words: Words) -> str:
    """The view for people."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    match view:
        case "shell":
            return script(steps, inventory, title, words)
        case "docker":
            return docker_run(steps, title, words)
        case "calls":
            return listing.calls(steps, words, width)
    return listing.steps(steps, words, width)


def run_command(spec: Spec) -> str:
    """The command line that asks for `spec`."""
    namespaces = ",".join(spec.namespaces) or "none"
    hostname = ["--hostname", spec.hostname] if spec.hostname is not None else []
    network = ["--network", spec.network.address] if spec.network is not None else []
    share = [word for join in spec.joins for word in ("--share", f"{join.kind}={join.of}")]
    return shlex.join(["nslab", "run", "--ns", namespaces, *share, *hostname, *network, "--", *spec.process.args])
