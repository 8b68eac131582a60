"""Whose container a process is in, told by the names that container managers give their control groups.

The kernel knows no containers; the name of a cgroup is the one mark that every manager leaves where anybody may read it.
Each pattern names the place in the manager's sources where such paths are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from nslab.kernel.cgroups import CgroupLine

SHORT_ID_DIGITS = 12  # as docker ps and podman ps show them
SERVICE = ".service"
UNITS = (SERVICE, ".scope", ".slice")

_ID = r"(?P<id>[0-9a-f]{64})"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_END = r"(?=/|$)"


class Manager(StrEnum):
    """Who made a container; the value is its name as its users write it."""

    DOCKER = "docker"
    PODMAN = "podman"
    NSPAWN = "systemd-nspawn"
    SNAP = "snap"


class Container(Struct, frozen=True):
    """A container as its cgroup names it. `id` is the manager's: 64 hexadecimal digits, a machine's name, a snap's app.

    `cgroup` is the path up to the component that says so.
    """

    manager: Manager
    id: str
    cgroup: str

    @property
    def short(self) -> str:
        """The id as the manager's own listing has it."""
        return self.id[:SHORT_ID_DIGITS] if self.manager in (Manager.DOCKER, Manager.PODMAN) else self.id


class Pattern(Struct, frozen=True):
    """How a manager's cgroup paths look, and where its sources make them so."""

    manager: Manager
    path: re.Pattern[str]
    source: str


PATTERNS = (
    Pattern(
        Manager.DOCKER, re.compile(rf"/docker-{_ID}\.scope{_END}"), "moby daemon/oci_linux.go WithCgroups: systemd"
    ),
    Pattern(Manager.DOCKER, re.compile(rf"/docker/{_ID}{_END}"), "moby daemon/oci_linux.go WithCgroups: cgroupfs"),
    # libpod-conmon-ID.scope is no container: in it is the monitor, which stays outside. `payload`: --cgroups=split.
    Pattern(
        Manager.PODMAN,
        re.compile(rf"/libpod-(?:payload-)?{_ID}(?:\.scope)?{_END}"),
        "podman libpod/container_internal_linux.go getOCICgroupPath, libpod/container.go CGroupPath",
    ),
    # Beside payload/ lies supervisor/, where nspawn itself is. The scope of a virtual machine has neither.
    Pattern(
        Manager.NSPAWN,
        re.compile(rf"/machine-(?P<id>[^/]+)\.scope/payload{_END}"),
        "systemd src/machine/machine.c machine_start_scope, src/nspawn/nspawn-cgroup.c create_subcgroup",
    ),
    Pattern(
        Manager.NSPAWN,
        re.compile(rf"/systemd-nspawn@(?P<id>[^/]+)\.service/payload{_END}"),
        "systemd units/systemd-nspawn@.service.in, src/nspawn/nspawn-cgroup.c create_subcgroup",
    ),
    # A service is snap.NAME.APP.service; a scope's name ends in a UUID, after a dot or, since snapd 2.60, a dash.
    Pattern(
        Manager.SNAP,
        re.compile(rf"/snap\.(?P<id>[^./]+\.(?:hook\.)?[^./]+?)(?:[.-]{_UUID}\.scope|\.service){_END}"),
        "snapd sandbox/cgroup/tracking.go CreateTransientScopeForTracking, scanning.go securityTagFromCgroupPath",
    ),
)


def recognise(path: str) -> Container | None:
    """The container that a cgroup path speaks of; of several nested ones the innermost. None where it names none."""
    found = [(match, pattern.manager) for pattern in PATTERNS for match in pattern.path.finditer(path)]
    if not found:
        return None
    match, manager = max(found, key=lambda one: one[0].end())
    return Container(manager, _unescaped(match["id"]), path[: match.end()])


def container_of(lines: Iterable[CgroupLine]) -> Container | None:
    """The container of a process, by the first hierarchy that names one: v2, then v1's in the kernel's order.

    Where v2 has no controllers, managers use the v1 hierarchies, and v2's path may be `/`.
    """
    by_age = sorted(lines, key=lambda line: line.hierarchy != 0)
    return next((found for line in by_age if (found := recognise(line.path))), None)


def service_of(lines: Sequence[CgroupLine]) -> str | None:
    """The systemd service that a process belongs to, without its ending; None where it belongs to none.

    The innermost unit decides: what runs in a scope below `user@1000.service` is no part of that service.
    """
    for line in sorted(lines, key=lambda line: line.hierarchy != 0):
        unit = next((one for one in reversed(line.path.split("/")) if one.endswith(UNITS)), "")
        if unit.endswith(SERVICE):
            return _unescaped(unit.removesuffix(SERVICE))
    return None


def _unescaped(name: str) -> str:
    r"""Undo systemd's `\x2d` in the name of a unit; see systemd.unit(5), "String escaping"."""
    escaped = re.sub(
        rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), name.encode("utf-8", "surrogateescape")
    )
    return escaped.decode("utf-8", "surrogateescape")
