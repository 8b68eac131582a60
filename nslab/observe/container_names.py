"""What people call a container: the name they gave it, which is not in its cgroup's path. Where its manager leaves it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
from msgspec import Struct

from nslab.kernel import procfs
from nslab.observe.containers import Container, Manager
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Scan

DOCKER_ROOT = Path("/var/lib/docker")
"""dockerd's own state, read by root only; `data-root` of daemon.json may put it elsewhere."""

MONITOR = "conmon"
MONITOR_CMDLINE_BYTES = 16384  # podman hands it a dozen paths


class _DockerConfig(Struct):
    """Of containers/ID/config.v2.json, moby container/container.go `Container`."""

    Name: str  # with a leading slash


class Names:
    """Names of containers, each looked for once: a manager does not rename a container that runs, or so rarely.

    What was not found is looked for again: the container may be younger than its name's file.
    """

    def __init__(self, root: ProcRoot, docker_root: Path = DOCKER_ROOT) -> None:
        self._root = root
        self._docker_root = docker_root
        self._known: dict[Container, str] = {}

    def of(self, container: Container, scan: Scan) -> str | None:
        """The name, None where it could not be found; a machine and a snap are named by their id."""
        if container.manager in (Manager.NSPAWN, Manager.SNAP):
            return container.id
        if container not in self._known:
            found = self._docker(container) if container.manager is Manager.DOCKER else self._podman(container, scan)
            if found is None:
                return None
            self._known[container] = found
        return self._known[container]

    def _docker(self, container: Container) -> str | None:
        try:
            config = (self._docker_root / "containers" / container.id / "config.v2.json").read_bytes()
            return msgspec.json.decode(config, type=_DockerConfig).Name.removeprefix("/") or None
        except (OSError, msgspec.DecodeError):  # another user's, another docker's, or another version's
            return None

    def _podman(self, container: Container, scan: Scan) -> str | None:
        """Its monitor was started with `-c ID … -n NAME`; podman libpod/oci_conmon_common.go `sharedConmonArgs`."""
        for arguments in self._monitors(scan):
            given = dict(pairwise(arguments))
            if given.get("-c") == container.id:
                return given.get("-n")
        return None

    def _monitors(self, scan: Scan) -> Iterator[tuple[str, ...]]:
        for process in scan.processes:
            if process.comm == MONITOR:
                try:
                    opened = procfs.open_process(self._root.fd, process.pid)
                except OSError:
                    continue  # it has ended since
                try:
                    yield procfs.read_cmdline(opened, MONITOR_CMDLINE_BYTES)
                except OSError:
                    continue
                finally:
                    os.close(opened)
