"""What worlds are called: by the cgroup files of a procfs in which docker and snap have made theirs, as their sources make them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nslab.observe.container_names import Names
from nslab.observe.containers import Manager
from nslab.observe.machine.labels import Label, labels
from nslab.observe.machine.worlds import worlds
from nslab.observe.roots import ProcRoot, Recording
from nslab.observe.scan import Process, Scan

ID = "6dd05e91f00f99281f70b1fd90a29e5cc30b0dab243cb7cfb6153d8017872394"
UUID = "d854bd35-2457-4ac8-b494-06061d74df33"
USER = "/user.slice/user-1000.slice/user@1000.service"

Labelled = Callable[..., tuple[Label, ...]]


@pytest.fixture
def labelled(tmp_path: Path, process: Callable[..., Process], scan: Callable[..., Scan]) -> Labelled:
    """Labels of processes that each are in a world of their own, by their cgroup: `labelled("/a", "/b")`."""

    def of(*groups: str) -> tuple[Label, ...]:
        for at, group in enumerate(groups):
            folder = tmp_path / "proc" / str(10 + at)
            folder.mkdir(parents=True)
            (folder / "cgroup").write_text(f"0::{group}\n")
        seen = scan(*(process(10 + at, comm=f"program-{at}", in_mnt=at + 2) for at in range(len(groups))))
        with ProcRoot(tmp_path / "proc", Recording("6.18", "made up", 4, 1, ())) as root:
            return labels(root, seen, worlds(seen), Names(root, tmp_path / "docker"))

    return of


def test_docker_s_world_bears_its_short_id_where_its_name_is_not_to_be_read(labelled: Labelled) -> None:
    (label,) = labelled(f"/system.slice/docker-{ID}.scope")
    assert (label.name, label.owner, label.is_owner) == ("6dd05e91f00f", "6dd05e91f00f", True)


def test_a_snap_s_world_bears_the_app_s_name(labelled: Labelled) -> None:
    (label,) = labelled(f"{USER}/app.slice/snap.firefox.firefox-{UUID}.scope")
    assert label.container is not None
    assert (label.name, label.container.manager) == ("firefox.firefox", Manager.SNAP)


def test_of_the_worlds_of_one_container_only_the_oldest_bears_its_name(labelled: Labelled) -> None:
    first, second = labelled(f"/docker/{ID}", f"/docker/{ID}/below")
    assert (first.name, second.name) == ("6dd05e91f00f", "program-1")
    assert (second.owner, second.is_owner) == ("6dd05e91f00f", False)


def test_a_service_s_world_bears_its_name_and_what_is_in_nothing_that_of_its_leader(labelled: Labelled) -> None:
    service, session = labelled("/system.slice/systemd-udevd.service", "/user.slice/session-3.scope")
    assert (service.name, service.owner) == ("systemd-udevd", "systemd-udevd")
    assert (session.name, session.owner) == ("program-1", "")


def test_where_no_cgroup_is_to_be_read_the_leader_s_name_stands(labelled: Labelled, tmp_path: Path) -> None:
    (label,) = labelled("/")
    assert label == Label("program-0")
