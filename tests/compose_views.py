"""What the compose board shows, without a lab: a pod, as it is made, and once its pause container is dead."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from nslab.course.composing import PRESETS, preset_of, spec_of
from nslab.course.model import Container, PresetName
from nslab.engine.ground import Ground
from nslab.engine.plan import plan
from nslab.engine.steps import Done, Outcome, Plan
from nslab.kernel.namespaces import Kind
from nslab.observe.call_view import call_rows_of
from nslab.observe.compose_view import ComposeView, compose_view
from nslab.observe.letters import Letters
from nslab.observe.namespace_view import Subject
from nslab.observe.namespaces import NamespaceId, Namespaces
from nslab.observe.scan import Process, Scan
from nslab.observe.views import Birth

HOST = {kind: 4026532177 + at for at, kind in enumerate(Kind)}
PIDS = {"pause": 21, "web": 31, "log": 42}
FIRST = {"pause": 600, "web": 620, "log": 640}


def process(pid: int, comm: str, inodes: Mapping[Kind, int]) -> Process:
    members = {kind.value: NamespaceId(4, inode) for kind, inode in inodes.items()}
    return Process(pid, 1, pid, comm, "S", Namespaces(**members))


def inodes_of(containers: tuple[Container, ...]) -> dict[str, dict[Kind, int]]:
    """As the kernel would number them."""
    found: dict[str, dict[Kind, int]] = {}
    for container in containers:
        name = container.container
        own = {kind: 4026532000 + FIRST[name] + at for at, kind in enumerate(Kind) if kind in container.namespaces}
        shared = {kind: found[other][kind] for kind, other in container.share.items()}
        found[name] = HOST | own | shared
    return found


def value_of(call: str, pid: int) -> int:
    return pid if call == "clone3" else 0


def outcomes(steps: Plan, pid: int) -> tuple[Outcome, ...]:
    return tuple(Done(step.id, 0, 40.0, 0, value_of(step.call, pid - (step.id == "joiner"))) for step in steps)


def composed(
    containers: tuple[Container, ...], dead: frozenset[str] = frozenset(), failed: Mapping[str, int] | None = None
) -> ComposeView:
    """The board for these containers. `dead` have ended; `failed` tells whose setns the kernel answered with which errno."""
    inodes = inodes_of(containers)
    host = process(1, "lab", HOST)
    processes = {name: process(PIDS[name], "sleep", found) for name, found in inodes.items()}
    letters = Letters(host.namespaces)
    letters.meet([one.namespaces for one in processes.values()])
    alive = {one.pid: one for name, one in {"host": host, **processes}.items() if name not in dead}
    births, specs = {}, []
    for container in containers:
        spec = spec_of(container)
        specs.append(spec)
        steps = plan(spec, Ground(("usr",), 65536))
        pid = PIDS[spec.name]
        made = outcomes(steps, pid)
        if failed and spec.name in failed:
            at = next(at for at, step in enumerate(steps) if step.call == "setns")
            made = (*made[:at], Done(steps[at].id, failed[spec.name], 40.0, 0, -1))
        births[spec.name] = Birth(spec.name, pid, None, call_rows_of(steps, made))
    subjects = (
        Subject("host", host),
        *(Subject(name, one, name not in dead) for name, one in processes.items()),
    )
    view = compose_view(subjects, specs, births, letters, Scan(tuple(alive.values()), (), 0.0))
    return replace(view, preset=preset_of(containers))


def preset(name: PresetName) -> ComposeView:
    return composed(PRESETS[name])


def headless() -> ComposeView:
    """The pod whose pause container is dead."""
    return composed(PRESETS["pod"], dead=frozenset({"pause"}))
