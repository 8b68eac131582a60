"""Containers that are put together kind by kind: what each gets of its own, and what it shares. Known sets of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nslab.course.model import Container, Preset
from nslab.engine.rosetta.docker import HOST_FLAGS
from nslab.engine.spec import DOCKER_NAMESPACES, POD_NAMESPACES, PODMAN_NAMESPACES, Join, Process, Spec
from nslab.kernel.namespaces import Kind

PAUSE, WEB, LOG = "pause", "web", "log"


def pod() -> tuple[Container, ...]:
    """As Kubernetes has it: one that only waits and holds what the others share with it."""
    own = tuple(kind for kind in PODMAN_NAMESPACES if kind not in POD_NAMESPACES)
    shared = dict.fromkeys(POD_NAMESPACES, PAUSE)
    return (
        Container(PAUSE, PODMAN_NAMESPACES, "pod"),
        *(Container(name, own, share=shared) for name in (WEB, LOG)),
    )


def alone(kinds: Iterable[Kind]) -> tuple[Container, ...]:
    """One container that shares with nobody but the host."""
    own = tuple(kinds)
    return (Container(WEB, own, WEB if Kind.UTS in own else None),)


PRESETS: dict[str, tuple[Container, ...]] = {
    "docker": alone(DOCKER_NAMESPACES),
    "podman": alone(PODMAN_NAMESPACES),
    "pod": pod(),
    "host": alone(kind for kind in DOCKER_NAMESPACES if kind not in HOST_FLAGS),
}
"""What docker and podman set by default, a pod, and docker with every flag that asks for the host's: what it still makes."""

NAMES = frozenset(container.container for preset in PRESETS.values() for container in preset)
"""The containers that a preset replaces; others of a lesson's stay."""


def preset_of(containers: Iterable[Container]) -> str | None:
    """The preset that these are, whatever runs in them; a lesson's own containers are no part of it."""
    found = {one.container: (set(one.namespaces), one.share) for one in containers if one.container in NAMES}
    for name, preset in PRESETS.items():
        if found == {one.container: (set(one.namespaces), one.share) for one in preset}:
            return name
    return None


def parts(preset: Preset) -> tuple[Container, ...]:
    """The containers of a preset, in the order in which they can be made."""
    return PRESETS[preset.preset]


def spec_of(container: Container, terminals: Collection[str] = ()) -> Spec:
    """A lesson's container as the engine makes it: one that is called as a terminal has it."""
    terminal = container.container in terminals
    process = Process(container.args, cwd="/", terminal=terminal, pipes=() if terminal else (0, 1, 2))
    joins = tuple(Join(kind, other) for kind, other in container.share.items())
    resources = None if container.limits is None else container.limits.resources
    return Spec(
        container.container, process, container.namespaces, container.hostname, joins=joins, resources=resources
    )
