"""The names that people gave their containers, from where docker and podman leave them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from nslab.observe.container_names import Names
from nslab.observe.containers import Container, Manager
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Scan, Scanner

ID = "6dd05e91f00f99281f70b1fd90a29e5cc30b0dab243cb7cfb6153d8017872394"


@pytest.fixture
def docker(tmp_path: Path) -> Callable[[object], Path]:
    """dockerd's root, with what it wrote of one container."""

    def root(config: object) -> Path:
        folder = tmp_path / "containers" / ID
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.v2.json").write_text(json.dumps(config))
        return tmp_path

    return root


def test_docker_s_name_is_in_its_own_state_with_a_slash_before_it(
    machine: ProcRoot, docker: Callable[[object], Path], scan: Callable[..., Scan]
) -> None:
    root = docker({"ID": ID, "Name": "/web", "State": {"Running": True}})
    assert Names(machine, root).of(Container(Manager.DOCKER, ID, ""), scan()) == "web"


@pytest.mark.parametrize("config", [{"ID": ID}, {"Name": ""}, {"Name": 7}, ["web"]])
def test_a_state_that_reads_otherwise_names_nobody(
    machine: ProcRoot, docker: Callable[[object], Path], scan: Callable[..., Scan], config: object
) -> None:
    assert Names(machine, docker(config)).of(Container(Manager.DOCKER, ID, ""), scan()) is None


def test_a_name_not_found_is_looked_for_again_and_one_found_is_kept(
    machine: ProcRoot, docker: Callable[[object], Path], tmp_path: Path, scan: Callable[..., Scan]
) -> None:
    names, container = Names(machine, tmp_path), Container(Manager.DOCKER, ID, "")
    assert names.of(container, scan()) is None
    docker({"Name": "/web"})
    assert names.of(container, scan()) == "web"
    docker({"Name": "/other"})
    assert names.of(container, scan()) == "web"


def test_podman_s_name_is_an_argument_of_the_monitor(machine: ProcRoot, tmp_path: Path) -> None:
    monitor = tmp_path / "conmon"
    monitor.write_text("#!/bin/sh\necho\nread nothing\n")
    monitor.chmod(0o755)
    command = [str(monitor), "--api-version", "1", "-c", ID, "-u", ID, "-n", "web", "--exit-command", "podman"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, close_fds=True, env={**os.environ}) as running:
        assert running.stdout is not None
        running.stdout.readline()
        seen = Scanner(machine).scan()
        assert Names(machine).of(Container(Manager.PODMAN, ID, ""), seen) == "web"
        assert Names(machine).of(Container(Manager.PODMAN, ID[::-1], ""), seen) is None
        running.kill()


@pytest.mark.parametrize("manager", [Manager.NSPAWN, Manager.SNAP])
def test_a_machine_and_a_snap_are_named_by_their_id(
    machine: ProcRoot, scan: Callable[..., Scan], manager: Manager
) -> None:
    assert Names(machine).of(Container(manager, "deb", ""), scan()) == "deb"
