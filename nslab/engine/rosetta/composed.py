"""Which namespaces a container has, as command lines: nslab's, docker's, podman's; and what those two can't be asked for.

Sources: docker-run(1), --pid, --uts, --network, --ipc, --cgroupns; podman-run(1), the same and --userns, each with container:NAME.
Neither has a flag for mounts or clocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from nslab.engine.rosetta.docker import HOST_FLAGS, IMAGE, JOIN_FLAGS
from nslab.engine.spec import DOCKER_NAMESPACES, POD_NAMESPACES, PODMAN_NAMESPACES, Spec
from nslab.kernel.namespaces import Kind

PODMAN_OPTIONS = {
    Kind.PID: "--pid",
    Kind.UTS: "--uts",
    Kind.NET: "--network",
    Kind.IPC: "--ipc",
    Kind.CGROUP: "--cgroupns",
    Kind.USER: "--userns",
}


class Line(Struct, frozen=True):
    """What follows the program's name, to be typed as it is, and the kinds that it has no flag for as they are wanted."""

    text: str
    cannot: tuple[Kind, ...] = ()


def nslab_line(spec: Spec) -> Line:
    """`nslab run` for another terminal than the one in which the others were started."""
    pods = {join.of for join in spec.joins if join.kind in POD_NAMESPACES}
    pod = next((name for name in pods if all(spec.joined(kind) == name for kind in POD_NAMESPACES)), None)
    single = (join for join in spec.joins if pod is None or join.kind not in POD_NAMESPACES)
    words = (
        f"run --name {spec.name}",
        *([f"--pod {pod}"] if pod else []),
        *(f"--share {join.kind}={join.of}" for join in single),
        *([f"--ns {','.join(spec.namespaces)}"] if spec.namespaces else []),
        "-- sh",
    )
    return Line(" ".join(words))


def docker_line(spec: Spec) -> Line:
    """`docker run`. Of its own it makes what it makes by default, and nothing else."""
    return line(spec, DOCKER_NAMESPACES, docker_flag)


def podman_line(spec: Spec) -> Line:
    """`podman run`, by root."""
    return line(spec, PODMAN_NAMESPACES, podman_flag)


def docker_flag(spec: Spec, kind: Kind) -> str | None:
    """What must be said for this kind, which is not as docker has it by default; None where nothing can be."""
    other = spec.joined(kind)
    if other is not None:
        return f"{JOIN_FLAGS[kind]}=container:{other}" if kind in JOIN_FLAGS else None
    return None if spec.has(kind) else HOST_FLAGS.get(kind)


def podman_flag(spec: Spec, kind: Kind) -> str | None:
    """As docker_flag."""
    option, other = PODMAN_OPTIONS.get(kind), spec.joined(kind)
    if option is None:
        return None
    if other is not None:
        return f"{option}=container:{other}"
    return f"{option}={'auto' if spec.has(kind) else 'host'}"


def line(spec: Spec, default: tuple[Kind, ...], flag: Callable[[Spec, Kind], str | None]) -> Line:
    """The command line for whatever is not as it is by default."""
    flags = {kind: flag(spec, kind) for kind in unusual(spec, default)}
    said = (word for word in flags.values() if word is not None)
    return Line(
        " ".join((f"run -it --name {spec.name}", *said, IMAGE)), tuple(kind for kind, word in flags.items() if not word)
    )


def unusual(spec: Spec, default: tuple[Kind, ...]) -> Iterator[Kind]:
    """The kinds in which the container differs from the default."""
    return (kind for kind in Kind if spec.joined(kind) is not None or spec.has(kind) is not (kind in default))
